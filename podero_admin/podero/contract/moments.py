"""Moments as both directions of the contract need them: in UTC, and perhaps "never"."""

from datetime import UTC, datetime

NEVER_YEAR = 1


def is_never(moment: datetime) -> bool:
    """Tell whether a moment, in UTC or any zone, lies in the year 1, which is how the API writes "never"."""
    return moment.year == NEVER_YEAR


def in_utc(moment: datetime) -> datetime:
    """Return the same moment in UTC; raises ValueError where that lies beyond the calendar."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("beyond the calendar") from None
