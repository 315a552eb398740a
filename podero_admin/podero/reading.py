"""Reads JSON of any quality into plain values that can be stored, or says that it is none."""

import json
import math
import operator
import re
from typing import Any, NoReturn
from uuid import UUID

DEEPEST = 100
LONGEST_NUMBER = 300
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
#: What in the text of an answer may become such a character, or be one.
SUSPICIOUS = re.compile(rb"\0|\\u(?:0000|[dD][89a-fA-F])|\xed[\xa0-\xbf]")


def read_json(body: bytes) -> Any:
    """Read an answer; raises ValueError for what is no JSON, NaN and Infinity included, or too deep to be true.

    Characters that no database keeps (NUL, half a surrogate pair) become U+FFFD, and numbers too long for any use
    stay text, so that nothing later stumbles over them.
    """
    return read_with(body, constant=_refuse)


def read_leniently(body: bytes) -> Any:
    """Read an answer once more, to save what can be saved: NaN and Infinity become null, what is no JSON too."""
    try:
        return read_with(body, constant=lambda _: None)
    except ValueError:
        return None


def read_with(body: bytes, *, constant: Any) -> Any:
    """Read an answer; `constant` is asked what NaN and Infinity shall be. Raises ValueError for what is no JSON."""
    try:
        value = json.loads(body, parse_constant=constant, parse_int=_whole, parse_float=_fraction)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value if _is_plain(body) else storable(value)


def _is_plain(body: bytes) -> bool:
    """Whether a glance tells that all of it can be stored: nothing suspicious, and too few brackets to be too deep."""
    return body.count(b"{") + body.count(b"[") <= DEEPEST and SUSPICIOUS.search(body) is None


def readable_id(answer: object) -> UUID | None:
    """Find the id of the one object answered; also where somebody wrapped it into a list of one, `data` or `item`."""
    match answer:
        case {"id": str(text)}:
            return read_uuid(text)
        case [dict(only)] | {"data": dict(only)} | {"item": dict(only)}:
            return read_uuid(only.get("id"))
    return None


def read_uuid(text: object) -> UUID | None:
    """Read a UUID, or None for anything else."""
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None


def storable_text(text: str) -> str:
    """Return the text with U+FFFD for every character that no database keeps."""
    return UNSTORABLE.sub("�", text)


def storable(value: Any, depth: int = DEEPEST) -> Any:
    """Return the value with texts that a database keeps, the very same where nothing had to change.

    Raises ValueError where it is nested below `depth` levels.
    """
    if isinstance(value, str):
        return value if value.isascii() and "\0" not in value else storable_text(value)
    if not isinstance(value, dict | list):
        return value
    if not depth:
        raise ValueError("nested too deeply")
    if isinstance(value, dict):
        changed = {storable(key, depth): storable(item, depth - 1) for key, item in value.items()}
        is_same = all(map(operator.is_, changed.values(), value.values())) and all(map(operator.is_, changed, value))
        return value if is_same and len(changed) == len(value) else changed
    items = [storable(item, depth - 1) for item in value]
    return value if all(map(operator.is_, items, value)) else items


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= LONGEST_NUMBER else digits


def _fraction(digits: str) -> float | str:
    value = float(digits)
    return value if math.isfinite(value) else digits
