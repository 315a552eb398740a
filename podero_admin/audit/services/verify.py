"""Walk the chain from its start, or from where the last check ended, and tell when its state changes."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.utils import timezone

from podero_admin.audit.actions import Action
from podero_admin.audit.chain import falls_back, problem_of
from podero_admin.audit.models import START, ChainHead
from podero_admin.audit.selectors import chain_head, chain_rows, first_number_beyond_the_head, hash_and_time_of
from podero_admin.audit.services.record import head_locked, record
from podero_admin.audit.triggers import weakness
from podero_admin.core.access import Access, Permission

logger = logging.getLogger(__name__)

#: What a check leaves on the head of the chain.
KEPT = ("checked_problem", "checked_at", "fully_checked_at", "checked_number", "out_of_order_number")
FULL_EVERY = timedelta(hours=24)
#: Up to here a person who presses "Verify" waits for the whole chain; beyond, for what is new.
FULL_WHILE_WAITING = 200_000


@dataclass(frozen=True)
class Verification:
    """What a walk found: how many events the log holds, which is the first bad one, and what is wrong.

    A warning is of clocks: times that cannot be right, in a chain that may well be. A weakness is that triggers no
    longer guard the log.
    """

    count: int
    checked: int
    bad_number: int | None = None
    problem: str = ""
    out_of_order: int | None = None
    warning: str = ""
    weakness: str = ""

    @property
    def is_unbroken(self) -> bool:
        return not self.problem


def verify_chain(*, access: Access | None = None, full: bool = True) -> Verification:
    """Check every event, or with `full=False` those since the last check, unless a full one is due."""
    begun_at, head = timezone.now(), chain_head()
    is_full = full or _is_full_due(head, begun_at)
    after = None if is_full else head.checked_number
    found = _remember(access=access, found=_walk(head, after=after), begun_at=begun_at if is_full else None)
    level = logging.INFO if found.is_unbroken else logging.ERROR
    logger.log(level, "The audit chain up to event %s (%s): %s", head.number, head.hash, found.problem or "unbroken")
    if found.warning:
        logger.warning("The audit log: %s", found.warning)
    if found.weakness:
        logger.error("%s", found.weakness)
    return found


def verify_now(*, access: Access) -> Verification:
    """What a person asked for, as far as they can be made to wait for it."""
    access.require(Permission.EVENTS_VIEW_ALL)
    return verify_chain(access=access, full=chain_head().number <= FULL_WHILE_WAITING)


def _is_full_due(head: ChainHead, now: datetime) -> bool:
    """A break that was found stays found until the whole chain is seen to be sound."""
    last = head.last_full_check
    return bool(head.checked_problem) or last is None or now - last > FULL_EVERY


def _walk(head: ChainHead, *, after: int | None) -> Verification:
    number = begun = after or 0
    previous_hash, time = (START, None) if after is None else hash_and_time_of(after)
    out_of_order = None
    for row in chain_rows(after=after, upto=head.number):
        if problem := problem_of(row, number=number + 1, previous_hash=previous_hash):
            return Verification(head.number, number - begun, min(number + 1, row["number"]), problem)
        if falls_back(row["at"], time):
            out_of_order = row["number"]
        number, previous_hash, time = row["number"], row["hash"], row["at"]
    ended = _end(head, number=number, last_hash=previous_hash, checked=number - begun)
    return replace(ended, out_of_order=out_of_order)


def _end(head: ChainHead, *, number: int, last_hash: str, checked: int) -> Verification:
    """The last event must be the one that the head names, and the log must not have been longer before."""
    beyond = first_number_beyond_the_head()
    if number < head.number:
        return Verification(head.number, checked, number + 1, f"event {number + 1} is missing: the log ends before it")
    if last_hash != head.hash:
        return Verification(head.number, checked, number, f"event {number} is not the one the chain ended with")
    if head.checked_number > head.number:
        missing = head.number + 1
        return Verification(
            head.number, checked, missing, f"event {missing} is missing: it was there at the last check"
        )
    if beyond:
        return Verification(head.number, checked, beyond, f"event {beyond} was added behind the end of the chain")
    return Verification(head.number, checked)


@transaction.atomic
def _remember(*, access: Access | None, found: Verification, begun_at: datetime | None) -> Verification:
    """Keep the result; a person's check is an event each time, the application's own when the state has changed.

    `begun_at` is of a check from the start; the other kind leaves what it did not look at as it was.
    """
    head = head_locked()
    was_broken, head.checked_problem = bool(head.checked_problem), found.problem[:300]
    head.checked_at, head.fully_checked_at = timezone.now(), begun_at or head.fully_checked_at
    if found.is_unbroken:
        head.checked_number = found.count
    if found.out_of_order or (begun_at and found.is_unbroken):
        head.out_of_order_number = found.out_of_order
    head.save(update_fields=KEPT)
    found = replace(found, warning=head.clock_warning, weakness=weakness())
    if access or was_broken != bool(found.problem):
        _tell(access or Access.system(), found)
    return found


def _tell(access: Access, found: Verification) -> None:
    """Where a forged row has taken the next number nothing can be recorded: what was found is kept all the same."""
    outcome = "done" if found.is_unbroken and not found.weakness else "failed"
    chain = f"unbroken, {found.count} events" if found.is_unbroken else found.problem
    words = "; ".join(filter(None, (chain, found.weakness, found.warning)))
    try:
        with transaction.atomic():
            record(Action.EVENTS_VERIFIED, access=access, outcome=outcome, reason=words)
    except DatabaseError:
        logger.exception("The result of the check could not be recorded: %s", words)
