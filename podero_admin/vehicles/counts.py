"""How many vehicles each chip stands for, and which makers there are; kept for a minute, never counted per page."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from podero_admin.core.access import Access, Permission
from podero_admin.core.counting import added_up, counted, kept
from podero_admin.vehicles.filters import QUESTIONS
from podero_admin.vehicles.models import Vehicle
from podero_admin.vehicles.selectors import filtered

MOST_MAKERS = 200


@dataclass(frozen=True)
class Fleet:
    """What is kept of one organisation."""

    counts: Mapping[str, int]
    makers: tuple[str, ...]


def fleets(*, access: Access) -> dict[UUID, Fleet]:
    """Of each of the person's organisations; at most a minute old."""
    return kept("vehicles:fleet", sorted(access.organization_ids(Permission.VEHICLE_VIEW)), _fleet)


def makers(known: Mapping[UUID, Fleet]) -> tuple[str, ...]:
    return tuple(sorted({maker for fleet in known.values() for maker in fleet.makers}, key=str.casefold))


def question_counts(known: Mapping[UUID, Fleet], *, access: Access, organization: UUID | None) -> dict[str, int]:
    """Of the organisations that the list shows."""
    shown = {organization} if organization else access.listed_ids(Permission.VEHICLE_VIEW)
    none = dict.fromkeys(QUESTIONS, 0)
    return added_up([none, *(fleet.counts for organization_id, fleet in known.items() if organization_id in shown)])


def _fleet(organization_id: UUID) -> Fleet:
    """Each count along an index that holds just these vehicles, or begins with them."""
    own = Vehicle.objects.filter(organization_id=organization_id)
    counts = {name: counted(filtered(own, asked)) for name, asked in QUESTIONS.items()}
    return Fleet(counts, tuple(_makers(organization_id)))


def _makers(organization_id: UUID) -> list[str]:
    """One step along the index for each maker, however many vehicles each has."""
    own = Vehicle.objects.filter(organization_id=organization_id).order_by("maker").values_list("maker", flat=True)
    found: list[str] = []
    while len(found) < MOST_MAKERS and (maker := own.filter(maker__gt=found[-1] if found else "").first()):
        found.append(maker)
    return found
