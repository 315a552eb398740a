"""What stands above the list of vehicles: chips for the common questions, a select for every filter."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape

from django.utils.safestring import SafeString, mark_safe

from podero_admin.core.access import Access, Permission
from podero_admin.core.counting import in_words
from podero_admin.core.http import link
from podero_admin.fields import PRICE_ZONES, STATUS_VALUES
from podero_admin.vehicles.filters import QUESTIONS, SORTS, STATUS_FILTERS, VehicleFilters
from podero_admin.vehicles.looks import LOOKS, NAMES

Choices = tuple[tuple[str, str], ...]

_YES_NO: Choices = (("true", "Yes"), ("false", "No"))
_SELECTS: tuple[tuple[str, str, str, Choices], ...] = (
    ("health", "Health", "Any", tuple((value, look.word) for value, look in LOOKS["health"].items())),
    *((name, NAMES[name], "Any", STATUS_VALUES) for name in STATUS_FILTERS),
    ("price_zone", "Price zone", "Every zone", PRICE_ZONES),
    ("action_needed", "Action needed", "Any", _YES_NO),
    ("connected", "Connected", "Any", _YES_NO),
    ("waiting", "Waiting", "Any", (("true", "Yes"),)),
    ("sort", "Order", "", tuple(SORTS.items())),
)


def chips(filters: VehicleFilters, counts: Mapping[str, int]) -> SafeString:
    """Each is an address of its own, with how many it leads to; the organisation and the order stay as they are."""
    query = filters.as_query()
    kept: dict[str, str] = {name: query.pop(name) for name in ("organization", "sort") if name in query}
    drawn = (_chip(label, kept, asked.as_query(), query, counts[label]) for label, asked in QUESTIONS.items())
    return mark_safe("".join(drawn))  # noqa: S308 - every chip is escaped


def _chip(label: str, kept: dict[str, str], asked: dict[str, str], query: dict[str, str], count: int) -> str:
    current = ' aria-current="true"' if query == asked else ""
    address = escape(link("vehicles:list", **kept, **asked))
    return f'<a class="chip" href="{address}"{current}>{label}<b>{in_words(count)}</b></a>'


def controls(filters: VehicleFilters, access: Access, makers: Sequence[str]) -> SafeString:
    """Every filter as a labelled select; one that could not be used says so."""
    query, problems = filters.as_query(), filters.problems
    every_maker = ("maker", "Maker", "Every maker", tuple((maker, maker) for maker in makers))
    selects = [*_organizations(filters, access), every_maker, *_SELECTS]
    drawn = (
        _select(name, label, _options(query.get(name, ""), *offered), problems.get(name, ""))
        for name, label, *offered in selects
    )
    return mark_safe("".join(drawn))  # noqa: S308 - every select is escaped


def _select(name: str, label: str, options: str, problem: str) -> str:
    refused = f' aria-invalid="true" aria-describedby="problem-{name}"' if problem else ""
    said = f'<small class="problem" id="problem-{name}">{escape(problem)}</small>' if problem else ""
    select = f'<select class="form-select form-select-sm" name="{name}"{refused}>{options}</select>'
    return f"<label>{label}{select}{said}</label>"


def _organizations(filters: VehicleFilters, access: Access) -> list[tuple[str, str, str, Choices]]:
    """Only who looks at more than one organisation has to choose; or who asked for one in vain."""
    ids = access.listed_ids(Permission.VEHICLE_VIEW)
    if len(ids) < 2 and "organization" not in filters.problems:  # noqa: PLR2004 - one is no choice
        return []
    named = tuple((str(seat.organization_id), seat.name) for seat in access.seats if seat.organization_id in ids)
    return [("organization", "Organisation", "All of mine", named)]


@lru_cache(maxsize=512)
def _options(chosen: str, empty: str, choices: Choices) -> str:
    offered = [("", empty), *choices] if empty else choices
    return "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(label)}</option>'
        for value, label in offered
    )
