"""From the cleaned form to the JSON that is sent, by an allow-list; the note with its tag."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from podero_admin.fields import DEVICE_MODEL_INPUTS, DEVICE_MODEL_PREFIX, DEVICE_TYPE, INPUTS, Field, Kind, tags

NOTE_MAX = 275
# Left out when they are empty, because nothing is then meant by them.
LEFT_OUT_WHEN_EMPTY = frozenset({"comment", "device_model", "pause_power_until"})
# No letter or digit that sounds or looks like another one: people read references out on the phone.
REFERENCE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE_LENGTH = 10

_EMPTY = (None, "")


class PayloadError(ValueError):
    """The form let through what must not be sent; `fields` names where."""

    def __init__(self, text: str, *fields: str) -> None:
        super().__init__(f"{text}: {', '.join(fields)}")
        self.fields = fields


class DoesNotFit(PayloadError):
    """A value that is of the right kind and cannot be sent all the same, such as a date before every calendar."""


def build(cleaned: Mapping[str, Any], *, send_place: bool, send_system: bool) -> dict[str, Any]:
    """Every field of the open groups as shown; of place and system what is filled in, and only with their tick."""
    missing = [name for name in _open_names() if name not in cleaned and name != "device_model"]
    if missing:
        raise PayloadError("Not decided by the form", *missing)
    if isinstance(cleaned["comment"], str) and note_problem(cleaned["comment"]):
        raise PayloadError("Not fit for a note", "comment")
    return build_partly(cleaned, send_place=send_place, send_system=send_system)


def build_partly(cleaned: Mapping[str, Any], *, send_place: bool, send_system: bool) -> dict[str, Any]:
    """The same for a form that is still being typed: what is missing is left out. Never send this."""
    payload = {name: value for name in _open_names() for value in _open_value(name, cleaned)}
    for group, is_ticked in (("place", send_place), ("system", send_system)):
        if is_ticked:
            payload |= _filled_in(group, cleaned)
    return payload


def has_rare_fields(payload: Mapping[str, Any]) -> bool:
    """Whether it carries a field of place or system, which only seniors send."""
    return any(INPUTS[name].tier == "senior" for name in payload if name in INPUTS)


def _open_names() -> Iterable[str]:
    return (field.name for field in INPUTS.values() if field.tier == "open")


def _open_value(name: str, cleaned: Mapping[str, Any]) -> list[Any]:
    """The value to send, in a list; an empty list leaves the field out."""
    if name == "device_model":
        model = _device_model(cleaned)
        return [model] if model else []
    if name not in cleaned or (cleaned[name] in _EMPTY and name in LEFT_OUT_WHEN_EMPTY):
        return []
    return [_value(INPUTS[name], cleaned[name])]


def _filled_in(group: str, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """A box that is not ticked counts as not filled in; every one of them is off by the contract's default."""
    fields = [field for field in INPUTS.values() if field.group == group]
    given = {field.name: cleaned.get(field.name) for field in fields}
    return {
        name: _value(INPUTS[name], value) for name, value in given.items() if value not in _EMPTY and value is not False
    }


def _device_model(cleaned: Mapping[str, Any]) -> dict[str, Any] | None:
    given = {name: cleaned.get(name) for name in DEVICE_MODEL_INPUTS}
    if all(value in _EMPTY for value in given.values()):
        return None
    missing = [name for name, field in DEVICE_MODEL_INPUTS.items() if field.required and given[name] in _EMPTY]
    if missing:
        raise PayloadError("A device model needs its manufacturer and its model", *missing)
    parts = {name.removeprefix(DEVICE_MODEL_PREFIX): _value(DEVICE_MODEL_INPUTS[name], given[name]) for name in given}
    return {"device_type": dict(DEVICE_TYPE), **parts}


def _value(field: Field, value: Any) -> Any:
    if value in _EMPTY:
        if field.nullable:
            return None
        raise PayloadError("May not be empty", field.name)
    convert: Callable[[Field, Any], Any] = _CONVERT.get(field.kind, _text)
    try:
        return convert(field, value)
    except (TypeError, ValueError, OverflowError, ArithmeticError) as error:
        raise DoesNotFit("Does not fit", field.name) from error


def _moment(_field: Field, value: Any) -> str:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError
    return value.astimezone(UTC).isoformat()


def _time_of_day(_field: Field, value: time) -> str:
    return f"{value:%H:%M:%S}"


def _number(field: Field, value: Any) -> int | float:
    """Whole numbers as such: an integer of the contract must not arrive as 80.0."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise TypeError
    if value == int(value):
        return int(value)
    if field.kind == "integer":
        raise ValueError("not a whole number")
    return float(value)


def _switch(_field: Field, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    return ["false", "true"].index(value) == 1


def _text(_field: Field, value: Any) -> str:
    if not isinstance(value, str | UUID):
        raise TypeError
    text = str(value)
    if "\0" in text or text.encode("utf-8", "replace").decode() != text:
        raise ValueError("no text that can be sent")
    return text


_CONVERT: Mapping[Kind, Callable[[Field, Any], Any]] = {
    "boolean": _switch,
    "nullable_boolean": _switch,
    "integer": _number,
    "number": _number,
    "time": _time_of_day,
    "datetime": _moment,
}


def new_reference() -> str:
    """'R-' and ten characters that can be read out on the phone."""
    return "R-" + "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(REFERENCE_LENGTH))


def with_tag(payload: Mapping[str, Any], reference: str, attempt_number: int) -> dict[str, Any]:
    """The payload with the tag before its note, so that the vehicle can be found again."""
    return {**payload, "comment": tags.tag(reference, attempt_number) + (payload.get("comment") or "")}


def note_problem(note: str) -> str:
    """Why this note cannot be sent, in words; empty when it can."""
    if len(note) > NOTE_MAX:
        return f"The note has {len(note)} characters; at most {NOTE_MAX} fit."
    if tags.holds_tag(note):
        return f"The note may not contain “{tags.START}”: with it podero_admin finds its registrations again."
    return ""
