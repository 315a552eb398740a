"""The settler: finishes what dead processes left behind, and looks for the vehicles whose answers were lost."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from podero_admin.core.access import Access
from podero_admin.core.errors import PoderoAway
from podero_admin.podero import ElectricVehicle
from podero_admin.registrations.models import Attempt, Registration
from podero_admin.registrations.outcomes import Outcome, Seen, decide
from podero_admin.registrations.schedule import (
    CLAIM,
    CLOCKS_APART,
    COMPLETE_LISTS,
    LONGEST,
    PENDING_LIMIT,
    died_sending_before,
    next_check_at,
    next_look_at,
    window_is_over,
)
from podero_admin.registrations.services.transition import move
from podero_admin.registrations.services.truth import vehicles_look

logger = logging.getLogger(__name__)
BATCH = 100


@dataclass
class Settled:
    """How one pass went."""

    died: int = 0
    looked: int = 0
    decided: int = 0


def registrations_settle(*, access: Access, now: Callable[[], datetime] = timezone.now) -> Settled:
    """One pass; any number may run at once, since each registration is claimed by one of them at a time."""
    result = Settled(died=_bury(access, now()))
    for key in (
        Registration.objects.filter(next_check_at__lte=now())
        .order_by("next_check_at")
        .values_list("pk", flat=True)[:BATCH]
    ):
        registration = _claim(key, now())
        if registration is None:
            continue
        result.looked += 1
        before = registration.outcome
        try:
            _look(access, registration, now())
        except Exception:
            logger.exception("A registration could not be settled in this pass.")
            _note_check(access, registration, now(), error="Something unforeseen happened on our side.")
        result.decided += registration.outcome != before
    return result


def _bury(access: Access, now: datetime) -> int:
    """What a dead process left in pending was not sent; what it left in sending is unknown."""
    pending = Registration.objects.filter(outcome=Outcome.PENDING, pending_at__lt=now - PENDING_LIMIT)
    sending = Registration.objects.filter(outcome=Outcome.SENDING, sent_at__lt=died_sending_before(now))
    buried = 0
    for registration in pending.select_related("customer")[:BATCH]:
        values = {"settled_at": now, "next_check_at": next_look_at(now)}
        buried += _end(access, registration, Seen.DIED_PENDING, values)
    for registration in sending.select_related("customer")[:BATCH]:
        buried += _end(access, registration, Seen.DIED_SENDING, {"next_check_at": now})
    return buried


def _end(access: Access, registration: Registration, seen: Seen, values: Mapping[str, Any]) -> bool:
    origins = frozenset({Outcome(registration.outcome)})
    with transaction.atomic():
        moved = move(registration, decide(seen), access=access, seen=seen, origins=origins, values=values)
        if moved:
            Attempt.objects.filter(registration=registration, number=registration.attempt_number, outcome="").update(
                seen=seen, outcome=registration.outcome, finished_at=timezone.now()
            )
    return moved


def _claim(key: int, now: datetime) -> Registration | None:
    """Take a due registration for a minute, unless another settler has it."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    if not Registration.objects.filter(free, pk=key, next_check_at__lte=now).update(claimed_until=now + CLAIM):
        return None
    return Registration.objects.select_related("customer__organization", "organization").get(pk=key)


def _look(access: Access, registration: Registration, now: datetime) -> None:
    try:
        vehicles = vehicles_look(access=access, customer=registration.customer)
    except PoderoAway as error:
        _note_check(access, registration, now, error=str(error))
        return
    registration.refresh_from_db()
    if registration.outcome != Outcome.CONFIRMED:
        _note_check(access, registration, now, vehicles=vehicles)


def _note_check(
    access: Access,
    registration: Registration,
    now: datetime,
    *,
    vehicles: Sequence[ElectricVehicle] | None = None,
    error: str = "",
) -> None:
    """Count the check, then decide or wait for the next; a list that failed proves nothing."""
    is_watch = registration.outcome != Outcome.UNKNOWN
    sent_at = registration.sent_at or registration.created_at
    checks, complete = registration.checks + 1, registration.complete_checks + (vehicles is not None)
    due = (
        next_look_at(now, registration.settled_at or registration.pending_at)
        if is_watch
        else next_check_at(now=now, sent_at=sent_at, checks=checks)
    )
    values = {"checks": checks, "complete_checks": complete, "last_check_at": now, "last_check_error": error[:500]}
    with transaction.atomic():
        as_asked = {"outcome": registration.outcome, "attempt_number": registration.attempt_number}
        standing = Registration.objects.filter(pk=registration.pk, **as_asked)
        stands = standing.update(**values, next_check_at=due, claimed_until=None)
        registration.refresh_from_db()
        if is_watch or not stands:
            return
        if vehicles is not None and complete >= COMPLETE_LISTS and window_is_over(now=now, sent_at=sent_at):
            _conclude(access, registration, vehicles, now)
        elif now >= sent_at + LONGEST:
            _end(access, registration, Seen.NEVER_LISTED, {"next_check_at": next_look_at(now)})


def _conclude(access: Access, registration: Registration, vehicles: Sequence[ElectricVehicle], now: datetime) -> None:
    """After the window: a new vehicle that nobody else claims goes to a senior; none at all means absent."""
    values: dict[str, object] = {"next_check_at": next_look_at(now)}
    candidates = new_vehicles(registration, vehicles)
    if candidates:
        _end(access, registration, Seen.NEW_VEHICLE_UNTAGGED, values | {"candidates": json.dumps(candidates)})
    else:
        _end(access, registration, Seen.NO_NEW_VEHICLE, values | {"settled_at": now})


def new_vehicles(registration: Registration, vehicles: Sequence[ElectricVehicle]) -> list[str]:
    """Ids that are neither in the baseline nor linked; without a baseline, of vehicles made since it was sent."""
    linked = {
        str(key)
        for key in Registration.objects.filter(customer=registration.customer, vehicle__isnull=False).values_list(
            "vehicle_id", flat=True
        )
    }
    baseline = registration.baseline_ids
    since = registration.created_at - CLOCKS_APART

    def is_new(vehicle: ElectricVehicle) -> bool:
        if baseline is not None:
            return str(vehicle.id) not in baseline
        return vehicle.created_at is None or vehicle.created_at >= since

    return [str(vehicle.id) for vehicle in vehicles if is_new(vehicle) and str(vehicle.id) not in linked]
