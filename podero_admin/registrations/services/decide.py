"""A senior ends what the settler cannot decide, with a reason."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from podero_admin.audit.actions import Action
from podero_admin.core.access import Access, Permission
from podero_admin.core.errors import Conflicting, Invalid
from podero_admin.registrations.models import Registration
from podero_admin.registrations.outcomes import DECIDABLE, Outcome, Seen
from podero_admin.registrations.schedule import next_look_at
from podero_admin.registrations.services.transition import move
from podero_admin.vehicles.models import Vehicle

REASON_MAX = 500


def registration_decide(*, access: Access, registration: Registration, vehicle_id: UUID | None, reason: str) -> Registration:
    """Say which vehicle it became, or (None) that there is none."""
    access.require(Permission.REGISTRATION_DECIDE, registration.organization_id)
    reason = reason.strip()
    if not reason:
        raise Invalid("Give a reason: it is kept in the audit log.", fields={"reason": ["Give a reason."]})
    if len(reason) > REASON_MAX or "\0" in reason:
        raise Invalid("The reason is too long.", fields={"reason": [f"At most {REASON_MAX} characters, plain text."]})
    vehicle = _vehicle(registration, vehicle_id) if vehicle_id else None
    now = timezone.now()
    values = {"settled_at": now, "claimed_until": None, "decided_by_id": access.staff_id, "decision_reason": reason}
    with transaction.atomic():
        if vehicle is not None:
            last = registration.attempts.order_by("-number").first()
            Vehicle.objects.filter(pk=vehicle.pk).update(sent=last.payload if last else "", registered_reference=registration.reference)
            moved = move(
                registration, Outcome.CONFIRMED, access=access, seen=Seen.CHOSEN_BY_SENIOR, origins=DECIDABLE, action=Action.REGISTRATION_DECIDED,
                reason=reason, vehicle=vehicle, next_check_at=None, **values,
            )  # fmt: skip
        else:
            moved = move(
                registration, Outcome.ABSENT, access=access, seen=Seen.NONE_BY_SENIOR, origins=DECIDABLE, action=Action.REGISTRATION_DECIDED,
                reason=reason, next_check_at=next_look_at(now, registration.created_at), **values,
            )  # fmt: skip
        if not moved:
            raise Conflicting("This registration is settled already: see what became of it.")
    return registration


def _vehicle(registration: Registration, vehicle_id: UUID) -> Vehicle:
    """A vehicle of the same customer that no other registration has."""
    vehicle = Vehicle.objects.filter(pk=vehicle_id, customer=registration.customer_id).first()
    if vehicle is None or Registration.objects.filter(vehicle=vehicle).exists():
        message = "This is no vehicle of this customer, or another registration has it."
        raise Invalid(message, fields={"vehicle": [message]})
    return vehicle
