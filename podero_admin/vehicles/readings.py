"""What of a vehicle changed from one answer to the next, and what of that is kept; pure.

Where a car is, and links that let somebody in, are never kept: readings must not become a record of movements.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from podero_admin.fields import OUTPUTS, display
from podero_admin.vehicles.mapping import STATUSES, note_of, read_object
from podero_admin.vehicles.models import Reading, Vehicle, maker_key
from podero_admin.vehicles.statuses import Health

#: These move with every report and say nothing alone.
CLOCKS = frozenset({
    "updated_at", "current_state_last_updated_at", "charge_state_last_updated_at", "last_monitoring_executed_at",
    "consumption_last_updated_at",
})  # fmt: skip
PERSONAL = frozenset({
    "owner", "latitude", "longitude", "coordinates_last_updated_at", "authorization_url", "embeddable_url",
})  # fmt: skip
KEPT = tuple(name for name in OUTPUTS if name not in CLOCKS | PERSONAL)
#: Not a field of the contract: whether Podero lists the vehicle at all.
LISTED = "listed"
LONGEST = 300
OK, ERROR = "ok", "error"
#: How an error of the lifecycle is called beside the short names of the statuses.
LIFECYCLE = "lifecycle"
_MODEL_PARTS = ("manufacturer", "model", "year")
Changes = dict[str, tuple[Any, Any]]


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
    """What differs for people who read it; the same thing written in another way does not."""
    pairs = ((name, _kept(name, before.get(name)), _kept(name, after.get(name))) for name in KEPT)
    return {name: (old, new) for name, old, new in pairs if old != new and _in_words(name, old) != _in_words(name, new)}


def _kept(name: str, value: Any) -> Any:
    if name == "comment":
        return note_of(value)[:LONGEST]
    if name == "device_model" and isinstance(value, Mapping):
        return {part: _short(value.get(part)) for part in _MODEL_PARTS}
    return _short(value)


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return value[:LONGEST]
    return value if value is None or isinstance(value, bool | int | float) else json.dumps(value)[:LONGEST]


def _in_words(name: str, value: Any) -> str:
    return display(name, value, tz=UTC)


def reading(row: Vehicle, found: Changes, *, at: datetime, became: str = "") -> Reading:
    """To be stored with the change, while the row still says when Podero was asked before."""
    return Reading(
        vehicle_id=row.id,
        organization_id=row.organization_id,
        at=at,
        before_at=row.fetched_at,
        changes=json.dumps(found, ensure_ascii=False, separators=(",", ":")),
        became=became,
        maker=maker_key(row.maker) if became else "",
    )


def turned_to_error(row: Vehicle, values: Mapping[str, Any]) -> str:
    """Which of the three statuses turn to error, by their short names, and whether the lifecycle does."""
    turned = [short(name) for name in STATUSES if values[name] == ERROR and getattr(row, name) != ERROR]
    return " ".join([*turned, LIFECYCLE] if _lifecycle_turned(row, values) else turned)


def _lifecycle_turned(row: Vehicle, values: Mapping[str, Any]) -> bool:
    """By the health, which is what people see; what it was before may have been hidden by something more urgent."""
    if values["settled_health"] != Health.LIFECYCLE_ERROR or row.settled_health == Health.LIFECYCLE_ERROR:
        return False
    return read_object(row.output).get("lifecycle_state") != ERROR


def ok_until(row: Vehicle, values: Mapping[str, Any]) -> dict[str, datetime | None]:
    """Until when each status was seen to be ok: the last answer before the one that says otherwise."""
    return {f"{short(name)}_ok_until": _ok_until(row, name, values[name]) for name in STATUSES}


def _ok_until(row: Vehicle, name: str, new: str) -> datetime | None:
    if new == OK:
        return None
    known: datetime | None = getattr(row, f"{short(name)}_ok_until")
    return row.fetched_at if getattr(row, name) == OK else known


def short(status: str) -> str:
    return status.removesuffix("_status")
