"""Truth wins: a vehicle that carries our reference confirms its registration, whatever we believed before."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from podero_admin.audit.actions import Action
from podero_admin.core.access import Access
from podero_admin.core.statements import hold
from podero_admin.directory.models import Customer
from podero_admin.fields.tags import reference_in
from podero_admin.podero import ElectricVehicle
from podero_admin.registrations.models import Attempt, Registration
from podero_admin.registrations.outcomes import SENDABLE_AGAIN, Outcome, Seen
from podero_admin.registrations.services.strays import strays_note
from podero_admin.registrations.services.transition import move, tell
from podero_admin.registrations.wording import outcome_badge
from podero_admin.vehicles.models import Vehicle
from podero_admin.vehicles.services import customer_vehicles_fetch, vehicles_store

#: What somebody who has pressed waits for a list, before anything is sent.
LOOK_SECONDS = 3.0
MOST_NAMED = 10
GIVEN_UP = SENDABLE_AGAIN | {Outcome.REJECTED}


def tagged(vehicles: Iterable[ElectricVehicle], reference: str) -> list[ElectricVehicle]:
    """The vehicles whose comment starts with this reference, of whatever attempt."""
    return [vehicle for vehicle in vehicles if (found := reference_in(vehicle.comment)) and found[0] == reference]


def confirm(
    *,
    access: Access,
    registration: Registration,
    vehicles: Sequence[ElectricVehicle],
    seen: Seen,
    attempt: Attempt | None = None,
) -> bool:
    """Link the vehicle that was found and move to confirmed, in the transaction of the caller, who holds it.

    What is confirmed already stays as it is; but a further vehicle of the same reference raises the alarm.
    """
    vehicles = list({vehicle.id: vehicle for vehicle in vehicles}.values())
    sent = sent_for(registration, attempt)
    was_there = seen == Seen.ID_READ and _was_there(registration, vehicles[0])
    stored = vehicles_store(
        customer=registration.customer,
        vehicles=vehicles[:1],
        complete=False,
        asked_at=timezone.now(),
        if_new=None if was_there else sent,
    )
    vehicle = stored[0] if stored else None
    is_taken = vehicle is not None and _is_taken(registration, vehicle)
    contradiction = _contradiction(vehicles, vehicle, is_taken=is_taken, was_there=was_there)
    alarm = contradiction or _after_all(registration, vehicles)
    now = timezone.now()
    values: dict[str, Any] = {"settled_at": now, "next_check_at": None, "claimed_until": None}
    values |= {"alarm": alarm, "alarm_since": now if alarm else None}
    if vehicle is not None and not is_taken and not was_there:
        values["vehicle"] = vehicle
        remember_sent(vehicle, sent)
    if not move(registration, Outcome.CONFIRMED, access=access, seen=seen, values=values):
        if contradiction or vehicle is None or not _link_late(access, registration, vehicle, sent):
            _raise_late_alarm(access, registration, vehicles)
        return False
    if alarm:
        action = Action.DUPLICATE_FOUND if len(vehicles) > 1 else Action.ALARM_RAISED
        tell(action, access=access, registration=registration, outcome="alarm", reason=alarm)
    return True


def _link_late(access: Access, registration: Registration, vehicle: Vehicle, sent: Mapping[str, str]) -> bool:
    """Confirmed by an answer that named somebody else's vehicle: its own is linked when it is found."""
    unlinked = Registration.objects.filter(pk=registration.pk, outcome=Outcome.CONFIRMED, vehicle=None)
    if not unlinked.update(vehicle=vehicle):
        return False
    registration.vehicle = vehicle
    remember_sent(vehicle, sent)
    reason = f"Podero's list shows its vehicle, {vehicle.id}"
    tell(Action.REGISTRATION_CONFIRMED, access=access, registration=registration, outcome="confirmed", reason=reason)
    return True


def _raise_late_alarm(access: Access, registration: Registration, vehicles: Sequence[ElectricVehicle]) -> None:
    """A confirmed registration whose reference another vehicle bears too: one car twice, told once."""
    ids = {vehicle.id for vehicle in vehicles} | ({registration.vehicle_id} if registration.vehicle_id else set())
    alarm = _more_than_once(ids)
    is_told = all(vehicle_id in registration.alarm for vehicle_id in _named(ids))
    if registration.outcome != Outcome.CONFIRMED or len(ids) == 1 or is_told:
        return
    standing = Registration.objects.filter(pk=registration.pk, alarm=registration.alarm)
    if standing.update(alarm=alarm, alarm_since=timezone.now()):
        registration.alarm = alarm
        tell(Action.DUPLICATE_FOUND, access=access, registration=registration, outcome="alarm", reason=alarm)


def _more_than_once(ids: Collection[UUID | None]) -> str:
    more = f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else ""
    return f"Podero has this registration more than once: {', '.join(_named(ids))}{more}."


def _named(ids: Iterable[UUID | None]) -> list[str]:
    """As many as an alarm has room for, always the same ones."""
    return sorted(map(str, ids))[:MOST_NAMED]


def _is_taken(registration: Registration, vehicle: Vehicle) -> bool:
    """Whoever links a vehicle leaves the reference on it; one that bears none, or ours, belongs to nobody else."""
    if vehicle.registered_reference in {"", registration.reference}:
        return False
    return Registration.objects.filter(vehicle=vehicle).exclude(pk=registration.pk).exists()


def _was_there(registration: Registration, vehicle: ElectricVehicle) -> bool:
    """Whether the customer had it before it was sent, so that it cannot be what was made."""
    baseline = registration.baseline_ids or set()
    return str(vehicle.id) in baseline and not tagged([vehicle], registration.reference)


def _contradiction(
    vehicles: Sequence[ElectricVehicle], vehicle: Vehicle | None, *, is_taken: bool, was_there: bool
) -> str:
    if len(vehicles) > 1:
        return _more_than_once({found.id for found in vehicles})
    if vehicle is None:
        return f"Podero named the vehicle {vehicles[0].id}, which belongs to somebody else here."
    if was_there:
        return f"Podero named the vehicle {vehicle.id}, which the customer had before this was sent."
    if is_taken:
        return f"Podero named the vehicle {vehicle.id}, which belongs to another registration already."
    return ""


def _after_all(registration: Registration, vehicles: Sequence[ElectricVehicle]) -> str:
    """What was thought not to be there is: people may have acted upon the first word."""
    if registration.outcome not in GIVEN_UP:
        return ""
    stood = outcome_badge(registration.outcome).label.lower()
    return (
        f"Podero has the vehicle {vehicles[0].id} after all; this registration stood here as “{stood}”. "
        "Make sure that the customer knows, and that the car was not registered a second time."
    )


def sent_for(registration: Registration, attempt: Attempt | None = None) -> dict[str, str]:
    """What a vehicle's row keeps of its registration: what was sent, by this attempt or the last one, and for what."""
    attempt = attempt or registration.attempts.order_by("-number").first()
    return {"sent": attempt.payload if attempt else "", "registered_reference": registration.reference}


def remember_sent(vehicle: Vehicle, sent: Mapping[str, str]) -> None:
    """Keep beside the vehicle what was sent for it, so that its page can compare; a new one has it already."""
    if any(getattr(vehicle, name) != value for name, value in sent.items()):
        Vehicle.objects.filter(pk=vehicle.pk).update(**sent)


def vehicles_look(*, access: Access, customer: Customer, seconds: float | None = None) -> list[ElectricVehicle]:
    """Ask Podero for the customer's vehicles, and confirm whatever they show to be confirmed; raises PoderoAway."""
    vehicles = customer_vehicles_fetch(access=access, customer=customer, seconds=seconds)
    vehicles_reconcile(access=access, customer=customer, vehicles=vehicles)
    return vehicles


def vehicles_reconcile(*, access: Access, customer: Customer, vehicles: Sequence[ElectricVehicle]) -> int:
    """Confirm every registration of the customer that one of these vehicles names; say how many that were."""
    named: dict[str, list[ElectricVehicle]] = defaultdict(list)
    for vehicle in vehicles:
        found = reference_in(vehicle.comment)
        if found:
            named[found[0]].append(vehicle)
    if not named:
        return 0
    confirmed = 0
    for registration in Registration.objects.filter(customer=customer, reference__in=named).select_related("customer"):
        found_vehicles = named.pop(registration.reference)
        ids = {vehicle.id for vehicle in found_vehicles}
        if registration.outcome == Outcome.CONFIRMED and ids == {registration.vehicle_id}:
            continue
        seen = Seen.TAG_FOUND if len(ids) == 1 else Seen.TAG_FOUND_TWICE
        with transaction.atomic():
            hold(registration)
            confirmed += confirm(access=access, registration=registration, vehicles=found_vehicles, seen=seen)
    strays_note(access=access, customer=customer, named=named)
    return confirmed
