"""Which pages are measured: their addresses, their peers in Django's admin, and the most they may cost."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from types import ModuleType
from typing import Any
from unittest import mock
from urllib.parse import urlencode

from podero_admin.accounts.models import Staff
from podero_admin.accounts.selectors import access_of
from podero_admin.audit import selectors as events
from podero_admin.core.access import Access
from podero_admin.core.paging import PAGE_SIZE, paginate
from podero_admin.directory import selectors as customers
from podero_admin.directory.models import Customer
from podero_admin.sandbox.demo import ALPENSTROM
from podero_admin.vehicles import selectors as vehicles
from podero_admin.vehicles.filters import VehicleFilters
from podero_admin.vehicles.models import Vehicle
from tests.bench.events import month
from tests.bench.seeding import COMMON, RARE, People

FLOOR = "/bench/floor/"
ADMIN = "/bench/admin"
#: The most that a page may cost, times the floor.
LIST, COMMON_WORD, EVENTS = 3, 6, 2.5


@dataclass(frozen=True)
class Page:
    """What one row of the table says; `most` is times the floor, `first` names the page it is compared with."""

    name: str
    path: str
    most: float
    peer: str = ""
    by: str = "supervisor"
    posted: dict[str, str] = field(default_factory=dict)
    first: str = ""


@contextmanager
def _one_long_page(module: ModuleType, rows: int) -> Iterator[None]:
    with mock.patch.object(module, "paginate", partial(paginate, size=rows)):
        yield


def _deep(module: ModuleType, rows: int, ask: Any) -> str:
    """The cursor that the page itself would give after so many rows: made by the selector, so it cannot drift."""
    with _one_long_page(module, rows):
        return str(ask().after)


def pages(*, people: People, measured: Vehicle, deep: int) -> list[Page]:
    access = access_of(people.supervisor)
    return [
        *_vehicle_pages(access, measured, deep),
        *_customer_pages(access, min(deep * 3 // 5, Customer.objects.count() // 2 // PAGE_SIZE * PAGE_SIZE)),
        *_search_pages(measured),
        *_event_pages(access, access_of(people.root), people.others[0], deep),
    ]


def _vehicle_pages(access: Access, measured: Vehicle, deep: int) -> list[Page]:
    def cursor(filters: VehicleFilters, rows: int) -> str:
        return _deep(vehicles, rows, lambda: vehicles.vehicle_list(access=access, filters=filters))

    peer, first = f"{ADMIN}/vehicles/vehicle/", "vehicles, first page"
    after = urlencode({"after": cursor(VehicleFilters(), deep)})
    by_customer = urlencode({"sort": "customer", "after": cursor(VehicleFilters(sort="customer"), deep)})
    maker = urlencode({"maker": measured.maker})
    number = f"{peer}?p={deep // PAGE_SIZE + 1}"
    return [
        Page(first, "/vehicles/", LIST, peer),
        Page(f"vehicles at row {deep:,}", f"/vehicles/?{after}", LIST, number, first=first),
        Page(
            "vehicles, connection status error",
            "/vehicles/?connection_status=error",
            LIST,
            f"{peer}?connection_status=error",
        ),
        Page("vehicles of one maker", f"/vehicles/?{maker}", LIST, f"{peer}?{maker}"),
        Page("vehicles that wait for their owner", "/vehicles/?health=not_connected", LIST),
        Page(f"vehicles by customer at row {deep:,}", f"/vehicles/?{by_customer}", LIST, f"{number}&o=2"),
        Page("vehicles, agent of one organisation", "/vehicles/", LIST, by="agent"),
        Page("vehicle, all fields, 50 events", f"/vehicles/{measured.id}/", 4, f"{peer}{measured.id}/change/"),
    ]


def _customer_pages(access: Access, deep: int) -> list[Page]:
    peer, first = f"{ADMIN}/directory/customer/", "customers, first page"
    after = urlencode({"after": _deep(customers, deep, lambda: customers.customer_search(access=access))})
    return [
        Page(first, "/customers/", LIST, peer),
        Page(
            f"customers at row {deep:,}",
            f"/customers/?{after}",
            LIST,
            f"{peer}?p={deep // PAGE_SIZE + 1}",
            first=first,
        ),
        Page("customers, part of an e-mail, 3 hits", "/customers/", LIST, f"{peer}?q={RARE}", posted={"q": RARE}),
        Page("customers, a common name", "/customers/", COMMON_WORD, posted={"q": COMMON}),
    ]


def _search_pages(measured: Vehicle) -> list[Page]:
    """A slip costs one search more, and on PostgreSQL finds what was meant."""
    return [
        Page("search, part of an e-mail, 3 hits", "/search/", LIST, posted={"q": RARE}),
        Page("search, a common name", "/search/", COMMON_WORD, posted={"q": COMMON}),
        Page("search, a maker", "/search/", COMMON_WORD, posted={"q": measured.maker}),
        Page("search, the beginning of an id", "/search/", LIST, posted={"q": str(measured.id)[:13]}),
        Page("search, a name with a slip", "/search/", COMMON_WORD, posted={"q": f"{COMMON[:-2]}x{COMMON[-1]}"}),
    ]


def _event_pages(supervisor: Access, root: Access, person: Staff, deep: int) -> list[Page]:
    def cursor(access: Access) -> str:
        ask = partial(events.event_list, access=access, filters=events.EventFilters())
        return urlencode({"after": _deep(events, deep, ask)})

    peer, first = f"{ADMIN}/audit/event/", "events, first page"
    start, end = month()
    range_ = {"organization": str(ALPENSTROM), "from": start, "to": end}
    same = {"organization_id": str(ALPENSTROM), "at__gte": f"{start}T00:00:00+00:00", "at__lt": f"{end}T23:59:59+00:00"}
    return [
        Page(first, "/audit/", EVENTS, peer, by="root"),
        Page(
            f"events at row {deep:,}",
            f"/audit/?{cursor(root)}",
            EVENTS,
            f"{peer}?p={deep // PAGE_SIZE + 1}",
            by="root",
            first=first,
        ),
        Page("events by person", f"/audit/?actor={person.pk}", EVENTS, f"{peer}?actor_id={person.pk}", by="root"),
        Page(
            "events by organisation and month",
            f"/audit/?{urlencode(range_)}",
            EVENTS,
            f"{peer}?{urlencode(same)}",
            by="root",
        ),
        Page("events, supervisor of two organisations", "/audit/", EVENTS),
        Page(f"events, the supervisor at row {deep:,}", f"/audit/?{cursor(supervisor)}", EVENTS),
        Page("events, own ones of an agent", "/audit/", EVENTS, by="agent"),
    ]
