"""After a restore of an older backup: what was registered since is at Podero, and is found and listed."""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
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
from podero_admin.registrations.models import Attempt, Registration, Stray
from podero_admin.registrations.services import registrations_settle
from podero_admin.vehicles.models import Vehicle
from tests.locks import lifted
from tests.registering import sweep, tag


@pytest.fixture
def backup(transactional_db: None) -> Callable[[], Any]:
    """Take a backup; what it returns puts it back, as far as these tests change anything."""
    from podero_admin.registrations import triggers

    kept = {Attempt: "id", Registration: "id", Stray: "id", Vehicle: "id", AccessRecord: "id", Event: "number"}

    @contextmanager
    def all_lifted() -> Any:
        triggers.lift(connection)
        with lifted():
            yield
        triggers.install(connection)

    def take() -> Callable[[], None]:
        keys = {model: set(model.objects.values_list(key, flat=True)) for model, key in kept.items()}
        rows, head = list(Registration.objects.values()), ChainHead.objects.values().get()

        def restore() -> None:
            with all_lifted(), connection.cursor() as cursor:
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
    assert sweep().endswith("new alarms: 1.")
    stray = Stray.objects.get()
    assert (stray.reference, stray.vehicle_id, stray.customer_id) == (lost.reference, lost.vehicle_id, jana.id)
    assert lost.reference in client_of(sara).get("/").content.decode()
    assert sweep().endswith("new alarms: 0.")


def test_of_a_customer_whom_the_backup_does_not_point_to_the_full_pass_finds_it(backup, fresh, press, spare):
    restore = backup()
    lost = press(customer=spare, confirm=True)
    restore()
    assert sweep().endswith("new alarms: 0.")
    out = StringIO()
    call_command("sync", stdout=out, stderr=StringIO())
    assert "1 vehicle bears a registration that is not known here" in out.getvalue()
    assert Stray.objects.get().reference == lost.reference


def test_once_somebody_opened_that_customer_the_sweep_finds_it(backup, fresh, press, spare, client_of, alice):
    restore = backup()
    lost = press(customer=spare, confirm=True)
    restore()
    client_of(alice).post(f"/customers/{spare.id}/refresh/")
    assert sweep().endswith("new alarms: 1.")
    assert Stray.objects.get().reference == lost.reference


def test_what_was_open_in_the_backup_is_confirmed_and_no_alarm(backup, registration_in, world, jana):
    registration = registration_in("unknown")
    restore = backup()
    world.add_vehicle(str(jana.id), comment=tag(registration))
    registrations_settle(access=system_access(), now=lambda: timezone.now() + timedelta(seconds=60))
    restore()
    registration.refresh_from_db()
    assert registration.outcome == "unknown"
    assert sweep().endswith("new alarms: 0.")
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
    assert sweep().endswith("new alarms: 1.")
    registration.refresh_from_db()
    assert registration.outcome == "confirmed"
    assert "after all" in registration.alarm
