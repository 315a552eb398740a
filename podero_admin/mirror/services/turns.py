"""Who is asked about next: claimed under the lock of the allowance, together with the moment for the call."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from time import sleep
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from podero_admin.core.statements import written_with_the_next
from podero_admin.directory.models import Customer
from podero_admin.directory.ranks import Rank
from podero_admin.mirror.selectors import is_anybody_due
from podero_admin.mirror.services import budget

#: Every so often the rest comes first, so that no crowd of urgent ones keeps it waiting for ever.
TURN_OF_THE_REST = 4


@dataclass(frozen=True)
class Turn:
    """A customer who is claimed, and the moment from which Podero may be asked."""

    customer: Customer
    at: datetime


def turns_take(organization_id: UUID, *, end: datetime, due_by: datetime | None = None) -> list[Turn]:
    """Claim the next few who are due, with a moment for each.

    None while the organisation is paused, or where its next free moment lies behind the end of the run.
    """
    now = timezone.now()
    if not is_anybody_due(organization_id, by=due_by or now):
        return []
    with transaction.atomic():
        written_with_the_next()  # a claim that is lost with the machine costs one question more
        allowance = budget.allowance_locked(organization_id)
        if allowance.free_at > end or (allowance.paused_until and allowance.paused_until > now):
            return []
        customers = _due(organization_id, _order(allowance.turns), due_by or now, now)
        claimed = Customer.objects.filter(id__in=[customer.id for customer in customers])
        claimed.update(look_claimed_until=now + budget.lease())
        moments = budget.moments_take(allowance, len(customers), now=now)
    return [Turn(customer, at) for customer, at in zip(customers, moments, strict=True)]


def _order(turns: int) -> tuple[Rank, ...]:
    """Ranks in their order; now and then the rest first."""
    return tuple(reversed(Rank)) if turns % TURN_OF_THE_REST == TURN_OF_THE_REST - 1 else tuple(Rank)


def _due(organization_id: UUID, ranks: tuple[Rank, ...], due_by: datetime, now: datetime) -> list[Customer]:
    """Along the index of what is due; of those that are claimed and passed over there are never many."""
    free = Q(look_claimed_until__isnull=True) | Q(look_claimed_until__lt=now)
    most, found = budget.turn_size(), list[Customer]()
    for rank in ranks:
        due = Customer.objects.filter(free, organization_id=organization_id, look_rank=rank, look_due_at__lte=due_by)
        due = due.select_for_update(skip_locked=True)  # a list that is written at this moment holds many, in its order
        found += due.defer("raw", "folded").order_by("look_due_at", "id")[: most - len(found)]
        if len(found) == most:
            break
    return found


def each_at_its_moment(turns: list[Turn], *, end: datetime, is_over: Callable[[], bool]) -> Iterator[Turn]:
    """Those for whom no time is left, or who shall not be asked about any more, are given back."""
    for place, turn in enumerate(turns):
        if is_over() or timezone.now() > end:
            turns_give_back(turns[place:])
            return
        sleep(max(0.0, (turn.at - timezone.now()).total_seconds()))
        yield turn


def turns_give_back(turns: list[Turn]) -> None:
    for turn in turns:  # one lock at a time, for the same reason
        Customer.objects.filter(id=turn.customer.id).update(look_claimed_until=None)
