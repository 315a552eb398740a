"""The database itself permits the transitions of the diagram and no others, whoever asks it."""

import uuid
from itertools import product

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from podero_admin.registrations import triggers
from podero_admin.registrations.models import Registration
from podero_admin.registrations.outcomes import Outcome

DIAGRAM = {
    "pending": {"sending", "not_sent"},
    "sending": {"confirmed", "rejected", "not_sent", "unknown"},
    "unknown": {"confirmed", "review", "absent"},
    "review": {"confirmed", "absent"},
    "not_sent": {"pending", "confirmed"},
    "absent": {"pending", "confirmed"},
    "rejected": {"confirmed"},
    "confirmed": set(),
}
WAY_TO = {
    "pending": [],
    "sending": ["sending"],
    "confirmed": ["sending", "confirmed"],
    "rejected": ["sending", "rejected"],
    "not_sent": ["not_sent"],
    "unknown": ["sending", "unknown"],
    "absent": ["sending", "unknown", "absent"],
    "review": ["sending", "unknown", "review"],
}
PAIRS = [(str(before), str(after)) for before, after in product(Outcome, Outcome) if before != after]


@pytest.fixture
def customer(db):
    from podero_admin.directory.models import Customer
    from podero_admin.organizations.models import Organization

    now = timezone.now()
    organization = Organization.objects.create(name="Alpenstrom GmbH", loaded_at=now)
    return Customer.objects.create(organization=organization, name="Jana", search_key=1, fetched_at=now)


@pytest.fixture
def stored(customer):
    from podero_admin.accounts.models import Staff

    staff = Staff.objects.create_user("alice@alpenstrom.example", "a long pass phrase", name="Alice")

    def store(outcome: str = "pending", **values: object) -> Registration:
        now = timezone.now()
        mine = {"reference": f"R-{uuid.uuid4().hex[:10].upper()}", "submission_key": uuid.uuid4().hex}
        return Registration.objects.create(
            organization=customer.organization, customer=customer, requested_by=staff, typed="{}", payload="{}",
            created_at=now, pending_at=now, outcome=outcome, **(mine | values),
        )  # fmt: skip

    return store


def set_raw(row: Registration, outcome: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE registrations_registration SET outcome = %s WHERE id = %s", [outcome, row.pk])


def walk(row: Registration, outcome: str) -> None:
    for step in WAY_TO[outcome]:
        set_raw(row, step)


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_exactly_the_transitions_of_the_diagram_are_permitted(stored, before, after):
    row = stored()
    walk(row, before)
    if after in DIAGRAM[before]:
        set_raw(row, after)
    else:
        with pytest.raises(DatabaseError, match="not permitted"):
            set_raw(row, after)
    row.refresh_from_db()
    assert row.outcome == (after if after in DIAGRAM[before] else before)


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome != "pending"])
def test_a_registration_begins_as_pending(stored, outcome):
    with pytest.raises(DatabaseError, match="begins as pending"), transaction.atomic():
        stored(outcome)
    assert not Registration.objects.exists()


def test_an_update_that_leaves_the_outcome_alone_is_permitted_in_every_outcome(stored):
    row = stored()
    for step in ("pending", "sending", "confirmed"):
        set_raw(row, step)
        assert Registration.objects.filter(pk=row.pk).update(checks=3) == 1


def test_a_word_that_is_no_outcome_is_refused(stored):
    row = stored()
    with pytest.raises(DatabaseError):
        set_raw(row, "failed")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's alone")
def test_a_replaced_row_does_not_begin_anew(stored):
    row = stored()
    walk(row, "confirmed")
    columns = ", ".join(field.column for field in Registration._meta.concrete_fields)
    anew = columns.replace("outcome,", "'pending',", 1)
    with (
        pytest.raises(DatabaseError, match="begins as pending, once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"REPLACE INTO registrations_registration ({columns}) SELECT {anew} FROM registrations_registration"
        )
    row.refresh_from_db()
    assert row.outcome == "confirmed"


@pytest.mark.parametrize("outcome", ["pending", "sending", "unknown", "review"])
def test_a_second_open_registration_of_a_customer_is_refused(stored, outcome):
    walk(stored(), outcome)
    with pytest.raises(IntegrityError), transaction.atomic():
        stored()


@pytest.mark.parametrize("outcome", ["confirmed", "rejected", "not_sent", "absent"])
def test_a_settled_registration_leaves_room_for_another(stored, outcome):
    walk(stored(), outcome)
    stored()
    assert Registration.objects.count() == 2


@pytest.mark.parametrize("name", ["reference", "submission_key"])
def test_a_reference_and_a_submission_key_exist_once(stored, name):
    row = stored()
    walk(row, "confirmed")
    with pytest.raises(IntegrityError), transaction.atomic():
        stored(**{name: getattr(row, name)})


def test_missing_triggers_are_named_and_noticed_by_the_system_check(db):
    from django.core.checks import run_checks

    assert triggers.missing(connection) == []
    triggers.lift(connection)
    assert triggers.missing(connection) == list(triggers.NAMES)
    found = [message for message in run_checks(databases=["default"]) if message.id == "registrations.E001"]
    assert "registrations_registration_outcome_moves" in found[0].msg
    triggers.install(connection)
    assert triggers.missing(connection) == []


def test_migrate_puts_triggers_back_that_a_remade_table_lost(transactional_db):
    triggers.lift(connection)
    call_command("migrate", verbosity=0)
    assert triggers.missing(connection) == []
