"""The three locks: model, queryset, database. Each is tried with the ones before it passed by."""

from collections.abc import Callable
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from podero_admin.audit import triggers
from podero_admin.audit.models import AccessRecord, AppendOnlyError, ChainHead, Event
from podero_admin.audit.services import looked_at
from podero_admin.core.access import Access

Recorded = Callable[..., Event]
SQLITE = connection.vendor == "sqlite"


@pytest.fixture
def looked(db: None) -> AccessRecord:
    looked_at(access=Access.system(), organization_id=uuid4(), vehicle_id=uuid4())
    return AccessRecord.objects.latest("id")


@pytest.fixture(params=["event", "access record"])
def row(request: pytest.FixtureRequest, recorded: Recorded, looked: AccessRecord) -> Event | AccessRecord:
    return recorded() if request.param == "event" else looked


def test_a_saved_row_cannot_be_saved_again(row: Any):
    with pytest.raises(AppendOnlyError):
        row.save()


def test_a_row_cannot_be_deleted(row: Any):
    with pytest.raises(AppendOnlyError):
        row.delete()


def test_a_new_object_with_a_taken_key_does_not_overwrite(row: Any):
    copy = type(row)(**{field.attname: getattr(row, field.attname) for field in row._meta.fields})
    with pytest.raises(DatabaseError), transaction.atomic():
        copy.save()


@pytest.mark.parametrize(
    "refused",
    [
        lambda rows, row: rows.update(request_id="x"),
        lambda rows, row: rows.delete(),
        lambda rows, row: rows.filter(pk=row.pk).delete(),
        lambda rows, row: rows._raw_delete("default"),
        lambda rows, row: rows.bulk_create([row]),
        lambda rows, row: rows.bulk_update([row], ["request_id"]),
        lambda rows, row: rows.get_or_create(pk=row.pk),
        lambda rows, row: rows.update_or_create(pk=row.pk),
    ],
)
def test_a_queryset_changes_nothing(row: Any, refused: Callable[..., Any]):
    with pytest.raises(AppendOnlyError):
        refused(type(row).objects.all(), row)


@pytest.mark.parametrize(
    "name", ["aupdate", "adelete", "abulk_create", "abulk_update", "aget_or_create", "aupdate_or_create"]
)
def test_neither_do_its_asynchronous_twins(name: str):
    with pytest.raises(AppendOnlyError):
        getattr(Event.objects.all(), name)().send(None)


STATEMENTS = [
    "UPDATE audit_event SET reason = 'x'",
    "UPDATE audit_event SET hash = hash",
    "DELETE FROM audit_event",
    "UPDATE audit_accessrecord SET label = 'x'",
    "DELETE FROM audit_accessrecord",
    "DELETE FROM audit_chainhead",
    "UPDATE audit_chainhead SET number = number - 1",
]
OF_SQLITE = [
    "UPDATE audit_chainhead SET id = 2",
    "UPDATE OR REPLACE audit_event SET reason = 'x'",
    "REPLACE INTO audit_event SELECT * FROM audit_event",
    "INSERT OR REPLACE INTO audit_accessrecord SELECT * FROM audit_accessrecord",
    "REPLACE INTO audit_chainhead (id, number, hash, checked_number, checked_problem) VALUES (1, 0, '', 0, '')",
]
OF_POSTGRESQL = [
    "TRUNCATE audit_event",
    "TRUNCATE audit_accessrecord",
    "TRUNCATE audit_chainhead",
    "DELETE FROM audit_event WHERE false",
    "INSERT INTO audit_event SELECT * FROM audit_event ON CONFLICT (number) DO UPDATE SET reason = 'x'",
]


@pytest.mark.parametrize("statement", STATEMENTS + (OF_SQLITE if SQLITE else OF_POSTGRESQL))
def test_the_database_refuses(statement: str, recorded: Recorded, looked: AccessRecord):
    recorded()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.skipif(not SQLITE, reason="only SQLite has hidden row numbers")
def test_a_replace_by_hidden_row_number_is_refused(recorded: Recorded):
    event = recorded()
    columns = ", ".join(field.column for field in Event._meta.fields if not field.primary_key)
    statement = (
        f"REPLACE INTO audit_event (rowid, number, {columns})"
        f" SELECT rowid, number + 1, {columns} FROM audit_event WHERE number = {event.number}"
    )
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.filter(number=event.number).exists()


def test_there_is_one_head(recorded: Recorded):
    recorded()
    with pytest.raises(DatabaseError), transaction.atomic():
        ChainHead.objects.create(id=2, number=5, checked_at=timezone.now())


def test_the_check_is_content_with_the_triggers_in_place(db: None):
    assert [message.id for message in run_checks(tags=["database"], databases=["default"])] == []


#: Ways to switch the protection off, and the triggers that no longer protect.
OFF_IN_SQLITE = {
    "dropped": (["DROP TRIGGER audit_event_no_update"], {"audit_event_no_update"}),
    "replaced by one that does nothing": (
        [
            "DROP TRIGGER audit_event_no_delete",
            "CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event BEGIN SELECT 1; END",
        ],
        {"audit_event_no_delete"},
    ),
    "made to look away": (
        [
            "DROP TRIGGER audit_accessrecord_no_update",
            (
                f"CREATE TRIGGER audit_accessrecord_no_update BEFORE UPDATE ON audit_accessrecord"
                f" WHEN NEW.label <> 'x' BEGIN SELECT RAISE(ABORT, '{triggers.REFUSED}'); END"
            ),
        ],
        {"audit_accessrecord_no_update"},
    ),
    "moved to another table": (
        [
            "DROP TRIGGER audit_event_no_update",
            (
                f"CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_accessrecord"
                f" BEGIN SELECT RAISE(ABORT, '{triggers.REFUSED}'); END"
            ),
        ],
        {"audit_event_no_update"},
    ),
}
OFF_IN_POSTGRESQL = {
    "dropped": (["DROP TRIGGER audit_event_no_change ON audit_event"], {"audit_event_no_change"}),
    "disabled": (["ALTER TABLE audit_event DISABLE TRIGGER USER"], {"audit_event_no_change"}),
    "kept for replicas": (
        ["ALTER TABLE audit_chainhead ENABLE REPLICA TRIGGER audit_chainhead_no_delete"],
        {"audit_chainhead_no_delete"},
    ),
    "calling a function that does nothing": (
        [
            (
                "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql"
                " AS $$BEGIN IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END$$"
            )
        ],
        {
            *("audit_event_no_change", "audit_accessrecord_no_change"),
            *("audit_chainhead_no_update", "audit_chainhead_no_delete"),
        },
    ),
    "calling another function": (
        [
            "CREATE FUNCTION audit_smile() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$",
            "DROP TRIGGER audit_event_no_change ON audit_event",
            (
                "CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event"
                " FOR EACH STATEMENT EXECUTE FUNCTION audit_smile()"
            ),
        ],
        {"audit_event_no_change"},
    ),
    "made to look away": (
        [
            "DROP TRIGGER audit_chainhead_no_update ON audit_chainhead",
            (
                "CREATE TRIGGER audit_chainhead_no_update BEFORE UPDATE ON audit_chainhead"
                " FOR EACH ROW WHEN (NEW.number < OLD.number - 9) EXECUTE FUNCTION audit_refuse()"
            ),
        ],
        {"audit_chainhead_no_update"},
    ),
    "guarding less": (
        [
            "DROP TRIGGER audit_event_no_change ON audit_event",
            (
                "CREATE TRIGGER audit_event_no_change BEFORE TRUNCATE ON audit_event"
                " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
            ),
        ],
        {"audit_event_no_change"},
    ),
    "moved to another table": (
        [
            "DROP TRIGGER audit_event_no_change ON audit_event",
            "CREATE TEMPORARY TABLE elsewhere (number int)",
            (
                "CREATE TRIGGER audit_event_no_change BEFORE DELETE OR UPDATE OR TRUNCATE ON elsewhere"
                " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
            ),
        ],
        {"audit_event_no_change"},
    ),
}
OFF = OFF_IN_SQLITE if SQLITE else OFF_IN_POSTGRESQL


def switch_off(how: str) -> set[str]:
    statements, names = OFF[how]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    return names


@pytest.mark.parametrize("how", OFF)
def test_a_protection_that_is_off_is_noticed(how: str, recorded: Recorded):
    recorded()
    assert triggers.amiss(connection) == []
    names = switch_off(how)
    assert set(triggers.amiss(connection)) == names
    (found,) = run_checks(tags=["database"], databases=["default"])
    assert found.id == "audit.E001"
    assert all(name in found.msg for name in names)
    out = StringIO()
    with pytest.raises(CommandError, match="The protection of the log against changes is off") as raised:
        call_command("audit_verify", stdout=out)
    assert raised.value.returncode == 1
    assert "unbroken" in out.getvalue()


@pytest.mark.parametrize("how", OFF)
def test_migrate_puts_the_protection_back(how: str, transactional_db: None):
    switch_off(how)
    call_command("migrate", verbosity=0)
    assert triggers.amiss(connection) == []


@pytest.mark.parametrize("table", triggers.TABLES)
def test_the_check_misses_a_tables_triggers(table: str, db: None):
    triggers.lift(connection, (table,))
    found = run_checks(tags=["database"], databases=["default"])
    assert [message.id for message in found] == ["audit.E001"]
    assert table in found[0].msg
    triggers.install(connection)
    assert triggers.amiss(connection) == []


@pytest.mark.skipif(SQLITE, reason="only PostgreSQL has schemas")
def test_triggers_in_a_schema_of_its_own_are_found(db: None):
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA apart")
        cursor.execute("SET LOCAL search_path = apart")
        assert triggers.amiss(connection) == []  # no tables there, nothing to guard
        for table in triggers.TABLES:
            cursor.execute(f"CREATE TABLE {table} (id int, number int)")
    assert len(triggers.amiss(connection)) == 4
    triggers.install(connection)
    assert triggers.amiss(connection) == []
