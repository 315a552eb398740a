"""Several store vehicles at the same moment: nobody locks what is another's, and the newest answer stands."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from django.utils import timezone

from podero_admin.directory.models import Customer
from podero_admin.podero import ElectricVehicle
from podero_admin.vehicles.models import Reading, Vehicle
from podero_admin.vehicles.services import vehicles_store
from tests.registering import at_once


def store(customer: Customer, *ids: Any, minutes: int = 0, **values: Any) -> list[Any]:
    vehicles = [ElectricVehicle.parse({"id": str(each), **values}) for each in ids]
    moment = timezone.now() + timedelta(minutes=minutes)
    return [row.id for row in vehicles_store(customer=customer, vehicles=vehicles, complete=True, asked_at=moment)]


def test_two_lists_that_show_each_others_vehicle(transactional_db: None, jana: Customer) -> None:
    """PostgreSQL ends one of two who wait for each other."""
    other = Customer.objects.filter(organization_id=jana.organization_id).exclude(id=jana.id)[0]
    mine, theirs = store(jana, uuid4()), store(other, uuid4())
    for _ in range(15):
        assert at_once(*(partial(store, each, *mine, *theirs) for each in (jana, other))) == [mine, theirs]


def test_many_looks_at_one_customer(transactional_db: None, jana: Customer) -> None:
    cars = store(jana, *(uuid4() for _ in range(4)), battery_level=1)
    looks = [partial(store, jana, *cars[:: 1 - 2 * (n % 2)], minutes=n, battery_level=n + 10) for n in range(6)]
    assert [set(found) for found in at_once(*looks)] == [set(cars)] * 6
    assert list(Vehicle.objects.values_list("battery_level", flat=True)) == [15] * 4
    assert not Reading.objects.filter(changes__contains='"listed"').exists()
