"""Database triggers that permit the transitions of `outcomes.TRANSITIONS` and no others."""

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from podero_admin.registrations.outcomes import TRANSITIONS

TABLE = "registrations_registration"
NAMES = (f"{TABLE}_outcome_moves", f"{TABLE}_outcome_begins")
_PAIRS = " OR ".join(
    f"(OLD.outcome = '{before}' AND NEW.outcome IN ({', '.join(repr(str(after)) for after in sorted(afters))}))"
    for before, afters in sorted(TRANSITIONS.items())
    if afters
)
_REFUSED = f"NEW.outcome <> OLD.outcome AND NOT ({_PAIRS})"
_KNOWN = f"EXISTS (SELECT 1 FROM {TABLE} WHERE {{}})".format(  # noqa: S608 - our own names
    " OR ".join(f"{column} = NEW.{column}" for column in ("id", "reference", "submission_key"))
)
_ODD = f"NEW.outcome <> 'pending' OR {_KNOWN}"
MOVES, BEGINS = "registration: this transition is not permitted", "registration: begins as pending, once"

# REPLACE removes a row without asking any trigger of updates, so a known row is refused at the insert.
_SQLITE = (
    f"CREATE TRIGGER {NAMES[0]} BEFORE UPDATE ON {TABLE} WHEN {_REFUSED} BEGIN SELECT RAISE(ABORT, '{MOVES}'); END",
    f"CREATE TRIGGER {NAMES[1]} BEFORE INSERT ON {TABLE} WHEN {_ODD} BEGIN SELECT RAISE(ABORT, '{BEGINS}'); END",
)
_FUNCTION = """
CREATE OR REPLACE FUNCTION registrations_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation';
END $body$;
"""
_BEFORE_EACH = f"{{}} ON {TABLE} FOR EACH ROW WHEN ({{}}) EXECUTE FUNCTION registrations_refuse('{{}}')"
_POSTGRESQL = (
    _FUNCTION,
    f"CREATE TRIGGER {NAMES[0]} BEFORE " + _BEFORE_EACH.format("UPDATE", _REFUSED, MOVES),
    f"CREATE TRIGGER {NAMES[1]} BEFORE " + _BEFORE_EACH.format("INSERT", "NEW.outcome <> 'pending'", BEGINS),
)


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers afresh: a later change of the table drops them silently on SQLite."""
    lift(connection)
    with connection.cursor() as cursor:
        for statement in _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL:
            cursor.execute(statement)


def lift(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for name in NAMES:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}" + ("" if connection.vendor == "sqlite" else f" ON {TABLE}"))


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of the triggers that are not there, once the table is."""
    if TABLE not in connection.introspection.table_names():
        return []
    table, column = ("sqlite_master", "name") if connection.vendor == "sqlite" else ("pg_trigger", "tgname")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE {column} IN (%s, %s)", NAMES)  # noqa: S608 - our own names
        found = {row[0] for row in cursor.fetchall()}
    return [name for name in NAMES if name not in found]


def forwards(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    install(editor.connection)


def backwards(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    lift(editor.connection)
