"""A vehicle of the contract as columns of ours; pure."""

import json
from datetime import datetime
from typing import Any

from podero_admin.directory.folding import fold, searchable, sort_key
from podero_admin.fields import tags
from podero_admin.podero import ElectricVehicle
from podero_admin.vehicles.models import NEVER
from podero_admin.vehicles.statuses import charge_status, reported_at_of, settled_health, stale_after
from podero_admin.vehicles.urgency import URGENCY

STATUSES = ("connection_status", "monitoring_status", "steering_status")
MODEL_NOT_KNOWN = "Model not known yet"
_YEARS = range(1900, 9000)


def output_json(vehicle: ElectricVehicle) -> str:
    return json.dumps(vehicle.raw, ensure_ascii=True)


def read_object(text: str) -> dict[str, Any]:
    """A stored JSON object; nothing stored is an empty one."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def note_of(comment: Any) -> str:
    """The comment as people wrote it, without the tag by which a registration is found again."""
    return tags.note_of(_text(comment, 1000))


def vehicle_values(vehicle: ElectricVehicle) -> dict[str, Any]:
    """Every column that comes from Podero; what does not fit a column is left to `output`, which keeps all."""
    return _car(vehicle) | _state(vehicle) | _times(vehicle) | _actions(vehicle) | {"output": output_json(vehicle)}


def _actions(vehicle: ElectricVehicle) -> dict[str, str]:
    """Only the answer about one vehicle lists what is to be done; a list of vehicles leaves what is known as it is."""
    if "actions" in vehicle.raw:
        return {"actions": json.dumps(vehicle.raw["actions"])}
    return {} if vehicle.action_needed is True else {"actions": ""}


def _car(vehicle: ElectricVehicle) -> dict[str, Any]:
    known = vehicle.device_model
    maker = _text(known.manufacturer if known else None, 255)
    model = _text(known.model if known else None, 255)
    year, note = _number(known.year if known else None, _YEARS), note_of(vehicle.comment)[:300]
    title = " ".join(part for part in (maker, model) if part) or MODEL_NOT_KNOWN
    return {
        "maker": maker,
        "model": model,
        "year": year,
        "title": title,
        "title_key": sort_key(title),
        "note": note,
        "folded": searchable(fold(part) for part in (maker, model, str(year or ""), note)),
        "price_zone": _text(vehicle.price_zone, 50),
    }


def _state(vehicle: ElectricVehicle) -> dict[str, Any]:
    statuses = {name: _text(getattr(vehicle, name), 50) or "unknown" for name in STATUSES}
    health = settled_health(
        deleted_at=vehicle.deleted_at,
        action_needed=vehicle.action_needed,
        is_authenticated=vehicle.is_authenticated,
        lifecycle_state=vehicle.lifecycle_state,
        statuses=tuple(statuses.values()),
        reported_at=reported_at_of(vehicle),
    )
    charge = charge_status(
        is_authenticated=vehicle.is_authenticated,
        is_plugged_in=vehicle.is_plugged_in,
        is_charging=vehicle.is_charging,
        is_fully_charged=vehicle.is_fully_charged,
        is_pause_power_active=vehicle.is_pause_power_active,
        boost_state=vehicle.boost_state,
    )
    return statuses | {
        "settled_health": health.value,
        "urgency": URGENCY[health],
        "charge": charge.value,
        "is_connected": vehicle.is_authenticated is True,
        "action_needed": vehicle.action_needed is True,
        "battery_level": _number(vehicle.battery_level, range(101)),
    }


def _times(vehicle: ElectricVehicle) -> dict[str, Any]:
    reported = _moment(reported_at_of(vehicle))
    stale = stale_after(reported_at=reported, is_plugged_in=vehicle.is_plugged_in, is_charging=vehicle.is_charging)
    return {
        "reported_at": reported,
        "reported_key": reported or NEVER,
        "stale_after": stale or NEVER,
        "created_at": _moment(vehicle.created_at),
        "deleted_at": _moment(vehicle.deleted_at),
    }


def _text(value: Any, length: int) -> str:
    """Databases keep neither NUL nor half a surrogate pair."""
    text = "" if value is None else str(value).replace("\0", "�")
    return text.encode("utf-8", "replace").decode()[:length]


def _number(value: Any, allowed: range) -> int | None:
    return int(value) if value is not None and value in allowed else None


def _moment(value: datetime | None) -> datetime | None:
    """The year 1 stands for never; what lies beyond any calendar of ours is not kept as a column."""
    return value if value is not None and value.year in _YEARS else None
