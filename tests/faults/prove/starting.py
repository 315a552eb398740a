"""Who takes part: staff for both organisations, signed in, and the customers that nobody has registered anything for."""

import random
from typing import Any

from tests.faults.prove.agent import Agent, Tally
from tests.faults.prove.pressing import Crew
from tests.faults.prove.stage import ORGANIZATION_IDS, PASSWORD, Stage


class Hiring:
    """Fills the empty database; with `agents` in each organisation."""

    def __init__(self, stage: Stage, tally: Tally, agents: int) -> None:
        self.stage, self.tally, self.agents = stage, tally, agents

    def crew(self) -> Crew:
        from podero_admin.directory.services import customers_refresh
        from podero_admin.organizations.models import Organization
        from podero_admin.organizations.selectors import system_access
        from podero_admin.organizations.services import organizations_load_at_start

        organizations_load_at_start()
        crew = Crew({}, {}, {}, self.tally)
        for organization in Organization.objects.all():
            customers_refresh(access=system_access(), organization_id=organization.id)
            crew.agents[organization.id] = [self._add(organization, f"agent{n}", "agent") for n in range(self.agents)]
            crew.seniors[organization.id] = self._add(organization, "senior", "senior")
            crew.supervisors[organization.id] = self._add(organization, "supervisor", "supervisor")
        return crew

    def _add(self, organization: Any, who: str, role: str) -> Agent:
        from podero_admin.accounts.services import staff_add
        from podero_admin.core.access import Role
        from podero_admin.organizations.selectors import system_access

        email = f"{who}@{ORGANIZATION_IDS[str(organization.id)]}.example"
        staff_add(access=system_access(), email=email, role=Role(role), name=who.title(),
                  organization_id=organization.id, password=PASSWORD)  # fmt: skip
        return Agent(self.stage.address, email, self.tally)


def all_customers(seed: int) -> list[Any]:
    from podero_admin.directory.models import Customer

    found = list(Customer.objects.filter(is_gone=False, deleted_at=None, role="user").order_by("id"))
    random.Random(seed).shuffle(found)
    return found
