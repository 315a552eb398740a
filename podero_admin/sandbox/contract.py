"""What a register call may carry, what a vehicle looks like, and refusals as Ninja words them; from the contract."""

import math
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, TypeVar

T = TypeVar("T")
Location = tuple[str | int, ...]
Problem = dict[str, Any]
Check = Callable[[object, Location, list[Problem]], object]

PRICE_ZONES = (
    *("AT", "AT_HOURLY", "BE", "CH", "EE", "DE_LU", "HU", "IT_CNOR", "IT_CSUD", "IT_NORD", "IT_PUN"),
    *("IT_SARD", "IT_SICI", "IT_SUD", "PT", "RO", "SE_1", "SE_2", "SE_3", "SE_4", "UK"),
)
STATUSES = ("ok", "warning", "error", "unknown")
BOOST_STATES = ("available", "requested", "unavailable", "ongoing")
NEVER = "0001-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Field:
    """One key of the input."""

    check: Check
    nullable: bool = True
    default: object = None
    required: bool = False


def problem(kind: str, location: Location, message: str, **context: object) -> Problem:
    found: Problem = {"type": kind, "loc": list(location), "msg": message}
    return found | {"ctx": context} if context else found


def stamp(moment: datetime) -> str:
    """The moment as Django's JSON encoder writes it: milliseconds, and Z for UTC."""
    written = moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
    return written.replace("+00:00", "Z")


def boolean(value: object, at: Location, problems: list[Problem]) -> object:
    if not isinstance(value, bool):
        problems.append(problem("bool_parsing", at, "Input should be a valid boolean, unable to interpret input"))
    return value


def integer(value: object, at: Location, problems: list[Problem]) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, float):
        message = "Input should be a valid integer, got a number with a fractional part"
        problems.append(problem("int_from_float", at, message))
    else:
        problems.append(problem("int_type", at, "Input should be a valid integer"))
    return value


def number(value: object, at: Location, problems: list[Problem]) -> object:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        problems.append(problem("float_type", at, "Input should be a valid number"))
    elif isinstance(value, float) and not math.isfinite(value):
        problems.append(problem("finite_number", at, "Input should be a finite number"))
    return value


def text(longest: int | None = None) -> Check:
    def check(value: object, at: Location, problems: list[Problem]) -> object:
        if not isinstance(value, str):
            problems.append(problem("string_type", at, "Input should be a valid string"))
        elif longest is not None and len(value) > longest:
            message = f"String should have at most {longest} characters"
            problems.append(problem("string_too_long", at, message, max_length=longest))
        return value

    return check


def moment(value: object, at: Location, problems: list[Problem]) -> object:
    parsed = _parsed(datetime.fromisoformat, value)
    if parsed is None or len(str(value)) <= len("2026-01-01"):
        problems.append(problem("datetime_parsing", at, "Input should be a valid datetime", error="invalid datetime"))
        return value
    return stamp(_in_utc(parsed))


def _parsed(parse: Callable[[str], T], value: object) -> T | None:
    try:
        return parse(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _in_utc(parsed: datetime) -> datetime:
    try:
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except OverflowError:  # the edge of year 1 or 9999
        return parsed.replace(tzinfo=UTC)


def time_of_day(value: object, at: Location, problems: list[Problem]) -> object:
    parsed = _parsed(time.fromisoformat, value)
    if parsed is None:
        problems.append(problem("time_parsing", at, "Input should be in a valid time format", error="invalid time"))
        return value
    return parsed.replace(tzinfo=None).isoformat()


def identifier(value: object, at: Location, problems: list[Problem]) -> object:
    parsed = _parsed(uuid.UUID, value)
    if parsed is None:
        problems.append(problem("uuid_parsing", at, "Input should be a valid UUID", error="invalid character"))
        return value
    return str(parsed)


def one_of(*values: str) -> Check:
    def check(value: object, at: Location, problems: list[Problem]) -> object:
        if value not in values:
            expected = ", ".join(f"'{each}'" for each in values[:-1]) + f" or '{values[-1]}'"
            problems.append(problem("enum", at, f"Input should be {expected}", expected=expected))
        return value

    return check


def record(fields: Mapping[str, Field]) -> Check:
    """An object of known keys. Unknown ones are dropped without a word, as the stock server does."""

    def check(value: object, at: Location, problems: list[Problem]) -> object:
        if not isinstance(value, dict):
            message = "Input should be a valid dictionary or object to extract fields from"
            problems.append(problem("model_attributes_type", at, message))
            return value
        return {name: _read(value, name, field, (*at, name), problems) for name, field in fields.items()}

    return check


def _read(values: dict[str, Any], name: str, field: Field, at: Location, problems: list[Problem]) -> object:
    if name not in values:
        if field.required:
            problems.append(problem("missing", at, "Field required"))
        return field.default
    if values[name] is None and field.nullable:
        return None
    return field.check(values[name], at, problems)


def _required(check: Check) -> Field:
    return Field(check, nullable=False, required=True)


def _plain(check: Check, default: object) -> Field:
    return Field(check, nullable=False, default=default)


DEVICE_TYPE = {"short_name": _required(text(255)), "long_name": _required(text(255))}
DEVICE_MODEL = {
    "device_type": _required(record(DEVICE_TYPE)),
    "manufacturer": _required(text(255)),
    "model": _required(text(255)),
    "year": Field(integer),
    "cloud_service_id": Field(identifier),
}
INPUT = {
    "is_pause_power_active": _plain(boolean, default=False),
    "is_smart_optimization_active": _plain(boolean, default=False),
    "device_model": Field(record(DEVICE_MODEL)),
    "price_zone": _plain(one_of(*PRICE_ZONES), "AT"),
    "deleted_at": Field(moment),
    "lifecycle_state": _plain(text(20), "authenticated"),
    "lifecycle_error": Field(text()),
    "pause_power_until": Field(moment),
    "optimization_score": Field(number),
    "comment": Field(text(300)),
    "last_monitoring_executed_at": Field(moment),
    "is_inverter_forced_mode_enabled": _plain(boolean, default=False),
    "is_trading_enabled": _plain(boolean, default=False),
    "actual_steering_state": _plain(text(20), "unknown"),
    "charge_target_min": Field(integer, default=50),
    "is_charge_policy_enabled": Field(boolean, default=False),
    "minimum_charge_limit": Field(integer, default=100),
    "charge_deadline_at": Field(time_of_day, default="06:00:00"),
    "is_over_charge_allowed": Field(boolean, default=False),
    "expected_max_charge_power": _plain(integer, 3600),
    "boost_active_at": Field(moment),
    "boost_for_next_session": _plain(boolean, default=False),
    "latitude": Field(number),
    "longitude": Field(number),
    "coordinates_last_updated_at": Field(moment),
    "geo_fence_distance_m": _plain(number, 100),
    "battery_at_plug_in": Field(number),
    "minimum_solar_coverage": _plain(number, 1),
    "hems_min_export_to_start_w": _plain(integer, 2000),
    "hems_max_import_before_stopping_w": _plain(integer, 4000),
    "hems_min_production_to_start_w": _plain(integer, 3000),
    "hems_min_production_before_stopping_w": _plain(integer, 2000),
}
INPUT_ONLY = frozenset({"boost_active_at"})
read_input = record(INPUT)

# A vehicle about which nothing is known yet. A stored vehicle keeps only what differs from this.
OUTPUT: dict[str, Any] = {
    "connection_status": "unknown",
    "monitoring_status": "unknown",
    "steering_status": "unknown",
    "device_model": None,
    "owner": None,
    "price_zone": "AT",
    "id": None,
    "created_at": None,
    "updated_at": None,
    "deleted_at": None,
    "lifecycle_state": "authenticated",
    "lifecycle_error": None,
    "pause_power_until": None,
    "is_pause_power_active": False,
    "external_device_id": "",
    "is_authenticated": False,
    "is_smart_optimization_active": False,
    "optimization_score": None,
    "current_mode": None,
    "comment": None,
    "current_state_last_updated_at": None,
    "last_monitoring_executed_at": None,
    "is_inverter_forced_mode_enabled": False,
    "is_inverter_forced_mode_active": False,
    "inverter_forced_mode_since": NEVER,
    "is_trading_enabled": False,
    "actual_steering_state": "unknown",
    "charge_target_min": 50,
    "charge_target_max": None,
    "is_charge_policy_enabled": False,
    "charge_policy_last_updated_at": None,
    "minimum_charge_limit": 100,
    "charge_deadline_at": "06:00:00",
    "is_over_charge_allowed": False,
    "expected_max_charge_power": 3600,
    "charge_time_remaining": None,
    "charge_rate_w": None,
    "is_fully_charged": False,
    "is_plugged_in": False,
    "is_charging": False,
    "battery_level": None,
    "driving_range": None,
    "battery_capacity_kwh": "0",
    "charge_state_last_updated_at": None,
    "boost_for_next_session": False,
    "latitude": None,
    "longitude": None,
    "coordinates_last_updated_at": None,
    "geo_fence_distance_m": 100,
    "consumption_last_day_kwh": None,
    "consumption_last_week_kwh": None,
    "consumption_last_month_kwh": None,
    "consumption_last_updated_at": None,
    "battery_at_plug_in": None,
    "minimum_solar_coverage": 1,
    "hems_min_export_to_start_w": 2000,
    "hems_max_import_before_stopping_w": 4000,
    "hems_min_production_to_start_w": 3000,
    "hems_min_production_before_stopping_w": 2000,
    "embeddable_url": None,
    "authorization_url": None,
    "action_needed": False,
    "has_notification": False,
    "boost_state": "unavailable",
    "boost_feature_enabled": True,
    "last_boost_triggered_at": None,
    "last_boost_ended_at": None,
    "last_boost_end_reason": None,
}
