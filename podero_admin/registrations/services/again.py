"""“Send again”: what Podero does not have goes out once more, with the next number."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from podero_admin.core.access import Access, Permission
from podero_admin.core.errors import Conflicting, PoderoAway
from podero_admin.podero import ElectricVehicle
from podero_admin.registrations.models import Attempt, Registration
from podero_admin.registrations.outcomes import SENDABLE_AGAIN, Outcome
from podero_admin.registrations.payload import has_rare_fields
from podero_admin.registrations.selectors import open_registration_of
from podero_admin.registrations.services.doubts import refuse_overtaken, refuse_second, refuse_unexplained
from podero_admin.registrations.services.send import attempt_made, registration_send, way_out_of
from podero_admin.registrations.services.transition import move
from podero_admin.registrations.services.truth import LOOK_SECONDS, vehicles_look

NEVER_SEEN = (
    "Podero's list of this customer's vehicles cannot be read, and never could since this was sent, so nobody knows "
    "whether the vehicle is there. Nothing was sent now. Press again when Podero answers."
)


def registration_send_again(*, access: Access, registration: Registration, attempt_number: int) -> Registration:
    """Send a registration that Podero does not have once more; a second press of the same button changes nothing."""
    access.require(Permission.VEHICLE_REGISTER, registration.organization_id)
    if registration.attempt_number != attempt_number:
        return registration
    if registration.outcome not in SENDABLE_AGAIN:
        raise Conflicting("This registration cannot be sent again: see what became of it.")
    if has_rare_fields(registration.sent_payload):
        access.require(Permission.RARE_FIELDS_SEND, registration.organization_id)
    vehicles = _last_look(access, registration)
    if registration.outcome not in SENDABLE_AGAIN:
        return registration
    began_at = registration.pending_at
    refuse_unexplained(registration, vehicles)
    refuse_overtaken(registration, since=began_at)
    way_out = way_out_of(registration.customer)
    try:
        with transaction.atomic():
            attempt = _next_attempt(access, registration)
            refuse_overtaken(registration, since=began_at)
    except IntegrityError:
        refuse_second(open_registration_of(registration.customer))
        return registration
    if attempt:
        registration_send(access=access, registration=registration, attempt=attempt, way_out=way_out)
    return registration


def _last_look(access: Access, registration: Registration) -> list[ElectricVehicle]:
    """Before it goes out once more: it may have been carried out late. Without a list only if one was read since."""
    try:
        vehicles = vehicles_look(access=access, customer=registration.customer, seconds=LOOK_SECONDS)
    except PoderoAway as error:
        if registration.outcome == Outcome.ABSENT and not registration.complete_checks:
            raise Conflicting(NEVER_SEEN) from error
        return []
    registration.refresh_from_db()
    return vehicles


def _next_attempt(access: Access, registration: Registration) -> Attempt | None:
    number = registration.attempt_number + 1
    fresh = {"attempt_number": number, "pending_at": timezone.now(), "sent_at": None, "settled_at": None}
    cleared = {"checks": 0, "complete_checks": 0, "last_check_at": None, "last_check_error": "", "next_check_at": None}
    emptied = {"claimed_until": None, "messages": "", "candidates": "", "decided_by_id": None, "decision_reason": ""}
    values = fresh | cleared | emptied
    moved = move(
        registration,
        Outcome.PENDING,
        access=access,
        of_attempt=registration.attempt_number,
        reason=f"Attempt {number}",
        values=values,
    )
    return attempt_made(access, registration) if moved else None
