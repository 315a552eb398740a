"""What changed of a vehicle is kept, but neither where it was nor what lets somebody in; old readings go."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from podero_admin.directory.models import Customer
from podero_admin.podero import ElectricVehicle
from podero_admin.vehicles import retention, services
from podero_admin.vehicles.models import Reading, Vehicle
from podero_admin.vehicles.readings import changes, maker_key
from podero_admin.vehicles.tasks import purge_readings

pytestmark = pytest.mark.django_db
CAR = "11111111-1111-4111-8111-111111111111"
KNOWN: dict[str, Any] = {
    "id": CAR,
    "connection_status": "ok",
    "monitoring_status": "ok",
    "steering_status": "ok",
    "is_authenticated": True,
    "battery_level": 40,
    "device_model": {"manufacturer": "Škoda", "model": "Enyaq", "year": 2023},
    "updated_at": "2026-01-01T00:00:00Z",
}
MORNING = timezone.now() - timedelta(hours=8)


def at(minutes: int) -> datetime:
    return MORNING + timedelta(minutes=minutes)


def tell(customer: Customer, minutes: int, *, complete: bool = False, **values: Any) -> None:
    vehicle = ElectricVehicle.parse(KNOWN | values)
    services.vehicles_store(customer=customer, vehicles=[vehicle], complete=complete, asked_at=at(minutes))


def told() -> list[dict[str, Any]]:
    return [json.loads(each.changes) for each in Reading.objects.order_by("id")]


def test_the_first_answer_is_no_change(jana: Customer) -> None:
    tell(jana, 0)
    assert told() == []


def test_the_same_answer_again_is_none_and_moves_the_moment_alone(jana: Customer) -> None:
    tell(jana, 0)
    tell(jana, 15)
    assert told() == []
    assert Vehicle.objects.get().fetched_at == at(15)


def test_what_is_stored_a_second_time_changes_nothing(jana: Customer) -> None:
    for _ in range(2):
        tell(jana, 0, complete=True)
    assert told() == []
    assert Vehicle.objects.get().fetched_at == at(0)


def test_a_vehicle_that_another_customer_has_here_stays_theirs(jana: Customer) -> None:
    tell(jana, 0)
    other = Customer.objects.exclude(id=jana.id).filter(organization_id=jana.organization_id).first()
    assert other is not None
    tell(other, 15, complete=True, battery_level=99)
    vehicle = Vehicle.objects.get()
    assert (vehicle.customer_id, vehicle.battery_level, vehicle.fetched_at) == (jana.id, 40, at(0))


def test_what_an_old_list_misses_was_told_of_since_and_stays(jana: Customer) -> None:
    tell(jana, 15)
    services.vehicles_store(customer=jana, vehicles=[], complete=True, asked_at=at(0))
    assert not Vehicle.objects.get().is_gone
    services.vehicles_store(customer=jana, vehicles=[], complete=True, asked_at=at(20))
    assert Vehicle.objects.get().is_gone
    assert told() == [{"listed": [True, False]}]


def test_a_change_is_kept_with_before_after_and_both_moments(jana: Customer) -> None:
    tell(jana, 0)
    tell(jana, 15, battery_level=55, is_plugged_in=True)
    made = Reading.objects.get()
    assert told() == [{"battery_level": [40, 55], "is_plugged_in": [None, True]}]
    assert (made.at, made.before_at, made.organization_id) == (at(15), at(0), jana.organization_id)
    assert (made.became, made.maker) == ("", "")


@pytest.mark.parametrize(
    "name",
    ["updated_at", "current_state_last_updated_at", "last_monitoring_executed_at", "consumption_last_updated_at"],
)
def test_a_clock_that_moves_with_every_report_is_no_change(name: str, jana: Customer) -> None:
    tell(jana, 0)
    tell(jana, 15, **{name: "2026-02-02T00:00:00Z"})
    assert told() == []
    tell(jana, 30, battery_level=41, **{name: "2026-02-02T00:15:00Z"})
    assert told() == [{"battery_level": [40, 41]}]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("latitude", 48.2),
        ("longitude", 16.3),
        ("coordinates_last_updated_at", "2026-02-02T00:00:00Z"),
        ("authorization_url", "https://secret.example/a"),
        ("embeddable_url", "https://secret.example/b"),
        ("owner", {"id": None, "email": "secret@example.org"}),
        ("actions", [{"code": "reauthenticate", "resolution_link": {"url": "https://x/?secret=1"}}]),
        ("last_known_place", "Lindengasse 1"),
    ],
)
def test_places_links_and_what_is_personal_are_never_kept(name: str, value: Any, jana: Customer) -> None:
    tell(jana, 0)
    tell(jana, 15, **{name: value})
    tell(jana, 30, battery_level=41, **{name: None})
    assert told() == [{"battery_level": [40, 41]}]


def test_of_a_model_its_name_is_kept_and_of_a_note_what_people_wrote(jana: Customer) -> None:
    tell(jana, 0)
    model = {"manufacturer": "Škoda", "model": "Enyaq", "year": 2024, "cloud_service_signup_link": "https://s.example"}
    tell(jana, 15, device_model=model, comment="[pa:ABCDEFGHJK-1] White")
    kept = told()[0]
    assert kept["device_model"][1] == {"manufacturer": "Škoda", "model": "Enyaq", "year": 2024}
    assert kept["comment"] == ["", "White"]


def test_the_same_thing_in_another_way_is_no_change() -> None:
    assert changes({"battery_capacity_kwh": "77.0"}, {"battery_capacity_kwh": 77.0}) == {}
    assert changes({"charge_deadline_at": "06:00"}, {"charge_deadline_at": "06:00:00"}) == {}
    assert changes({"battery_level": None}, {}) == {}


@pytest.mark.parametrize("value", [["x"] * 9999, {"a": {"b": "\0" * 9}}, "y" * 99_999, 1e300, float(2**80), -1])
def test_odd_values_are_cut_and_do_no_harm(value: Any, jana: Customer) -> None:
    tell(jana, 0)
    tell(jana, 15, battery_level=value, lifecycle_error=value)
    assert len(Reading.objects.get().changes) < 2000


def test_an_older_answer_that_comes_late_is_no_change(jana: Customer) -> None:
    tell(jana, 15)
    tell(jana, 0, battery_level=99)
    assert told() == []


def test_two_changes_are_two_readings_in_order(jana: Customer) -> None:
    for minutes, level in ((0, 40), (15, 41), (30, 42)):
        tell(jana, minutes, battery_level=level)
    assert told() == [{"battery_level": [40, 41]}, {"battery_level": [41, 42]}]


class TestStatuses:
    def until(self, name: str) -> datetime | None:
        found: datetime | None = getattr(Vehicle.objects.get(), f"{name}_ok_until")
        return found

    def test_until_when_it_was_ok_is_the_last_answer_that_said_so(self, jana: Customer) -> None:
        tell(jana, 0)
        tell(jana, 26)
        tell(jana, 41, monitoring_status="warning")
        tell(jana, 56, monitoring_status="error", battery_level=3)
        assert self.until("monitoring") == at(26)
        assert self.until("connection") is None

    def test_when_it_is_ok_again_nothing_is_left_of_it(self, jana: Customer) -> None:
        tell(jana, 0)
        tell(jana, 15, connection_status="error")
        tell(jana, 30)
        assert self.until("connection") is None

    def test_one_that_was_never_seen_to_be_ok_has_none(self, jana: Customer) -> None:
        tell(jana, 0, steering_status="unknown")
        tell(jana, 15, steering_status="error")
        assert self.until("steering") is None

    def test_what_turned_to_error_can_be_found_by_maker(self, jana: Customer) -> None:
        tell(jana, 0)
        tell(jana, 15, connection_status="error", monitoring_status="error", steering_status="warning")
        tell(jana, 30, connection_status="error", monitoring_status="error", steering_status="error")
        rows = Reading.objects.filter(maker=maker_key("SKODA"), at__gte=at(0), at__lt=at(60)).exclude(became="")
        assert list(rows.order_by("at").values_list("became", flat=True)) == ["connection monitoring", "steering"]

    def test_a_status_that_nobody_knows_is_no_error(self, jana: Customer) -> None:
        tell(jana, 0)
        tell(jana, 15, connection_status="dancing")
        assert Reading.objects.get().became == ""
        assert self.until("connection") == at(0)


def test_one_that_is_no_longer_listed_and_comes_back_is_told(jana: Customer) -> None:
    tell(jana, 0)
    services.vehicles_store(customer=jana, vehicles=[], complete=True, asked_at=at(15))
    services.vehicles_store(customer=jana, vehicles=[], complete=True, asked_at=at(30))
    tell(jana, 45)
    assert told() == [{"listed": [True, False]}, {"listed": [False, True]}]


def test_a_refresh_by_a_person_is_a_reading_too(jana: Customer, world: Any, alice: Any, access_of: Any) -> None:
    made = world.add_vehicle(str(jana.id), battery_level=43)
    services.customer_vehicles_fetch(access=access_of(alice), customer=jana)
    world.patch_vehicle(made.id, {"battery_level": 77})
    services.vehicle_refresh(access=access_of(alice), vehicle_id=UUID(made.id))
    assert told() == [{"battery_level": [43, 77]}]


class TestRetention:
    def age(self, jana: Customer, *days: int) -> None:
        tell(jana, 0)
        row = Vehicle.objects.get()
        rows = [
            Reading(
                vehicle=row,
                organization_id=row.organization_id,
                at=timezone.now() - timedelta(days=each),
                before_at=at(0),
                changes="{}",
            )
            for each in days
        ]
        Reading.objects.bulk_create(rows)

    def test_what_is_older_than_it_is_kept_for_goes_and_the_rest_stays(self, jana: Customer, settings: Any) -> None:
        settings.READINGS_KEPT_DAYS = 30
        self.age(jana, 90, 31, 29, 0)
        purge_readings()
        assert Reading.objects.count() == 2
        purge_readings()
        assert Reading.objects.count() == 2

    def test_it_goes_on_batch_after_batch(self, jana: Customer, settings: Any) -> None:
        self.age(jana, *[500] * (retention.BATCH * 2 + 5), 1)
        assert retention.readings_purge(now=timezone.now()) == retention.BATCH * 2 + 5
        assert Reading.objects.count() == 1

    def test_nothing_to_remove_costs_one_query(self, jana: Customer, django_assert_num_queries: Any) -> None:
        self.age(jana, 1, 2)
        with django_assert_num_queries(1):
            assert retention.readings_purge(now=timezone.now()) == 0
