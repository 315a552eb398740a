"""What the one search box finds, put together from customers, vehicles and registrations; its texts are never kept."""

from dataclasses import dataclass, field

from django.utils import timezone

from podero_admin.core.access import Access
from podero_admin.core.errors import Invalid
from podero_admin.directory.models import Customer
from podero_admin.directory.search import Way, customers_found, refusal
from podero_admin.registrations.models import Registration
from podero_admin.registrations.search import WHOLE, reference_asked, registrations_found
from podero_admin.registrations.wording import outcome_badge
from podero_admin.vehicles.models import Vehicle
from podero_admin.vehicles.search import vehicles_found
from podero_admin.vehicles.statuses import Badge, health_badge

SHOWN = 8


@dataclass(frozen=True)
class Results:
    """The first of each kind. `is_similar`: nothing holds what was typed; these only look like it."""

    customers: list[Customer] = field(default_factory=list)
    vehicles: list[tuple[Vehicle, Badge]] = field(default_factory=list)
    registrations: list[tuple[Registration, Badge]] = field(default_factory=list)
    more_customers: bool = False
    more_vehicles: bool = False
    is_similar: bool = False

    @property
    def is_anything(self) -> bool:
        return bool(self.customers or self.vehicles or self.registrations)

    @property
    def count(self) -> str:
        """In words, for everybody and for screen readers."""
        kinds = (
            _counted(len(self.customers), "customer", more=self.more_customers),
            _counted(len(self.vehicles), "vehicle", more=self.more_vehicles),
            _counted(len(self.registrations), "registration"),
        )
        found = ", ".join(kind for kind in kinds if kind)
        if self.is_similar:
            return f"Nothing is spelled like that. Similar: {found}."
        return f"Found: {found}." if found else ""


def _counted(number: int, what: str, *, more: bool = False) -> str:
    if not number:
        return ""
    words = f"{number} {what}{'' if number == 1 else 's'}"
    return f"the first {words} of more" if more else words


def search(*, access: Access, text: str) -> Results:
    """A text that nothing can be looked for by is refused in words."""
    if problem := refusal(text):
        raise Invalid(problem)
    registrations = registrations_found(access=access, text=text, limit=SHOWN)
    ways = (_results(access, text, registrations, way) for way in Way)
    return next((found for found in ways if found.is_anything), Results())


def _results(access: Access, text: str, registrations: list[Registration], way: Way) -> Results:
    """One more of each is asked for, to know whether there are more."""
    customers = customers_found(access=access, text=text, limit=SHOWN + 1, way=way)
    vehicles = vehicles_found(access=access, text=text, limit=SHOWN + 1, way=way)
    now = timezone.now()
    return Results(
        customers=customers[:SHOWN],
        vehicles=[(row, health_badge(row, now)) for row in vehicles[:SHOWN]],
        registrations=[(row, outcome_badge(row.outcome)) for row in registrations],
        more_customers=len(customers) > SHOWN,
        more_vehicles=len(vehicles) > SHOWN,
        is_similar=way is not Way.HOLDING,
    )


def registration_asked(*, access: Access, text: str) -> str:
    """The reference of the one registration that a text names in full and the person may see."""
    reference = reference_asked(text)
    found = registrations_found(access=access, text=text, limit=1) if len(reference) == WHOLE + len("R-") else []
    return found[0].reference if found else ""
