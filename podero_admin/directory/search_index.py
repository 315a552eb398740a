"""The trigram index of customers: pg_trgm on PostgreSQL, an FTS5 table kept by triggers on SQLite."""

from typing import Any

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLE = "directory_customer"
INDEX = "directory_customer_search"
NO_EXTENSION = (
    "The PostgreSQL extension pg_trgm is needed to search for customers, and this database user may not create it. "
    "Ask whoever runs the database for one statement in this database: CREATE EXTENSION pg_trgm; "
    'then run "migrate" again.'
)
_ADD = f"INSERT INTO {INDEX}(rowid, folded) VALUES (new.search_key, new.folded);"  # noqa: S608 - constants
_DROP = f"INSERT INTO {INDEX}({INDEX}, rowid, folded) VALUES ('delete', old.search_key, old.folded);"  # noqa: S608
_TRIGGERS = {
    f"{INDEX}_added": f"AFTER INSERT ON {TABLE} BEGIN {_ADD} END",
    f"{INDEX}_removed": f"AFTER DELETE ON {TABLE} BEGIN {_DROP} END",
    f"{INDEX}_changed": (f"AFTER UPDATE OF folded ON {TABLE} WHEN old.folded <> new.folded BEGIN {_DROP} {_ADD} END"),
}


def create_search_index(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG001
    if schema_editor.connection.vendor == "postgresql":
        _create_extension(schema_editor)
        schema_editor.execute(f"CREATE INDEX {INDEX} ON {TABLE} USING gin (folded gin_trgm_ops)")
        return
    schema_editor.execute(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX} USING fts5("
        f"folded, content='{TABLE}', content_rowid='search_key', tokenize='trigram')",
    )
    install_triggers(schema_editor.connection)


def install_triggers(connection: BaseDatabaseWrapper) -> None:
    """Make them, or make them again after a migration that remade the table on SQLite; the index is built anew."""
    with connection.cursor() as cursor:
        for name, body in _TRIGGERS.items():
            cursor.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {body}")
        cursor.execute(f"INSERT INTO {INDEX}({INDEX}) VALUES ('rebuild')")  # noqa: S608


def _create_extension(schema_editor: BaseDatabaseSchemaEditor) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        if cursor.fetchone():
            return
    try:
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError as error:
        raise DatabaseError(NO_EXTENSION) from error


def drop_search_index(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG001
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX IF EXISTS {INDEX}")
        return
    for name in _TRIGGERS:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")
    schema_editor.execute(f"DROP TABLE IF EXISTS {INDEX}")


def missing_triggers(connection: BaseDatabaseWrapper) -> list[str]:
    """The triggers that should keep the index and do not exist (SQLite; PostgreSQL keeps its index itself)."""
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE name = %s OR tbl_name = %s", [INDEX, TABLE])
        present = {row[0] for row in cursor.fetchall()}
    return sorted(set(_TRIGGERS) - present) if INDEX in present else []
