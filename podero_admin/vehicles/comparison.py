"""What was sent when a vehicle was registered, beside what Podero returned: each difference named."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from podero_admin.fields import FIELDS, display
from podero_admin.vehicles.mapping import note_of

HIDDEN = "hidden"
NOT_RETURNED = "not returned"
_MODEL_PARTS = ("manufacturer", "model", "year")


@dataclass(frozen=True, slots=True)
class Compared:
    """One field that was sent; the texts are ready to be shown."""

    name: str
    label: str
    sent: str
    returned: str
    differs: bool


def compare(
    sent: Mapping[str, Any], returned: Mapping[str, Any], *, tz: tzinfo, hidden: frozenset[str]
) -> list[Compared]:
    return [_compared(name, value, returned, tz, hidden) for name, value in sent.items()]


def _compared(name: str, value: Any, returned: Mapping[str, Any], tz: tzinfo, hidden: frozenset[str]) -> Compared:
    field = FIELDS.get(name)
    told = _shown(name, returned[name], tz) if name in returned else NOT_RETURNED
    texts = (_shown(name, value, tz), told)
    is_input_only = field is not None and field.direction == "input"
    differs = not is_input_only and (name not in returned or not _is_same(name, value, returned[name], texts))
    if name in hidden:
        texts = (HIDDEN, HIDDEN)
    return Compared(name, field.label if field else name, *texts, differs)


def _shown(name: str, value: Any, tz: tzinfo) -> str:
    return display(name, note_of(value) if name == "comment" else value, tz=tz)


def _is_same(name: str, sent: Any, returned: Any, texts: tuple[str, str]) -> bool:
    """Equal, or the same thing written in another way ('06:00' and '06:00:00'); of a model, what people see of it."""
    if name == "device_model" and isinstance(sent, Mapping) and isinstance(returned, Mapping):
        return all(sent.get(part) == returned.get(part) for part in _MODEL_PARTS)
    return bool(sent == returned) or texts[0] == texts[1]
