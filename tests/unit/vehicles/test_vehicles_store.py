"""What Podero tells of vehicles is kept, and nothing of anybody else is touched."""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from podero_admin.audit.models import Event
from podero_admin.core.errors import NotAllowed, NotFound, PoderoAway
from podero_admin.directory.models import Customer
from podero_admin.directory.services import customers_refresh
from podero_admin.organizations.selectors import system_access
from podero_admin.podero import ElectricVehicle
from podero_admin.sandbox.faults import Fault
from podero_admin.vehicles import services
from podero_admin.vehicles.models import Vehicle

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(organization_a: Any, world: Any) -> Customer:
    user = world.add_user(str(organization_a.id), first_name="Jana", last_name="Novak")
    customers_refresh(access=system_access(), organization_id=organization_a.id)
    return Customer.objects.get(id=user.id)


@pytest.fixture
def car(customer: Customer, world: Any) -> UUID:
    made = world.add_vehicle(str(customer.id), is_authenticated=True, connection_status="ok", battery_level=43)
    services.customer_vehicles_fetch(access=system_access(), customer=customer)
    return UUID(made.id)


def told(customer: Customer, vehicle_id: UUID | None = None, **more: Any) -> ElectricVehicle:
    return ElectricVehicle.parse({"id": str(vehicle_id or uuid4()), "owner": {"id": str(customer.id)}, **more})


def store(
    customer: Customer, *vehicles: ElectricVehicle, complete: bool = False, asked_at: Any = None, **more: Any
) -> list[Vehicle]:
    asked_at = asked_at or timezone.now()
    return services.vehicles_store(customer=customer, vehicles=vehicles, complete=complete, asked_at=asked_at, **more)


def test_it_adds_and_then_changes(customer: Customer) -> None:
    (row,) = store(customer, first := told(customer, comment="Blue"))
    assert (row.note, row.customer_key) == ("Blue", customer.sort_name)
    (row,) = store(customer, told(customer, first.id, comment="Red"))
    assert Vehicle.objects.get().note == row.note == "Red"


def test_what_was_sent_for_it_survives(customer: Customer, car: UUID) -> None:
    Vehicle.objects.filter(id=car).update(sent='{"price_zone": "AT"}', registered_reference="R-ABCDEFGHJK")
    store(customer, told(customer, car, comment="New"))
    row = Vehicle.objects.get(id=car)
    assert (row.sent, row.registered_reference, row.note) == ('{"price_zone": "AT"}', "R-ABCDEFGHJK", "New")


def test_one_that_is_thought_new_is_kept_whole(customer: Customer) -> None:
    car = told(customer, comment="Blue", battery_level=43)
    (row,) = store(customer, car, if_new={"sent": "{}", "registered_reference": "R-ABCDEFGHJK"})
    kept = Vehicle.objects.get(id=car.id)
    assert (kept.registered_reference, kept.note, kept.battery_level) == ("R-ABCDEFGHJK", "Blue", 43)
    columns = [field.attname for field in Vehicle._meta.concrete_fields]
    assert [getattr(kept, name) for name in columns] == [getattr(row, name) for name in columns]
    row.note = "Red"
    row.save(update_fields=["note"])
    assert Vehicle.objects.get().note == "Red"


def test_one_that_is_thought_new_but_is_known_is_changed_and_its_transaction_goes_on(
    customer: Customer, car: UUID
) -> None:
    with transaction.atomic():
        (row,) = store(customer, told(customer, car, comment="Red"), if_new={"registered_reference": "R-ABCDEFGHJK"})
        kept = Vehicle.objects.get(id=car)
    assert (kept.note, row.note, row.registered_reference) == ("Red", "Red", "")


def test_a_complete_list_marks_what_is_missing_as_gone(customer: Customer, car: UUID) -> None:
    store(customer, complete=True)
    assert Vehicle.objects.get(id=car).is_gone
    store(customer, told(customer, car))
    assert not Vehicle.objects.get(id=car).is_gone


def test_one_that_is_listed_with_another_owner_is_left_as_it_was(customer: Customer, car: UUID) -> None:
    before = Vehicle.objects.values().get(id=car)
    store(customer, told(customer, car, owner={"id": str(uuid4())}, comment="Theirs"), complete=True)
    assert Vehicle.objects.values().get(id=car) == before


def test_an_incomplete_list_marks_nothing(customer: Customer, car: UUID) -> None:
    store(customer, told(customer))
    assert not Vehicle.objects.get(id=car).is_gone


def test_an_older_answer_never_overwrites_a_newer_one(customer: Customer, car: UUID) -> None:
    earlier = timezone.now() - timedelta(minutes=5)
    store(customer, told(customer, car, comment="Old"), asked_at=earlier)
    store(customer, complete=True, asked_at=earlier)
    row = Vehicle.objects.get(id=car)
    assert (row.note, row.is_gone) == ("", False)


def test_a_vehicle_of_another_owner_is_skipped(customer: Customer, caplog: pytest.LogCaptureFixture) -> None:
    stranger = ElectricVehicle.parse({"id": str(uuid4()), "owner": {"id": str(uuid4())}})
    with caplog.at_level(logging.WARNING):
        assert store(customer, stranger) == []
    assert not Vehicle.objects.exists()
    assert str(stranger.id) in caplog.text


def test_a_vehicle_kept_for_another_customer_stays_theirs(
    customer: Customer, car: UUID, organization_b: Any, world: Any, caplog: pytest.LogCaptureFixture
) -> None:
    user = world.add_user(str(organization_b.id), last_name="Nord")
    customers_refresh(access=system_access(), organization_id=organization_b.id)
    other = Customer.objects.get(id=user.id)
    with caplog.at_level(logging.WARNING):
        assert store(other, ElectricVehicle.parse({"id": str(car), "comment": "Stolen"}), complete=True) == []
    row = Vehicle.objects.get(id=car)
    assert (row.customer_id, row.organization_id, row.note, row.is_gone) == (
        customer.id,
        customer.organization_id,
        "",
        False,
    )
    assert str(car) in caplog.text


def test_deleted_vehicles_are_fetched_too(customer: Customer, world: Any) -> None:
    made = world.add_vehicle(str(customer.id), deleted_at="2026-01-01T00:00:00Z")
    services.customer_vehicles_fetch(access=system_access(), customer=customer)
    row = Vehicle.objects.get(id=made.id)
    assert (row.settled_health, row.is_gone) == ("deleted", False)


@pytest.mark.parametrize("kind", ["500", "cut_json", "html", "429", "missing_id"])
def test_a_list_that_fails_changes_nothing(kind: str, customer: Customer, car: UUID, world: Any) -> None:
    world.faults.add(Fault(kind=kind, match="vehicles", times=None))
    with pytest.raises(PoderoAway):
        services.customer_vehicles_fetch(access=system_access(), customer=customer)
    assert not Vehicle.objects.get(id=car).is_gone


def test_wrong_types_still_make_a_row(customer: Customer, car: UUID, world: Any) -> None:
    world.faults.add(Fault(kind="wrong_types", match="vehicles"))
    services.customer_vehicles_fetch(access=system_access(), customer=customer)
    assert Vehicle.objects.get(id=car).battery_level is None


def test_charlie_may_not_have_them_fetched(customer: Customer, charlie: Any, access_of: Any) -> None:
    with pytest.raises(NotAllowed):
        services.customer_vehicles_fetch(access=access_of(charlie), customer=customer)


class TestRefresh:
    def test_it_asks_podero_and_records_it(
        self, customer: Customer, car: UUID, alice: Any, access_of: Any, world: Any
    ) -> None:
        world.patch_vehicle(str(car), {"battery_level": 77})
        row = services.vehicle_refresh(access=access_of(alice), vehicle_id=car)
        assert row.battery_level == Vehicle.objects.get(id=car).battery_level == 77
        event = Event.objects.get(action="vehicle.refreshed")
        assert (event.vehicle_id, event.customer_id, event.outcome) == (car, customer.id, "done")

    def test_it_learns_what_action_is_needed(self, car: UUID, alice: Any, access_of: Any, world: Any) -> None:
        world.patch_vehicle(str(car), {"action_needed": True, "actions": [{"code": "reauthenticate"}]})
        assert "reauthenticate" in services.vehicle_refresh(access=access_of(alice), vehicle_id=car).output

    def test_a_vehicle_that_podero_no_longer_knows_is_gone(
        self, car: UUID, alice: Any, access_of: Any, world: Any
    ) -> None:
        world.faults.add(Fault(kind="404", match="vehicle"))
        assert services.vehicle_refresh(access=access_of(alice), vehicle_id=car).is_gone
        assert "no longer knows" in Event.objects.get(action="vehicle.refreshed").reason

    def test_that_it_is_not_known_overwrites_no_newer_answer(
        self, customer: Customer, car: UUID, alice: Any, access_of: Any, world: Any
    ) -> None:
        newer = timezone.now() + timedelta(minutes=1)
        Vehicle.objects.filter(id=car).update(fetched_at=newer)
        world.faults.add(Fault(kind="404", match="vehicle"))
        assert not services.vehicle_refresh(access=access_of(alice), vehicle_id=car).is_gone
        row = Vehicle.objects.get(id=car)
        assert (row.is_gone, row.fetched_at) == (False, newer)

    @pytest.mark.parametrize(
        "kind", ["500", "html", "cut_json", "wrong_id", "null_id", "403", "302", "lost_before", "hang_before"]
    )
    def test_a_failure_keeps_the_last_state_and_is_an_event(
        self, kind: str, car: UUID, alice: Any, access_of: Any, world: Any
    ) -> None:
        world.faults.add(Fault(kind=kind, match="vehicle", times=None))
        with pytest.raises(PoderoAway):
            services.vehicle_refresh(access=access_of(alice), vehicle_id=car)
        assert Vehicle.objects.get(id=car).battery_level == 43
        assert Event.objects.get(action="vehicle.refreshed").outcome == "failed"

    def test_charlie_does_not_find_it(self, car: UUID, charlie: Any, access_of: Any) -> None:
        with pytest.raises(NotFound):
            services.vehicle_refresh(access=access_of(charlie), vehicle_id=car)


class TestPosition:
    def test_it_is_an_event(self, car: UUID, sara: Any, access_of: Any) -> None:
        services.vehicle_position(access=access_of(sara), vehicle_id=car)
        assert Event.objects.get(action="vehicle.position_shown").actor_id == sara.id

    def test_an_agent_is_refused(self, car: UUID, alice: Any, access_of: Any) -> None:
        with pytest.raises(NotAllowed):
            services.vehicle_position(access=access_of(alice), vehicle_id=car)
        assert not Event.objects.filter(action="vehicle.position_shown").exists()
