"""Who is to be asked about, and when next: kept with each customer, so that no worker has to remember anything."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, F, Q, Value
from django.db.models.functions import Least
from django.utils import timezone

from podero_admin.directory.models import Customer
from podero_admin.directory.ranks import AGAIN_AFTER, AGAIN_AFTER_FAILURE, WATCHED_FOR, Rank, due_after

MARKED_FOR = timedelta(minutes=1)
#: Written here since it runs for every look: the ORM takes longer to put it together than to run it.
ANSWERED = """
    UPDATE directory_customer SET vehicles_asked_at = %s, look_claimed_until = NULL,
        look_rank = CASE WHEN opened_at > %s THEN %s ELSE %s END,
        look_due_at = CASE WHEN look_due_at IS NULL THEN NULL WHEN opened_at > %s THEN %s ELSE %s END
    WHERE id = %s AND (vehicles_asked_at IS NULL OR vehicles_asked_at < %s)"""
_ID = Customer._meta.get_field("id")  # noqa: SLF001 - public in Django's documentation


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
    at, watched_since = _moment(asked_at), _moment(asked_at - WATCHED_FOR)
    ranks = (watched_since, Rank.WATCHED.value, rank.value)
    dues = (watched_since, _moment(due_after(Rank.WATCHED, asked_at)), _moment(due_after(rank, asked_at)))
    with connection.cursor() as cursor:
        cursor.execute(ANSWERED, [at, *ranks, *dues, _ID.get_db_prep_value(customer.id, connection), at])
    customer.vehicles_asked_at = asked_at


def _moment(value: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


def customer_failed(customer: Customer, *, now: datetime) -> None:
    """This one could not be asked about, others perhaps can: it is tried again later, and nothing else changes."""
    Customer.objects.filter(id=customer.id, look_due_at__isnull=False).update(
        look_due_at=now + AGAIN_AFTER_FAILURE, look_claimed_until=None
    )
