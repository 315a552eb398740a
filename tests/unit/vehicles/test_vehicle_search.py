"""The search index of vehicles: kept by the database, watched by a check, mended after a migration."""

from typing import Any

import pytest
from django.db import connection

from podero_admin.vehicles import apps
from podero_admin.vehicles.checks import check_search_index
from podero_admin.vehicles.models import Vehicle
from podero_admin.vehicles.search import vehicles_found
from tests.unit.vehicles.test_vehicle_list import make, make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(organization_a: Any) -> Any:
    return make_customer(organization_a, "Jana")


def titles(access: Any, text: str) -> list[str]:
    return [vehicle.title for vehicle in vehicles_found(access=access, text=text, limit=9)]


def test_the_most_urgent_come_first_and_no_more_than_asked_for(owner: Any, alice: Any, access_of: Any) -> None:
    for number in range(12):
        make(owner, f"Car {number:02}", urgency=9 - number % 3, folded="  same  car")
    found = vehicles_found(access=access_of(alice), text="same", limit=9)
    assert len(found) == 9
    assert [row.urgency for row in found] == sorted(row.urgency for row in found)


def test_who_has_no_seat_finds_nothing(owner: Any) -> None:
    from podero_admin.core.access import NOBODY

    made = make(owner, folded="  car")
    assert titles(NOBODY, "car") == []
    assert titles(NOBODY, str(made.id)) == []


def test_the_index_follows_a_removed_row(owner: Any, alice: Any, access_of: Any) -> None:
    made = make(owner, "Gone", folded="  vanishing")
    assert titles(access_of(alice), "vanish") == ["Gone"]
    made.delete()
    assert titles(access_of(alice), "vanish") == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps its index itself")
def test_a_lost_trigger_is_noticed_and_mended(owner: Any, alice: Any, access_of: Any) -> None:
    made = make(owner, "Mended", folded="  before")
    assert check_search_index(databases=["default"]) == []
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER vehicles_vehicle_search_changed")
    Vehicle.objects.filter(id=made.id).update(folded="  after")
    (problem,) = check_search_index(databases=["default"])
    assert problem.id == "vehicles.E001"
    apps._mend_search_index(using="default")
    assert check_search_index(databases=["default"]) == []
    assert titles(access_of(alice), "after") == ["Mended"]
