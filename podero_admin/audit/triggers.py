"""The third lock: database triggers that refuse to change or remove rows, for those who pass the application by."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection as default_connection
from django.db.backends.base.base import BaseDatabaseWrapper

ROWS = {"audit_event": "number", "audit_accessrecord": "id"}
HEAD = "audit_chainhead"
TABLES = (*ROWS, HEAD)
REFUSED = "The audit log only grows: nothing in it is changed or removed."

_FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION USING MESSAGE = '{REFUSED}', ERRCODE = 'integrity_constraint_violation';
END $body$;
"""


def _sqlite(table: str) -> dict[str, str]:
    """REPLACE removes rows without asking delete triggers, by key or by hidden rowid: so inserts are looked at too."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    taken = (
        f"EXISTS (SELECT 1 FROM {table})"  # noqa: S608 - our own table names
        if table == HEAD
        else f"EXISTS (SELECT 1 FROM {table} WHERE {ROWS[table]} = NEW.{ROWS[table]} OR rowid = NEW.rowid)"  # noqa: S608
    )
    changed = "WHEN NEW.number < OLD.number OR NEW.id <> OLD.id" if table == HEAD else ""
    return {
        f"{table}_no_update": f"BEFORE UPDATE ON {table} {changed} {refuse}",
        f"{table}_no_delete": f"BEFORE DELETE ON {table} {refuse}",
        f"{table}_no_replace": f"BEFORE INSERT ON {table} WHEN {taken} {refuse}",
    }


def _postgresql(table: str) -> dict[str, str]:
    """Per statement, so that even one that meets no row is refused; TRUNCATE has no row triggers at all."""
    refuse = "EXECUTE FUNCTION audit_refuse()"
    if table == HEAD:
        changed = "FOR EACH ROW WHEN (NEW.number < OLD.number)"
        return {
            f"{table}_no_update": f"BEFORE UPDATE ON {table} {changed} {refuse}",
            f"{table}_no_delete": f"BEFORE DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
        }
    return {f"{table}_no_change": f"BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT {refuse}"}


def _wanted(connection: BaseDatabaseWrapper, table: str) -> dict[str, str]:
    return _sqlite(table) if connection.vendor == "sqlite" else _postgresql(table)


def install(connection: BaseDatabaseWrapper = default_connection, tables: tuple[str, ...] = TABLES) -> None:
    """Make the triggers, also where they are there already."""
    lift(connection, tables)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTIONS)
        for table in tables:
            for name, body in _wanted(connection, table).items():
                cursor.execute(f"CREATE TRIGGER {name} {body}")


def lift(connection: BaseDatabaseWrapper = default_connection, tables: tuple[str, ...] = TABLES) -> None:
    """Take the triggers away: for migrations, and for tests that empty their tables."""
    with connection.cursor() as cursor:
        for table in tables:
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            for name in _wanted(connection, table):
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


@contextmanager
def lifted(connection: BaseDatabaseWrapper = default_connection) -> Iterator[None]:
    """The tables without their locks, for as long as the block runs."""
    lift(connection)
    try:
        yield
    finally:
        install(connection)


def missing(connection: BaseDatabaseWrapper = default_connection) -> list[str]:
    """Names of the triggers that are not there or not in force, on tables that are."""
    present = set(connection.introspection.table_names())
    wanted = {name for table in TABLES if table in present for name in _wanted(connection, table)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            if connection.vendor == "sqlite"
            else "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A') AND NOT tgisinternal"
        )
        return sorted(wanted - {row[0] for row in cursor.fetchall()})
