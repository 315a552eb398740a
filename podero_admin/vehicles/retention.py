"""Remove readings that are older than they are kept for, a few at a time, so that nobody waits for it."""

from datetime import datetime, timedelta

from django.conf import settings

from podero_admin.vehicles.models import Reading

BATCH = 1000


def readings_purge(*, now: datetime) -> int:
    """The oldest first; how many. Broken off, it goes on the next time."""
    limit, removed = now - timedelta(days=settings.READINGS_KEPT_DAYS), 0
    while old := _oldest(limit):
        removed += Reading.objects.filter(id__in=old).delete()[0]
        if len(old) < BATCH:
            break
    return removed


def _oldest(limit: datetime) -> list[int]:
    """Along the primary key, in whose order they were made; those that are young end the search, however many."""
    first = Reading.objects.order_by("id").values_list("id", "at")[:BATCH]
    return [number for number, at in first if at < limit]
