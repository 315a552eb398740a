"""What `changes` may say: plain JSON values, nothing personal, nothing secret."""

import json
import math
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from podero_admin.fields import FIELDS, OWNER_OUTPUTS

MASK = "•••"
LONGEST = 2000
_PERSONAL = frozenset(
    {"email", "name", "first_name", "last_name", "full_name", "latitude", "longitude", "address", "phone"}
)
_PERSONAL_PARTS = ("password", "secret", "token", "authorization", "_url")
#: An organisation's own name and addresses are not about a person.
_OPEN = {"organization": frozenset({"name", "api_url", "token_url", "token_body"})}
_FROM_CATALOGUE = frozenset(name for name, field in {**FIELDS, **OWNER_OUTPUTS}.items() if field.personal)


def is_personal(name: str, object_type: str = "") -> bool:
    if name in _OPEN.get(object_type, ()):
        return False
    return name in _PERSONAL or name in _FROM_CATALOGUE or any(part in name.lower() for part in _PERSONAL_PARTS)


def clean_text(value: object, longest: int = LONGEST) -> str:
    """Text that both databases take: no NUL, no half of a surrogate pair, not endless."""
    text = str(value).replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def masked_changes(changes: Mapping[str, tuple[object, object]], object_type: str = "") -> str:
    """The JSON that an event keeps: field → [before, after]."""
    kept = {
        clean_text(name, 100): [_value(name, before, object_type), _value(name, after, object_type)]
        for name, (before, after) in changes.items()
    }
    return json.dumps(kept, sort_keys=True, ensure_ascii=True)


def _value(name: str, value: object, object_type: str) -> Any:
    """A masked value still says whether there was one."""
    if is_personal(name, object_type):
        return MASK if value not in (None, "") else value
    return _plain(value, object_type)


def _plain(value: object, object_type: str) -> Any:
    if isinstance(value, Enum):
        return _plain(value.value, object_type)
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {clean_text(key, 100): _value(str(key), inner, object_type) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner, object_type) for inner in value]
    return clean_text(value)
