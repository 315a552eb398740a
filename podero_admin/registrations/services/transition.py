"""The one way an outcome moves: compare-and-swap, with its event, in the caller's transaction."""

from collections.abc import Collection, Mapping
from typing import Any

from podero_admin.audit.actions import Action
from podero_admin.audit.services import Subject, record
from podero_admin.core.access import Access
from podero_admin.core.statements import change_where
from podero_admin.registrations.models import Registration
from podero_admin.registrations.outcomes import TRANSITIONS, Outcome, Seen
from podero_admin.registrations.wording import in_words

ACTIONS: Mapping[Outcome, Action] = {
    Outcome.PENDING: Action.REGISTRATION_SENT_AGAIN,
    Outcome.SENDING: Action.REGISTRATION_SENT,
    Outcome.CONFIRMED: Action.REGISTRATION_CONFIRMED,
    Outcome.REJECTED: Action.REGISTRATION_REJECTED,
    Outcome.NOT_SENT: Action.REGISTRATION_NOT_SENT,
    Outcome.UNKNOWN: Action.REGISTRATION_UNKNOWN,
    Outcome.ABSENT: Action.REGISTRATION_ABSENT,
    Outcome.REVIEW: Action.REGISTRATION_REVIEW,
}


def tell(
    action: Action,
    *,
    access: Access,
    registration: Registration,
    outcome: str = "done",
    reason: str = "",
    changes: Mapping[str, tuple[Any, Any]] | None = None,
) -> None:
    """Record an event about a registration, found again under its customer and its vehicle."""
    record(
        action,
        access=access,
        organization_id=registration.organization_id,
        subject=Subject(
            "registration", registration.reference, f"{registration.reference} for {registration.customer.name}"
        ),
        outcome=outcome,
        reason=reason,
        changes=changes or {},
        customer_id=registration.customer_id,
        vehicle_id=registration.vehicle_id,
    )


def _swapped(
    registration: Registration,
    stored: Mapping[str, Any],
    where: frozenset[Outcome],
    tested: Mapping[str, Collection[Any]],
) -> str | None:
    """What it was until now, for certain; None where it does not stand in one of these any more."""
    while True:
        before = str(registration.outcome)
        if before in where and change_where(registration, stored, {**tested, "outcome": [before]}):
            return before
        registration.refresh_from_db()
        if registration.outcome == before or registration.outcome not in where:
            return None


def move(
    registration: Registration,
    to: Outcome,
    *,
    access: Access,
    seen: Seen | None = None,
    origins: frozenset[Outcome] | None = None,
    of_attempt: int | None = None,
    action: Action | None = None,
    reason: str = "",
    values: Mapping[str, Any] | None = None,
) -> bool:
    """Move to an outcome if the registration still stands where that is allowed; say whether it did.

    `of_attempt` holds back what belongs to an earlier attempt, from a process that was frozen meanwhile.
    """
    allowed = frozenset(before for before, after in TRANSITIONS.items() if to in after)
    where = allowed & origins if origins else allowed
    stored = {**(values or {}), "outcome": to.value, "seen": seen.value if seen else ""}
    tested = {} if of_attempt is None else {"attempt_number": [of_attempt]}
    before = _swapped(registration, stored, where, tested)
    if before is None:
        return False
    for name, value in stored.items():
        setattr(registration, name, value)
    tell(
        action or ACTIONS[to],
        access=access,
        registration=registration,
        outcome=to.value,
        reason=reason or ("" if seen in {None, Seen.ID_READ} else in_words(to, seen).happened),
        changes={"outcome": (before, to.value)},
    )
    return True
