"""A value of the API as people read it; whatever arrives, something readable comes out."""

import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from podero_admin.fields.field import Field, Kind
from podero_admin.fields.inputs import DEVICE_MODEL_INPUTS
from podero_admin.fields.outputs import FIELDS
from podero_admin.fields.parts import DEVICE_MODEL_OUTPUTS, OWNER_OUTPUTS

NOT_KNOWN = "not known"
NEVER = "never"
_PARTS: Mapping[str, Field] = {**DEVICE_MODEL_INPUTS, **DEVICE_MODEL_OUTPUTS, **OWNER_OUTPUTS}
_SECONDS_PER_MINUTE = 60
_MINUTES_PER_HOUR = 60
_MAX_DIGITS = 15


class _UnfitError(ValueError):
    """The value is not of the kind that the contract promises."""


def display(field_name: str, value: Any, *, tz: tzinfo) -> str:
    """The value with its unit, in words; what does not fit its field is shown as it came."""
    field = FIELDS.get(field_name) or _PARTS.get(field_name)
    if value is None or value == "":
        return field.null_text if field else NOT_KNOWN
    try:
        text = _in_words(field, value, tz) if field else _as_it_came(value)
    except (ValueError, ArithmeticError, TypeError, RecursionError):
        text = _as_it_came(value)
    return text.encode("utf-8", "replace").decode()


def _in_words(field: Field, value: Any, tz: tzinfo) -> str:
    if field.kind == "datetime":
        return moment_in_words(parse_moment(value), tz=tz)
    say = _SAY.get(field.kind)
    return say(field, value) if say else _as_it_came(value)


def _yes_or_no(_field: Field, value: Any) -> str:
    if not isinstance(value, bool):
        raise _UnfitError
    return "yes" if value else "no"


def parse_moment(value: Any) -> datetime:
    """A moment from a date-time or its ISO text; without a zone it is UTC."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def moment_in_words(moment: datetime, *, tz: tzinfo) -> str:
    if moment.year == 1:
        return NEVER
    local = moment.astimezone(tz)
    return f"{local.day} {local:%b %Y, %H:%M}"


def _time_of_day(_field: Field, value: Any) -> str:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    text = str(value)
    moment = datetime.fromisoformat(text).time() if "T" in text else time.fromisoformat(text)
    return f"{moment:%H:%M}"


def _quantity(field: Field, value: Any) -> str:
    number = _number(value)
    if field.name == "battery_capacity_kwh" and not number:
        return NOT_KNOWN
    if field.unit == "s":
        return duration_in_words(int(number))
    unit = "" if field.unit in {"0–1", "year"} else field.unit
    digits = str(number) if field.unit in {"year", "°"} else _digits(number)
    return f"{digits} {unit}".strip()


def _digits(number: int | Decimal) -> str:
    """Without zeros at its end: many who read 51.250 take it for fifty-one thousand."""
    text = f"{number:,}"
    return text.rstrip("0").rstrip(".") if "." in text and "E" not in text else text


def _number(value: Any) -> int | Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise _UnfitError
    if isinstance(value, int):
        return value
    if isinstance(value, float) and not math.isfinite(value):
        raise _UnfitError
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise _UnfitError from error
    if not number.is_finite() or number.adjusted() > _MAX_DIGITS:
        raise _UnfitError
    return number


def duration_in_words(seconds: int) -> str:
    """To the minute: 6,240 seconds are '1 h 44 min'."""
    if seconds < 0:
        raise _UnfitError
    if 0 < seconds < _SECONDS_PER_MINUTE:
        return f"{seconds} s"
    hours, minutes = divmod(seconds // _SECONDS_PER_MINUTE, _MINUTES_PER_HOUR)
    if not hours:
        return f"{minutes} min"
    return f"{hours:,} h {minutes} min" if minutes else f"{hours:,} h"


def _choice(field: Field, value: Any) -> str:
    name = dict(field.choices).get(value, value)
    return _as_it_came(value) if name == value else f"{value} · {name}"


def _object(field: Field, value: Any) -> str:
    if not isinstance(value, Mapping):
        raise _UnfitError
    text = device_model_in_words(value) if field.name == "device_model" else _owner(value)
    return text or _as_it_came(value)


def device_model_in_words(model: Mapping[str, Any]) -> str:
    """'Tesla Model 3 (2023)'; empty when it names nothing."""
    words = " ".join(str(model[part]) for part in ("manufacturer", "model") if model.get(part))
    year = model.get("year")
    return f"{words} ({year})" if words and year else words


def _owner(owner: Mapping[str, Any]) -> str:
    name = " ".join(str(owner[part]) for part in ("first_name", "last_name") if owner.get(part))
    known = (name, owner.get("email"), owner.get("external_id"))
    return ", ".join(str(part) for part in known if part) or str(owner.get("id") or "")


def _as_it_came(value: Any) -> str:
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, TypeError, RecursionError):
        return "a value that cannot be shown"


_SAY: Mapping[Kind, Callable[[Field, Any], str]] = {
    "boolean": _yes_or_no,
    "nullable_boolean": _yes_or_no,
    "time": _time_of_day,
    "integer": _quantity,
    "number": _quantity,
    "decimal": _quantity,
    "object": _object,
    "choice": _choice,
}
