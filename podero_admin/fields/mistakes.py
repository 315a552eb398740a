"""What is told of a value that does not fit its field: in words, with the field's own bounds and unit."""

from collections.abc import Mapping

from podero_admin.fields.field import Field, Kind

TOO_LONG = "At most %(limit_value)d characters fit; these are %(show_value)d."
NEVER_A_DEFAULT = "Please choose: this is never left to a default."
CANNOT_BE_SENT = "One of its characters cannot be sent: type it again without."
# Neither is said after a number: the one is in the question, the other is the bounds themselves.
UNSPOKEN_UNITS = frozenset({"year", "0–1"})
INVALID: Mapping[Kind, str] = {
    "time": "Enter a time of day, such as 06:30.",
    "datetime": "Enter a date and a time, such as 2026-12-01 10:00.",
    "uuid": "Enter an id as Podero writes it: 36 characters in five groups, joined by hyphens.",
}


def bounds_in_words(field: Field) -> str:
    """`from 0 to 350,000`; empty where the field has no bounds."""
    if field.minimum is None or field.maximum is None:
        return ""
    digits = "d" if field.unit == "year" else ","
    return f"from {field.minimum:{digits}} to {field.maximum:{digits}}"


def mistakes(field: Field) -> dict[str, str]:
    """A sentence for each code under which a form field refuses a value."""
    if field.kind in {"integer", "number"}:
        wanted = _number_wanted(field)
        filled_in = wanted.replace("%", "%%")  # these two are patterns into which the bound could be put
        return {"required": wanted, "invalid": wanted, "min_value": filled_in, "max_value": filled_in}
    if field.kind == "text":
        return {"max_length": TOO_LONG, "null_characters_not_allowed": CANNOT_BE_SENT, "invalid": CANNOT_BE_SENT}
    if field.kind in INVALID:
        return {"invalid": INVALID[field.kind]}
    return {"required": NEVER_A_DEFAULT, "invalid_choice": "Choose one of those in the list."}


def _number_wanted(field: Field) -> str:
    """The same sentence for no number and for one out of bounds: it says all that is needed to put it right."""
    what = "number" if field.kind == "number" else "whole number"
    unit = "" if field.unit in UNSPOKEN_UNITS else field.unit
    said = ("Enter a", "year" if field.unit == "year" else what, bounds_in_words(field), unit)
    return f"{' '.join(part for part in said if part)}."
