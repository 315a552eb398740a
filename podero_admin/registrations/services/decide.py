"""A senior ends what the settler cannot decide, with a reason."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from podero_admin.audit.actions import Action
from podero_admin.core.access import Access, Permission
from podero_admin.core.errors import Conflicting, Invalid
from podero_admin.registrations.models import Registration
from podero_admin.registrations.outcomes import DECIDABLE, Outcome, Seen
from podero_admin.registrations.schedule import next_look_at
from podero_admin.registrations.services.reasons import reason_checked
from podero_admin.registrations.services.transition import move
from podero_admin.registrations.services.truth import remember_sent, sent_for
from podero_admin.vehicles.models import Vehicle

SETTLED = "This registration is settled already: see what became of it."
NOT_FREE = (
    "This cannot be the vehicle: it is not this customer's, or another registration has it, or it was there before."
)


def registration_decide(
    *, access: Access, registration: Registration, vehicle_id: UUID | None, reason: str
) -> Registration:
    """Say which vehicle it became, or (None) that there is none."""
    access.require(Permission.REGISTRATION_DECIDE, registration.organization_id)
    reason = reason_checked(reason)
    if registration.outcome not in DECIDABLE:
        raise Conflicting(SETTLED)
    vehicle = _vehicle(registration, vehicle_id) if vehicle_id else None
    now = timezone.now()
    seen, to, next_look = Seen.NONE_BY_SENIOR, Outcome.ABSENT, next_look_at(now)
    if vehicle is not None:
        seen, to, next_look = Seen.CHOSEN_BY_SENIOR, Outcome.CONFIRMED, None
    values: dict[str, Any] = {"settled_at": now, "claimed_until": None, "next_check_at": next_look, "vehicle": vehicle}
    values |= {"decided_by_id": access.staff_id, "decision_reason": reason}
    action = Action.REGISTRATION_DECIDED
    try:
        with transaction.atomic():
            moved = move(
                registration,
                to,
                access=access,
                seen=seen,
                origins=DECIDABLE,
                action=action,
                reason=reason,
                values=values,
            )
            if vehicle is not None:
                remember_sent(vehicle, sent_for(registration))
            if not moved:
                raise Conflicting(SETTLED)
    except IntegrityError:
        raise Invalid(NOT_FREE, fields={"vehicle": [NOT_FREE]}) from None
    return registration


def _vehicle(registration: Registration, vehicle_id: UUID) -> Vehicle:
    """A vehicle of the same customer that came since, and that no other registration has."""
    vehicle = Vehicle.objects.filter(pk=vehicle_id, customer=registration.customer_id).first()
    was_there = str(vehicle_id) in (registration.baseline_ids or set())
    if vehicle is None or was_there or Registration.objects.filter(vehicle=vehicle).exists():
        raise Invalid(NOT_FREE, fields={"vehicle": [NOT_FREE]})
    return vehicle
