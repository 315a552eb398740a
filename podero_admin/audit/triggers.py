"""The third lock: database triggers that refuse to change or remove rows, for those who pass the application by."""

import re

from django.db import connection as default_connection
from django.db.backends.base.base import BaseDatabaseWrapper

ROWS = {"audit_event": "number", "audit_accessrecord": "id"}
HEAD = "audit_chainhead"
TABLES = (*ROWS, HEAD)
_TABLES_HERE = ", ".join(f"to_regclass('{table}')" for table in TABLES)  # where the search path leads
REFUSED = "The audit log only grows: nothing in it is changed or removed."

OFF = "The protection of the log against changes is off"

_SOURCE = f"""
BEGIN
  RAISE EXCEPTION USING MESSAGE = '{REFUSED}', ERRCODE = 'integrity_constraint_violation';
END """
_FUNCTIONS = f"CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $body${_SOURCE}$body$;"

# What is there, tables and triggers: name, definition, and the source of the function that a trigger calls.
_SQLITE_HOLDS = f"""
SELECT name, CASE type WHEN 'trigger' THEN sql END, '' FROM sqlite_master
WHERE type IN ('table', 'trigger') AND tbl_name IN ('{"', '".join(TABLES)}')
"""  # noqa: S608 - our own table names
_POSTGRESQL_HOLDS = f"""
SELECT relname, '', '' FROM pg_class WHERE oid IN ({_TABLES_HERE})
UNION ALL
SELECT tgname, pg_get_triggerdef(pg_trigger.oid, true), prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
WHERE tgrelid IN ({_TABLES_HERE}) AND tgenabled IN ('O', 'A') AND NOT tgisinternal
"""  # noqa: S608 - our own table names


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
    """Per statement, so that even one that meets no row is refused; TRUNCATE has no row triggers at all.

    In the order in which PostgreSQL itself writes a definition, since `amiss` compares them.
    """
    refuse = "EXECUTE FUNCTION audit_refuse()"
    if table == HEAD:
        changed = "FOR EACH ROW WHEN (NEW.number < OLD.number)"
        return {
            f"{table}_no_update": f"BEFORE UPDATE ON {table} {changed} {refuse}",
            f"{table}_no_delete": f"BEFORE DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
        }
    return {f"{table}_no_change": f"BEFORE DELETE OR UPDATE OR TRUNCATE ON {table} FOR EACH STATEMENT {refuse}"}


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


def amiss(connection: BaseDatabaseWrapper = default_connection) -> list[str]:
    """Names of the triggers that are not there, not in force or not ours, on tables that are."""
    with connection.cursor() as cursor:
        cursor.execute(_SQLITE_HOLDS if connection.vendor == "sqlite" else _POSTGRESQL_HOLDS)
        held = [(name, _plain(definition), _plain(source)) for name, definition, source in cursor.fetchall()]
    present, found = {name for name, *_ in held}, set(held)
    source = _plain(_SOURCE) if connection.vendor == "postgresql" else ""
    return sorted(
        name
        for table in TABLES
        if table in present
        for name, body in _wanted(connection, table).items()
        if (name, _plain(f"CREATE TRIGGER {name} {body}"), source) not in found
    )


def weakness(connection: BaseDatabaseWrapper = default_connection) -> str:
    """In words that the log can be changed; nothing while every trigger is as it should be."""
    if names := amiss(connection):
        return f"{OFF}: {', '.join(names)} missing, disabled or altered"
    return ""


def _plain(text: str | None) -> str:
    """What a definition says, however it is laid out: PostgreSQL writes it anew."""
    return re.sub(r'[\s()"]', "", text or "").lower()
