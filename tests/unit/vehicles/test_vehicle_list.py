"""The list of vehicles: only one's own, by any filter, in any order, page by page."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from podero_admin.core.errors import Invalid, NotFound
from podero_admin.directory.models import Customer
from podero_admin.vehicles.filters import SORTS, STATUS_FILTERS, VehicleFilters, read_filters
from podero_admin.vehicles.models import NEVER, Vehicle
from podero_admin.vehicles.selectors import vehicle_get, vehicle_list, vehicles_of
from podero_admin.vehicles.statuses import Health
from podero_admin.vehicles.urgency import URGENCY, URGENCY_GONE

pytestmark = pytest.mark.django_db


def make_customer(organization: Any, name: str) -> Customer:
    return Customer.objects.create(
        organization=organization,
        name=name,
        sort_name=name.lower(),
        role="user",
        search_key=0,
        digest="",
        fetched_at=timezone.now(),
    )


def make(
    customer: Customer, title: str = "Car", health: Health = Health.HEALTHY, hours: float = 1, **more: Any
) -> Vehicle:
    reported = timezone.now() - timedelta(hours=hours)
    values = {
        "title": title,
        "title_key": title.lower(),
        "customer_key": customer.sort_name,
        "settled_health": health,
        "urgency": URGENCY[health],
        "connection_status": "ok",
        "monitoring_status": "ok",
        "steering_status": "ok",
        "charge": "unplugged",
        "is_connected": True,
        "action_needed": health == Health.ACTION_NEEDED,
        "reported_at": reported,
        "reported_key": reported,
        "stale_after": reported + timedelta(hours=24),
        "fetched_at": timezone.now(),
        "output": "{}",
        "price_zone": "AT",
    }
    return Vehicle.objects.create(organization=customer.organization, customer=customer, **values | more)


@pytest.fixture
def jana(organization_a: Any) -> Customer:
    return make_customer(organization_a, "Jana")


def titles(access: Any, **asked: str) -> list[str]:
    filters = read_filters(asked, access=access)
    return [vehicle.title for vehicle in vehicle_list(access=access, filters=filters).rows]


def test_the_most_urgent_come_first_and_of_the_healthy_the_longest_silent(
    jana: Customer, alice: Any, access_of: Any
) -> None:
    make(jana, "Fresh", hours=1)
    make(jana, "Old", hours=50)
    make(jana, "Deleted", Health.DELETED)
    make(jana, "Act", Health.ACTION_NEEDED)
    make(jana, "Never", Health.NOTHING_KNOWN, reported_at=None, reported_key=NEVER, stale_after=NEVER)
    assert titles(access_of(alice)) == ["Act", "Never", "Old", "Fresh", "Deleted"]


@pytest.mark.parametrize(
    ("sort", "order"), [("age", ["B", "A", "C"]), ("customer", ["C", "A", "B"]), ("maker", ["A", "B", "C"])]
)
def test_every_order(sort: str, order: list[str], organization_a: Any, alice: Any, access_of: Any) -> None:
    for title, owner, hours in (("A", "m", 5), ("B", "z", 9), ("C", "a", 1)):
        make(make_customer(organization_a, owner), title, hours=hours)
    assert titles(access_of(alice), sort=sort) == order


@pytest.mark.parametrize(
    "asked",
    [
        {"health": "action_needed"},
        {"connection_status": "error"},
        {"monitoring_status": "warning"},
        {"steering_status": "unknown"},
        {"price_zone": "SE_3"},
        {"connected": "false"},
        {"action_needed": "true"},
    ],
)
def test_every_filter_finds_what_it_names(asked: dict[str, str], jana: Customer, alice: Any, access_of: Any) -> None:
    make(jana, "Ordinary")
    make(
        jana, "Wanted", Health.ACTION_NEEDED, connection_status="error", monitoring_status="warning", steering_status="unknown",
        price_zone="SE_3", is_connected=False, action_needed=True,
    )  # fmt: skip
    assert titles(access_of(alice), **asked) == ["Wanted"]


def test_the_opposite_filters(jana: Customer, alice: Any, access_of: Any) -> None:
    make(jana, "Ordinary")
    make(jana, "Other", Health.ACTION_NEEDED, is_connected=False)
    assert titles(access_of(alice), connected="true", action_needed="false") == ["Ordinary"]


def test_old_and_healthy_part_where_time_parts_them(jana: Customer, alice: Any, access_of: Any) -> None:
    make(jana, "Old", hours=50)
    make(jana, "Fresh", hours=1)
    make(jana, "Error", Health.ERROR, hours=50)
    assert titles(access_of(alice), health="old") == ["Old"]
    assert titles(access_of(alice), health="healthy") == ["Fresh"]


@pytest.mark.parametrize("name", STATUS_FILTERS)
@pytest.mark.parametrize("sort", list(SORTS))
def test_what_is_deleted_or_gone_has_no_status_any_more(
    name: str, sort: str, jana: Customer, alice: Any, access_of: Any
) -> None:
    """Nobody can mend it, so a list of errors would never become empty."""
    make(jana, "Here", Health.ERROR, **{name: "error"})
    make(jana, "Deleted", Health.DELETED, **{name: "error"})
    make(jana, "Gone", Health.ERROR, is_gone=True, urgency=URGENCY_GONE, **{name: "error"})
    assert titles(access_of(alice), sort=sort, **{name: "error"}) == ["Here"]
    assert titles(access_of(alice), sort=sort, health="deleted", **{name: "error"}) == ["Deleted"]
    assert sorted(titles(access_of(alice), sort=sort)) == ["Deleted", "Gone", "Here"]


def test_charlie_sees_only_his_own(
    jana: Customer, organization_b: Any, charlie: Any, access_of: Any, organization_a: Any
) -> None:
    theirs = make(jana, "A's")
    make(make_customer(organization_b, "Nils"), "B's")
    assert titles(access_of(charlie)) == ["B's"]
    assert titles(access_of(charlie), organization=str(organization_a.id)) == ["B's"]
    with pytest.raises(NotFound) as refused:
        vehicle_get(access=access_of(charlie), vehicle_id=theirs.id)
    assert refused.value.outside
    assert vehicles_of(access=access_of(charlie), customer_id=jana.id) == []


def test_somebody_of_both_sees_both_or_the_one_asked_for(
    jana: Customer, organization_b: Any, root: Any, access_of: Any
) -> None:
    make(jana, "A's")
    make(make_customer(organization_b, "Nils"), "B's")
    assert sorted(titles(access_of(root))) == ["A's", "B's"]
    assert titles(access_of(root), organization=str(organization_b.id)) == ["B's"]


@pytest.mark.parametrize("sort", list(SORTS))
def test_no_vehicle_is_lost_or_shown_twice_between_pages(sort: str, jana: Customer, alice: Any, access_of: Any) -> None:
    same = timezone.now()
    for number in range(120):
        make(jana, f"Car {number % 3}", reported_key=same, stale_after=same)
    seen, after, filters = [], "", VehicleFilters(sort=sort)
    while True:
        page = vehicle_list(access=access_of(alice), filters=filters, after=after)
        seen += [row.id for row in page.rows]
        if not (after := page.after):
            break
    assert len(seen) == len(set(seen)) == 120
    before = vehicle_list(access=access_of(alice), filters=filters, before=page.before)
    assert [row.id for row in before.rows] == seen[50:100]


def test_a_cursor_of_another_filter_is_refused(jana: Customer, alice: Any, access_of: Any) -> None:
    for _ in range(51):
        make(jana)
    cursor = vehicle_list(access=access_of(alice), filters=VehicleFilters()).after
    with pytest.raises(Invalid):
        vehicle_list(access=access_of(alice), filters=VehicleFilters(sort="age"), after=cursor)
    with pytest.raises(Invalid):
        vehicle_list(access=access_of(alice), filters=VehicleFilters(health="error"), after=cursor)


@pytest.mark.parametrize(
    "name",
    [
        "organization",
        "health",
        "connection_status",
        "monitoring_status",
        "steering_status",
        "price_zone",
        "action_needed",
        "connected",
        "sort",
    ],
)
@pytest.mark.parametrize(
    "value", ["nonsense", "<script>", "\0", "x" * 5000, "6f1c1a52-6a3e-4f0e-9e3c-2d9a51b0c7aa", "None", "1"]
)
def test_a_value_that_makes_no_sense_is_left_out_and_named(name: str, value: str, alice: Any, access_of: Any) -> None:
    filters = read_filters({name: value}, access=access_of(alice))
    assert set(filters.problems) == {name}
    assert not filters.is_filtered
    assert filters.as_query() == {}


def test_a_list_costs_one_query(jana: Customer, alice: Any, access_of: Any, django_assert_num_queries: Any) -> None:
    for _ in range(5):
        make(jana)
    access = access_of(alice)
    with django_assert_num_queries(1):
        page = vehicle_list(access=access, filters=VehicleFilters())
        assert {row.customer__name for row in page.rows} == {"Jana"}
