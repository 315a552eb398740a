"""What one entry of the field catalogue holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

Kind = Literal[
    "boolean",
    "nullable_boolean",
    "integer",
    "number",
    "decimal",
    "text",
    "time",
    "datetime",
    "choice",
    "uuid",
    "object",
    "url",
    "json",
]
Tier = Literal["open", "senior"]
Direction = Literal["both", "input", "output"]
Bound = int | Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One property of the contract, in the words of staff.

    `default` is the contract's, as JSON; the contract has no `null` default, so None means that it has none.
    `group` is the group of the registration form and is empty for what only Podero writes.
    """

    name: str
    label: str
    kind: Kind
    help: str
    unit: str = ""
    group: str = ""
    minimum: Bound | None = None
    maximum: Bound | None = None
    max_length: int | None = None
    nullable: bool = False
    required: bool = False
    default: Any = None
    tier: Tier = "open"
    direction: Direction = "both"
    choices: tuple[tuple[str, str], ...] = ()
    depends_on: str = ""
    personal: bool = False
    null_text: str = "not known"


@dataclass(frozen=True, slots=True)
class Group:
    """A named set of fields in the order in which a page shows them."""

    name: str
    title: str
    hint: str
    fields: tuple[str, ...]
    tier: Tier = "open"


def by_name(fields: Iterable[Field]) -> Mapping[str, Field]:
    return MappingProxyType({field.name: field for field in fields})
