"""What a person may do at this moment, read afresh for each request."""

from uuid import UUID

from podero_admin.accounts.models import Membership, Staff
from podero_admin.core.access import Access, Role, Seat
from podero_admin.organizations.selectors import all_seats


def access_of(staff: Staff, *, chosen: str | None = None, request_id: str = "", client_address: str = "") -> Access:
    """Seats come from the database each time, so that a changed role bites at the next request."""
    seats = all_seats() if staff.is_superuser else _seats(staff)
    ids = {str(seat.organization_id) for seat in seats}
    return Access(
        staff_id=staff.pk,
        email=staff.email,
        name=staff.name,
        seats=seats,
        is_superuser=staff.is_superuser,
        chosen=UUID(chosen) if chosen in ids else None,
        request_id=request_id,
        client_address=client_address,
    )


def _seats(staff: Staff) -> tuple[Seat, ...]:
    seats = Membership.objects.filter(staff=staff).order_by("organization__name")
    rows = seats.values_list("organization_id", "organization__name", "role", "organization__environment")
    return tuple(Seat(id_, name, Role(role), environment) for id_, name, role, environment in rows)
