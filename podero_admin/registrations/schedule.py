"""When to look for a registration whose answer is missing; all due times are stored, none is kept in memory."""

from datetime import datetime, timedelta

from django.conf import settings

# One in operation; below one it shortens, for tests, what has no variable of its own.
_SCALE = settings.TIME_SCALE
SLOW = timedelta(minutes=15) * _SCALE
LONGEST = timedelta(hours=24) * _SCALE
LOOKED_FOR = timedelta(days=7) * _SCALE
RARELY = timedelta(hours=6) * _SCALE
COMPLETE_LISTS = 3
CLAIM = timedelta(seconds=60) * _SCALE
PENDING_LIMIT = timedelta(seconds=60) * _SCALE
SENDING_GRACE = timedelta(seconds=20) * _SCALE
CLOCKS_APART = timedelta(hours=1)


def next_check_at(*, now: datetime, sent_at: datetime, checks: int) -> datetime:
    """The schedule's next moment after so many checks; when it is used up, every 15 minutes."""
    schedule = settings.SETTLE_SCHEDULE
    if checks < len(schedule):
        return max(sent_at + timedelta(seconds=schedule[checks]), now + timedelta(seconds=1))
    return now + min(SLOW, timedelta(seconds=settings.SETTLE_WINDOW * 3))


def next_look_at(now: datetime, ended_at: datetime | None = None) -> datetime | None:
    """Absent and not-sent registrations are looked for every six hours, for seven days after they ended (or now)."""
    at = now + RARELY
    return at if at < (ended_at or now) + LOOKED_FOR + RARELY else None


def window_is_over(*, now: datetime, sent_at: datetime) -> bool:
    return now >= sent_at + timedelta(seconds=settings.SETTLE_WINDOW)


def died_sending_before(now: datetime) -> datetime:
    return now - timedelta(seconds=settings.PODERO_DEADLINE) - SENDING_GRACE
