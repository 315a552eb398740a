"""The nightly sweep: it finds what Podero has and we do not believe, tells it once, and changes nothing there."""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from podero_admin.audit.models import AccessRecord, ChainHead, Event
from podero_admin.audit.services import verify_chain
from podero_admin.directory.models import Customer
from podero_admin.organizations.selectors import system_access
from podero_admin.registrations.models import Attempt, Chore, Registration, Stray
from podero_admin.registrations.services import customers_touched, registrations_settle, sweep_if_due, vehicles_look
from podero_admin.registrations.services.sweep import last_night
from podero_admin.sandbox.faults import Fault
from podero_admin.vehicles.models import Vehicle
from tests.registering import at_once

WEEK = timedelta(days=7)


def sweep() -> str:
    out = StringIO()
    call_command("sweep", stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def alarms() -> list[tuple[str, str]]:
    rows = Event.objects.filter(outcome="alarm").order_by("number")
    return [(row.action, row.object_id) for row in rows]


def tag(registration: Any, attempt: int = 1) -> str:
    return f"[pa:{registration.reference[2:]}-{attempt}] White"


@pytest.fixture
def fresh(registration_in: Callable[..., Any]) -> Any:
    return registration_in("confirmed")


@pytest.fixture
def registration_in(press: Callable[..., Any], world: Any) -> Callable[..., Any]:
    """A registration that was pressed, and then came to stand in this outcome."""

    def make(outcome: str, **values: Any) -> Any:
        if outcome != "confirmed":
            world.faults.add(Fault("422" if outcome == "rejected" else "lost_before", match="register"))
        registration = press(**values)
        if outcome in {"absent", "not_sent"}:
            _put(registration, outcome)
        registration.refresh_from_db()
        assert registration.outcome == outcome
        return registration

    return make


def _put(registration: Any, outcome: str) -> None:
    """Where no fault would lead in the time of a test."""
    from podero_admin.registrations import triggers

    triggers.lift(connection)
    Registration.objects.filter(pk=registration.pk).update(
        outcome=outcome, next_check_at=None, settled_at=timezone.now()
    )
    triggers.install(connection)


# What it finds.


def test_all_well_raises_nothing(fresh, world):
    assert sweep() == "1 customers looked at, 0 could not be; 0 new alarms."
    assert alarms() == []


def test_a_reference_that_nobody_knows_raises_the_alarm_once(fresh, world, jana):
    vehicle = world.add_vehicle(str(jana.id), comment="[pa:23456789AB-1] Red")
    assert sweep().endswith("1 new alarms.")
    assert sweep().endswith("0 new alarms.")
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
    assert sweep().endswith("0 new alarms.")
    assert Stray.objects.get().acknowledged_at is not None


@pytest.mark.parametrize("deleted", [{}, {"deleted_at": "2026-11-01T00:00:00Z"}], ids=["living", "deleted"])
def test_one_reference_on_two_vehicles_raises_the_alarm_once(fresh, world, jana, deleted):
    second = world.add_vehicle(str(jana.id), comment=tag(fresh), **deleted)
    assert sweep().endswith("1 new alarms.")
    assert sweep().endswith("0 new alarms.")
    fresh.refresh_from_db()
    assert second.id in fresh.alarm
    assert fresh.alarm_since is not None
    assert alarms() == [("registration.duplicate_found", fresh.reference)]


def test_a_reference_that_nobody_knows_on_two_vehicles_names_both(fresh, world, jana):
    made = {world.add_vehicle(str(jana.id), comment="[pa:23456789AB-1] Red").id for _ in range(2)}
    assert sweep().endswith("2 new alarms.")
    assert {str(stray.vehicle_id) for stray in Stray.objects.all()} == made


def test_a_reference_of_another_customer_raises_the_alarm(fresh, world, jana, press):
    other = Customer.objects.filter(organization=jana.organization, is_gone=False).exclude(pk=jana.pk).first()
    press(customer=other, confirm=True)
    vehicle = world.add_vehicle(str(other.id), comment=tag(fresh))
    assert sweep().endswith("1 new alarms.")
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
    assert sweep().endswith("1 new alarms.")
    assert sweep().endswith("0 new alarms.")
    registration.refresh_from_db()
    assert (registration.outcome, str(registration.vehicle_id)) == ("confirmed", vehicle.id)
    assert f"stood here as “{word}”" in registration.alarm
    assert registration.alarm_since is not None
    assert alarms() == [("alarm.raised", registration.reference)]


def test_what_was_only_unknown_is_confirmed_without_an_alarm(registration_in, world, jana):
    registration = registration_in("unknown")
    world.add_vehicle(str(jana.id), comment=tag(registration))
    assert sweep().endswith("0 new alarms.")
    registration.refresh_from_db()
    assert (registration.outcome, registration.alarm) == ("confirmed", "")


def test_notes_of_people_are_no_references(fresh, world, jana):
    for comment in ("grandpa: blue", "[pa:short-1] x", "see [pa:23456789AB-1]", None, ""):
        world.add_vehicle(str(jana.id), comment=comment)
    assert sweep().endswith("0 new alarms.")


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
    assert sweep() == "1 customers looked at, 1 could not be; 1 new alarms."
    assert sweep() == "2 customers looked at, 0 could not be; 1 new alarms."


def test_podero_away_is_counted_and_ends_well(fresh, sandbox):
    sandbox.stop()
    assert sweep() == "0 customers looked at, 1 could not be; 0 new alarms."
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
    assert "1 customers looked at" in Chore.objects.get(name="sweep").note


def test_one_of_several_workers_does_it(transactional_db, fresh):
    moment = timezone.now()
    results = at_once(*[lambda: due(moment)] * 4)
    assert sorted(results) == [False, False, False, True]


def test_one_that_died_on_the_way_is_taken_up_by_the_next(fresh):
    now = timezone.now()
    Chore.objects.create(name="sweep", claimed_until=now + timedelta(minutes=9))
    assert not due(now)
    assert due(now + timedelta(minutes=10))


# After a restore of an older backup.


@pytest.fixture
def backup(transactional_db: None) -> Callable[[], Any]:
    """Take a backup; what it returns puts it back, as far as these tests change anything."""
    from podero_admin.audit import triggers as audit_triggers
    from podero_admin.registrations import triggers

    kept = {Attempt: "id", Registration: "id", Stray: "id", Vehicle: "id", AccessRecord: "id", Event: "number"}

    @contextmanager
    def lifted() -> Any:
        triggers.lift(connection)
        with audit_triggers.lifted(connection):
            yield
        triggers.install(connection)

    def take() -> Callable[[], None]:
        keys = {model: set(model.objects.values_list(key, flat=True)) for model, key in kept.items()}
        rows, head = list(Registration.objects.values()), ChainHead.objects.values().get()

        def restore() -> None:
            with lifted(), connection.cursor() as cursor:
                for model, key in kept.items():
                    gone = [each for each in model.objects.values_list(key, flat=True) if each not in keys[model]]
                    for each in gone:
                        value = each.hex if connection.vendor == "sqlite" and hasattr(each, "hex") else each
                        cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE {key} = %s", [value])
                    if model is Attempt:
                        for row in rows:
                            Registration.objects.filter(pk=row["id"]).update(**row)
                        Registration.objects.exclude(pk__in=keys[Registration]).update(vehicle=None)
                ChainHead.objects.filter(id=1).update(**head)

        return restore

    return take


@pytest.fixture
def spare(jana: Any) -> Any:
    """A customer for whom nothing was registered before the backup."""
    return Customer.objects.filter(organization=jana.organization, is_gone=False).exclude(pk=jana.pk).first()


def test_what_was_registered_since_is_found_and_listed(backup, fresh, press, world, jana, client_of, sara):
    restore = backup()
    lost = press(confirm=True)
    number = Event.objects.count()
    restore()
    assert not Registration.objects.filter(reference=lost.reference).exists()
    assert Event.objects.count() < number
    assert verify_chain().is_unbroken
    assert sweep().endswith("1 new alarms.")
    stray = Stray.objects.get()
    assert (stray.reference, stray.vehicle_id, stray.customer_id) == (lost.reference, lost.vehicle_id, jana.id)
    assert lost.reference in client_of(sara).get("/").content.decode()
    assert sweep().endswith("0 new alarms.")


def test_of_a_customer_whom_the_backup_does_not_point_to_the_full_pass_finds_it(backup, fresh, press, spare):
    restore = backup()
    lost = press(customer=spare, confirm=True)
    restore()
    assert sweep().endswith("0 new alarms.")
    out = StringIO()
    call_command("sync", stdout=out, stderr=StringIO())
    assert "1 vehicle bears a registration that is not known here" in out.getvalue()
    assert Stray.objects.get().reference == lost.reference


def test_once_somebody_opened_that_customer_the_sweep_finds_it(backup, fresh, press, spare, client_of, alice):
    restore = backup()
    lost = press(customer=spare, confirm=True)
    restore()
    client_of(alice).post(f"/customers/{spare.id}/refresh/")
    assert sweep().endswith("1 new alarms.")
    assert Stray.objects.get().reference == lost.reference


def test_what_was_open_in_the_backup_is_confirmed_and_no_alarm(backup, registration_in, world, jana):
    registration = registration_in("unknown")
    restore = backup()
    world.add_vehicle(str(jana.id), comment=tag(registration))
    registrations_settle(access=system_access(), now=lambda: timezone.now() + timedelta(seconds=60))
    restore()
    registration.refresh_from_db()
    assert registration.outcome == "unknown"
    assert sweep().endswith("0 new alarms.")
    registration.refresh_from_db()
    assert registration.outcome == "confirmed"


def test_what_was_sent_again_since_is_confirmed_and_told(backup, registration_in, world, access_of, alice):
    from podero_admin.registrations.services import registration_send_again

    registration = registration_in("absent")
    restore = backup()
    registration_send_again(access=access_of(alice), registration=registration, attempt_number=1)
    assert registration.outcome == "confirmed"
    restore()
    registration.refresh_from_db()
    assert (registration.outcome, registration.attempt_number) == ("absent", 1)
    assert sweep().endswith("1 new alarms.")
    registration.refresh_from_db()
    assert registration.outcome == "confirmed"
    assert "after all" in registration.alarm
