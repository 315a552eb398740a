"""Who is to be asked about, and when next: kept with each customer, so that no worker has to remember anything."""

from datetime import datetime, timedelta

from django.db.models import Case, DateTimeField, F, Q, Value, When
from django.db.models.functions import Least
from django.utils import timezone

from podero_admin.directory.models import Customer
from podero_admin.directory.ranks import AGAIN_AFTER, AGAIN_AFTER_FAILURE, WATCHED_FOR, Rank, due_after

MARKED_FOR = timedelta(minutes=1)


def customer_opened(customer: Customer) -> None:
    """Somebody has the customer or a vehicle before them: it comes first, and not later than it would have.

    Written once a minute at most.
    """
    now = timezone.now()
    if customer.is_gone or (customer.opened_at and customer.opened_at > now - MARKED_FOR):
        return
    asked_at = customer.vehicles_asked_at
    due = max(now, asked_at + AGAIN_AFTER[Rank.WATCHED]) if asked_at else now
    unmarked = Q(opened_at__isnull=True) | Q(opened_at__lte=now - MARKED_FOR)
    Customer.objects.filter(unmarked, id=customer.id, look_due_at__isnull=False).update(
        opened_at=now, look_rank=Rank.WATCHED, look_due_at=Least(F("look_due_at"), Value(due, DateTimeField()))
    )


def customer_answered(customer: Customer, *, asked_at: datetime, rank: Rank) -> None:
    """Podero listed all the vehicles: when to ask next, by what they are like and whether somebody looks at them.

    Whoever asked, nobody needs to ask again at once. A customer who is gone stays out of the queue.
    """
    is_watched = Q(opened_at__gt=asked_at - WATCHED_FOR)
    own = Customer.objects.filter(id=customer.id)
    own.filter(Q(vehicles_asked_at__isnull=True) | Q(vehicles_asked_at__lt=asked_at)).update(
        vehicles_asked_at=asked_at,
        look_claimed_until=None,
        look_rank=Case(When(is_watched, then=Value(Rank.WATCHED)), default=Value(rank)),
        look_due_at=Case(
            When(look_due_at__isnull=True, then=None),
            When(is_watched, then=Value(due_after(Rank.WATCHED, asked_at))),
            default=Value(due_after(rank, asked_at)),
        ),
    )
    customer.vehicles_asked_at = asked_at


def customer_failed(customer: Customer, *, now: datetime) -> None:
    """This one could not be asked about, others perhaps can: it is tried again later, and nothing else changes."""
    Customer.objects.filter(id=customer.id, look_due_at__isnull=False).update(
        look_due_at=now + AGAIN_AFTER_FAILURE, look_claimed_until=None
    )
