"""What stands above the list of vehicles: chips for the common questions, a select for every filter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from podero_admin.core.access import Access, Permission
from podero_admin.core.http import link
from podero_admin.directory.folding import sort_key
from podero_admin.fields import PRICE_ZONES, STATUS_VALUES
from podero_admin.vehicles.counts import Counts
from podero_admin.vehicles.filters import SORTS, STATUS_FILTERS, VehicleFilters
from podero_admin.vehicles.looks import LOOKS, NAMES

Choices = tuple[tuple[str, str], ...]

#: Label, what is asked for, and the name under which it is counted.
_CHIPS: tuple[tuple[str, dict[str, str], str], ...] = (
    ("Needs action", {"action_needed": "true"}, "action_needed"),
    ("Connection error", {"connection_status": "error"}, "connection_error"),
    ("Steering error", {"steering_status": "error"}, "steering_error"),
    ("Readings old", {"health": "old"}, "old"),
    ("Waiting for the customer", {"health": "not_connected"}, "waiting"),
    ("All", {}, "all"),
)
_YES_NO: Choices = (("true", "Yes"), ("false", "No"))
_SELECTS: tuple[tuple[str, str, str, Choices], ...] = (
    ("health", "Health", "Any", tuple((value, look.word) for value, look in LOOKS["health"].items())),
    *((name, NAMES[name], "Any", STATUS_VALUES) for name in STATUS_FILTERS),
    ("price_zone", "Price zone", "Every zone", PRICE_ZONES),
    ("action_needed", "Action needed", "Any", _YES_NO),
    ("connected", "Connected", "Any", _YES_NO),
    ("sort", "Order", "", tuple(SORTS.items())),
)


@dataclass(frozen=True)
class Chip:
    label: str
    address: str
    is_current: bool
    count: str


@dataclass(frozen=True)
class Control:
    """One labelled select; `problem` says what was wrong with the value asked for."""

    name: str
    label: str
    options: SafeString
    problem: str


def chips(filters: VehicleFilters, counts: Counts) -> list[Chip]:
    """Each is an address of its own; the organisation and the order stay as they are."""
    query = filters.as_query()
    kept = {name: query.pop(name) for name in ("organization", "sort") if name in query}
    return [
        Chip(label, link("vehicles:list", **kept, **asked), query == asked, f"{counts.questions.get(name, 0):,}")
        for label, asked, name in _CHIPS
    ]


def filters_set(filters: VehicleFilters) -> int:
    """How many narrow the list; its order does not."""
    return len(filters.as_query().keys() - {"sort"})


def needs_open(filters: VehicleFilters, chips: Iterable[Chip]) -> bool:
    """Whether what is set has to be seen: it is wrong, or no chip says it already."""
    is_said = any(chip.is_current for chip in chips) and not filters.organization
    return bool(filters.problems) or (bool(filters_set(filters)) and not is_said)


def controls(filters: VehicleFilters, access: Access, makers: Iterable[str]) -> list[Control]:
    query = filters.as_query()
    selects = [*_organizations(filters, access), ("maker", "Maker", "Every maker", _makers(filters, makers)), *_SELECTS]
    return [
        Control(name, label, _options(query.get(name, ""), empty, choices), filters.problems.get(name, ""))
        for name, label, empty, choices in selects
    ]


def _organizations(filters: VehicleFilters, access: Access) -> list[tuple[str, str, str, Choices]]:
    """Only who looks at more than one organisation has to choose; or who asked for one in vain."""
    ids = access.listed_ids(Permission.VEHICLE_VIEW)
    if len(ids) < 2 and "organization" not in filters.problems:  # noqa: PLR2004 - one is no choice
        return []
    named = tuple((str(seat.organization_id), seat.name) for seat in access.seats if seat.organization_id in ids)
    return [("organization", "Organisation", "All of mine", named)]


def _makers(filters: VehicleFilters, makers: Iterable[str]) -> Choices:
    """Those that there are; and the one asked for, even where there is none."""
    names = {name for name in makers if name} | ({filters.maker} if filters.maker else set())
    return tuple((name, name) for name in sorted(names, key=sort_key))


@lru_cache(maxsize=512)
def _options(chosen: str, empty: str, choices: Sequence[tuple[str, str]]) -> SafeString:
    offered = [("", empty), *choices] if empty else choices
    marked = ((value, " selected" if value == chosen else "", label) for value, label in offered)
    return format_html_join("", '<option value="{}"{}>{}</option>', marked)
