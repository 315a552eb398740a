"""In which order customers are asked about, and how often; pure."""

from datetime import datetime, timedelta
from enum import IntEnum

from django.conf import settings


class Rank(IntEnum):
    """What is due is asked for in this order."""

    WATCHED = 0
    CARE = 1
    REST = 2


WATCHED_FOR = timedelta(minutes=10)
AGAIN_AFTER = {Rank.WATCHED: timedelta(minutes=1), Rank.CARE: timedelta(minutes=5)}
#: After a failure that concerns one customer alone.
AGAIN_AFTER_FAILURE = timedelta(minutes=5)


def due_after(rank: Rank, asked_at: datetime) -> datetime:
    """When to ask next; nothing urgent comes less often than the rest."""
    rest = timedelta(seconds=settings.MIRROR_MAX_AGE)
    return asked_at + min(AGAIN_AFTER.get(rank, rest), rest)
