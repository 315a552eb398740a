"""The nightly sweep: it finds what Podero has and we do not believe, tells it once, and changes nothing there."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from podero_admin.audit.models import Event
from podero_admin.directory.models import Customer
from podero_admin.organizations.selectors import system_access
from podero_admin.registrations.models import Attempt, Chore, Registration, Stray
from podero_admin.registrations.services import customers_touched, sweep_if_due, vehicles_look
from podero_admin.registrations.services.sweep import last_night
from podero_admin.sandbox.faults import Fault
from podero_admin.vehicles.models import Vehicle
from tests.registering import at_once, sweep, tag

WEEK = timedelta(days=7)


def alarms() -> list[tuple[str, str]]:
    rows = Event.objects.filter(outcome="alarm").order_by("number")
    return [(row.action, row.object_id) for row in rows]


# What it finds.


def test_all_well_raises_nothing(fresh, world):
    assert sweep() == "Customers looked at: 1; could not be asked: 0; new alarms: 0."
    assert alarms() == []


def test_a_reference_that_nobody_knows_raises_the_alarm_once(fresh, world, jana):
    vehicle = world.add_vehicle(str(jana.id), comment="[pa:23456789AB-1] Red")
    assert sweep().endswith("new alarms: 1.")
    assert sweep().endswith("new alarms: 0.")
    stray = Stray.objects.get()
    assert (str(stray.vehicle_id), stray.reference, stray.customer) == (vehicle.id, "R-23456789AB", jana)
    event = Event.objects.get(action="alarm.raised")
    assert (str(event.vehicle_id), event.customer_id, event.organization_id, event.actor_name) == (
        vehicle.id, jana.id, jana.organization_id, "podero_admin",
    )  # fmt: skip
    assert "not known here" in event.reason


def test_a_stray_that_was_seen_is_not_alarmed_again(fresh, world, jana):
    world.add_vehicle(str(jana.id), comment="[pa:23456789AB-1] Red")
    sweep()
    Stray.objects.update(acknowledged_at=timezone.now())
    assert sweep().endswith("new alarms: 0.")
    assert Stray.objects.get().acknowledged_at is not None


@pytest.mark.parametrize("deleted", [{}, {"deleted_at": "2026-11-01T00:00:00Z"}], ids=["living", "deleted"])
def test_one_reference_on_two_vehicles_raises_the_alarm_once(fresh, world, jana, deleted):
    second = world.add_vehicle(str(jana.id), comment=tag(fresh), **deleted)
    assert sweep().endswith("new alarms: 1.")
    assert sweep().endswith("new alarms: 0.")
    fresh.refresh_from_db()
    assert second.id in fresh.alarm
    assert fresh.alarm_since is not None
    assert alarms() == [("registration.duplicate_found", fresh.reference)]


def test_a_reference_that_nobody_knows_on_two_vehicles_names_both(fresh, world, jana):
    made = {world.add_vehicle(str(jana.id), comment="[pa:23456789AB-1] Red").id for _ in range(2)}
    assert sweep().endswith("new alarms: 2.")
    assert {str(stray.vehicle_id) for stray in Stray.objects.all()} == made


def test_a_reference_of_another_customer_raises_the_alarm(fresh, world, jana, press):
    other = Customer.objects.filter(organization=jana.organization, is_gone=False).exclude(pk=jana.pk).first()
    press(customer=other, confirm=True)
    vehicle = world.add_vehicle(str(other.id), comment=tag(fresh))
    assert sweep().endswith("new alarms: 1.")
    assert str(Stray.objects.get().vehicle_id) == vehicle.id
    assert "another customer" in Stray.objects.get().alarm
    fresh.refresh_from_db()
    assert fresh.alarm == ""


@pytest.mark.parametrize(
    ("outcome", "word"), [("absent", "not registered"), ("not_sent", "not sent"), ("rejected", "refused")]
)
def test_a_vehicle_of_what_was_given_up_is_confirmed_and_told(registration_in, world, jana, outcome, word):
    registration = registration_in(outcome)
    vehicle = world.add_vehicle(str(jana.id), comment=tag(registration))
    assert sweep().endswith("new alarms: 1.")
    assert sweep().endswith("new alarms: 0.")
    registration.refresh_from_db()
    assert (registration.outcome, str(registration.vehicle_id)) == ("confirmed", vehicle.id)
    assert f"stood here as “{word}”" in registration.alarm
    assert registration.alarm_since is not None
    assert alarms() == [("alarm.raised", registration.reference)]


def test_what_was_only_unknown_is_confirmed_without_an_alarm(registration_in, world, jana):
    registration = registration_in("unknown")
    world.add_vehicle(str(jana.id), comment=tag(registration))
    assert sweep().endswith("new alarms: 0.")
    registration.refresh_from_db()
    assert (registration.outcome, registration.alarm) == ("confirmed", "")


def test_notes_of_people_are_no_references(fresh, world, jana):
    for comment in ("grandpa: blue", "[pa:short-1] x", "see [pa:23456789AB-1]", None, ""):
        world.add_vehicle(str(jana.id), comment=comment)
    assert sweep().endswith("new alarms: 0.")


def test_it_only_reads_at_podero(registration_in, world, jana):
    registration = registration_in("absent")
    world.add_vehicle(str(jana.id), comment=tag(registration))
    world.add_vehicle(str(jana.id), comment="[pa:23456789AB-1] Red")
    before, had = len(world.requests), world.vehicles_of(str(jana.id))
    sweep()
    asked = list(world.requests)[before:]
    assert {request.method for request in asked if request.endpoint != "token"} == {"GET"}
    assert world.vehicles_of(str(jana.id)) == had


# Whom it asks about.


def asked_about() -> set[Any]:
    return {customer.pk for customer in customers_touched(access=system_access(), now=timezone.now())}


def test_only_customers_of_the_last_seven_days_are_asked_about(fresh, jana):
    assert asked_about() == {jana.pk}
    past = timezone.now() - WEEK - timedelta(hours=1)
    Registration.objects.update(created_at=past)
    Attempt.objects.update(created_at=past)
    Vehicle.objects.update(created_at=past)
    assert asked_about() == set()
    Attempt.objects.update(created_at=timezone.now())
    assert asked_about() == {jana.pk}


def test_a_tagged_vehicle_that_is_linked_to_nothing_is_always_asked_about(world, jana, access_of, alice):
    assert asked_about() == set()
    world.add_vehicle(str(jana.id), comment="[pa:23456789AB-1] Red", created_at="2024-01-01T00:00:00Z")
    vehicles_look(access=access_of(alice), customer=jana)
    assert asked_about() == {jana.pk}


def test_who_is_gone_or_no_longer_configured_is_not_asked_about(fresh, jana):
    Customer.objects.filter(pk=jana.pk).update(is_gone=True)
    assert asked_about() == set()
    Customer.objects.filter(pk=jana.pk).update(is_gone=False)
    type(jana.organization).objects.filter(pk=jana.organization_id).update(is_configured=False)
    assert asked_about() == set()


def test_who_cannot_be_asked_is_counted_and_stops_nobody(fresh, press, world, jana):
    other = Customer.objects.filter(organization=jana.organization, is_gone=False).exclude(pk=jana.pk).first()
    press(customer=other, confirm=True)
    world.add_vehicle(str(jana.id), comment=tag(fresh))
    world.add_vehicle(str(other.id), comment="[pa:23456789AB-1] Red")
    world.faults.add(Fault("404", match="vehicles"))
    assert sweep() == "Customers looked at: 1; could not be asked: 1; new alarms: 1."
    assert sweep() == "Customers looked at: 2; could not be asked: 0; new alarms: 1."


def test_podero_away_is_counted_and_ends_well(fresh, sandbox):
    sandbox.stop()
    assert sweep() == "Customers looked at: 0; could not be asked: 1; new alarms: 0."
    assert alarms() == []


# Once a night.


def at(hour: int, day: int = 20, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "due"), [(at(3), at(2)), (at(2), at(2)), (at(1, minute=59), at(2, day=19)), (at(23), at(2))]
)
def test_a_night_begins_at_two_by_the_clock_of_the_place(now, due):
    with timezone.override(UTC):
        assert last_night(now) == due


def due(moment: datetime) -> bool:
    return sweep_if_due(access=system_access(), now=lambda: moment) is not None


def test_it_is_done_once_a_night_and_caught_up_later(fresh):
    now = timezone.now()
    assert due(now)
    assert not due(now)
    night = last_night(now) + timedelta(days=1, seconds=1)
    assert not due(night - timedelta(seconds=2))
    assert due(night + timedelta(hours=9))
    assert "Customers looked at: 1;" in Chore.objects.get(name="sweep").note


def test_one_of_several_workers_does_it(transactional_db, fresh):
    moment = timezone.now()
    results = at_once(*[lambda: due(moment)] * 4)
    assert sorted(results) == [False, False, False, True]


def test_one_that_died_on_the_way_is_taken_up_by_the_next(fresh):
    now = timezone.now()
    Chore.objects.create(name="sweep", claimed_until=now + timedelta(minutes=9))
    assert not due(now)
    assert due(now + timedelta(minutes=10))
