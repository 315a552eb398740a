"""What a vehicle's states mean to staff: value to label, tone, icon and an explaining sentence; overall health."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from podero_admin.fields import FIELDS, display, parse_moment
from podero_admin.vehicles.looks import LOOKS, NAMES, Look, Tone

STALE_WHILE_PLUGGED_IN = timedelta(hours=1)
STALE_OTHERWISE = timedelta(hours=24)
_FACTS = ("is_authenticated", "is_plugged_in", "is_charging", "is_pause_power_active", "boost_state", "lifecycle_state")


@dataclass(frozen=True, slots=True)
class Fact:
    """One state as plain words; `is_known` is false for a value that we have no words for."""

    field: str
    label: str
    text: str
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Badge:
    """One status, ready to draw; `word` is the label without its field's name, for columns that bear it."""

    field: str
    value: str
    label: str
    tone: Tone
    icon: str
    sentence: str
    word: str = ""


class Health(StrEnum):
    """In the order in which they are looked for; the first match wins."""

    DELETED = "deleted"
    ACTION_NEEDED = "action_needed"
    NOT_CONNECTED = "not_connected"
    LIFECYCLE_ERROR = "lifecycle_error"
    ERROR = "error"
    WARNING = "warning"
    NOTHING_KNOWN = "nothing_known"
    OLD = "old"
    HEALTHY = "healthy"


class ChargeStatus(StrEnum):
    UNPLUGGED = "unplugged"
    WAITING = "waiting"
    CHARGING = "charging"
    FULL = "full"
    PAUSED = "paused"
    NOT_CONNECTED = "not_connected"
    BOOSTING = "boosting"
    UNKNOWN = "unknown"


INCONSISTENT_HINT = "The readings contradict each other: it charges, but does not say that it is plugged in."


def badge(field: str, value: Any) -> Badge:
    """The badge of a value; one that we do not know shows as itself in the unknown tone."""
    text = "unknown" if value is None else display(field, value, tz=UTC)
    look = LOOKS.get(field, {}).get(text)
    if look is None:
        look = Look(text, "unknown", "unknown", "Podero sent a value that this page does not know.")
    name = NAMES.get(field)
    label = f"{name}: {look.word}" if name else look.word
    return Badge(field, text, label, look.tone, look.icon, look.sentence, look.word)


def is_known_value(field: str, value: Any) -> bool:
    """Whether the value is one we have words for, so that a new one can be logged."""
    return isinstance(value, str) and value in LOOKS.get(field, {})


def settled_health(
    *,
    deleted_at: Any,
    action_needed: Any,
    is_authenticated: Any,
    lifecycle_state: Any,
    statuses: tuple[Any, ...],
    reported_at: Any,
) -> Health:
    """The part of the health that time does not change, so that it can be stored and filtered."""
    matches = (
        (_is_set(deleted_at), Health.DELETED),
        (action_needed is True, Health.ACTION_NEEDED),
        (is_authenticated is not True, Health.NOT_CONNECTED),
        (lifecycle_state == "error", Health.LIFECYCLE_ERROR),
        ("error" in statuses, Health.ERROR),
        ("warning" in statuses, Health.WARNING),
        ("ok" not in statuses or not _is_set(reported_at), Health.NOTHING_KNOWN),
    )
    return next((health for matched, health in matches if matched), Health.HEALTHY)


def stale_after(*, reported_at: Any, is_plugged_in: Any, is_charging: Any) -> datetime | None:
    """The moment from which a reading counts as old; None when nothing was ever reported."""
    if not _is_set(reported_at):
        return None
    watched = is_plugged_in is True or is_charging is True
    try:
        return parse_moment(reported_at) + (STALE_WHILE_PLUGGED_IN if watched else STALE_OTHERWISE)
    except (OverflowError, TypeError, ValueError):
        return None


def health_at(settled: Health | str, stale_after: datetime | None, now: datetime) -> Health | str:
    """Healthy turns into old with time; nothing else does. A stored value that we do not know stays."""
    if settled == Health.HEALTHY and stale_after is not None and now > stale_after:
        return Health.OLD
    return settled


GONE = Badge(
    "health",
    "gone",
    "No longer at Podero",
    "unknown",
    "x",
    "Podero no longer lists this car. What is shown is the last that it told.",
)


def health_badge(vehicle: Any, now: datetime) -> Badge:
    """Of a stored vehicle; that it is gone outweighs whatever was told of it."""
    if vehicle.is_gone:
        return GONE
    return badge("health", str(health_at(vehicle.settled_health, vehicle.stale_after, now)))


def reported_at_of(vehicle: Any) -> Any:
    """When the car last reported; the retired clock counts only where the new one is silent."""
    current = _get(vehicle, "current_state_last_updated_at")
    return current if _is_set(current) else _get(vehicle, "charge_state_last_updated_at")


def charge_status(
    *,
    is_authenticated: Any,
    is_plugged_in: Any,
    is_charging: Any,
    is_fully_charged: Any = None,
    is_pause_power_active: Any = None,
    boost_state: Any = None,
) -> ChargeStatus:
    """What the car does now. Not connected comes first: whatever else is told is then old."""
    idle = is_plugged_in is True and is_charging is not True
    matches = (
        (is_authenticated is not True, ChargeStatus.NOT_CONNECTED),
        (boost_state == "ongoing", ChargeStatus.BOOSTING),
        (is_charging is True, ChargeStatus.CHARGING),
        (is_plugged_in is False, ChargeStatus.UNPLUGGED),
        (idle and is_fully_charged is True, ChargeStatus.FULL),
        (idle and is_pause_power_active is True, ChargeStatus.PAUSED),
        (idle and is_charging is False, ChargeStatus.WAITING),
    )
    return next((status for matched, status in matches if matched), ChargeStatus.UNKNOWN)


def is_charge_inconsistent(*, is_plugged_in: Any, is_charging: Any) -> bool:
    """It charges without being plugged in: show it, with `INCONSISTENT_HINT`."""
    return is_charging is True and is_plugged_in is not True


def facts(vehicle: Any, *, tz: tzinfo) -> tuple[Fact, ...]:
    """Connected, plug, charging, pause, boost and lifecycle of anything with a vehicle's attributes."""
    return tuple(_fact(name, _get(vehicle, name), tz) for name in _FACTS)


def _fact(name: str, value: Any, tz: tzinfo) -> Fact:
    return Fact(name, FIELDS[name].label, display(name, value, tz=tz), value is None or _has_words(name, value))


def _has_words(name: str, value: Any) -> bool:
    if name == "boost_state":
        return is_known_value(name, value)
    if name == "lifecycle_state":
        return value in ("authenticated", "error")
    return isinstance(value, bool)


def _get(vehicle: Any, name: str) -> Any:
    return vehicle.get(name) if isinstance(vehicle, Mapping) else getattr(vehicle, name, None)


def _is_set(moment: Any) -> bool:
    """Whether a date-time is given; the year 1 stands for never."""
    if isinstance(moment, datetime):
        return moment.year > 1
    return bool(moment) and not str(moment).startswith("0001-")
