"""Adds and changes rows by statements of our own: most of what a small one costs is to put it together."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, TypeVar, cast

from django.db import connection
from django.db.models import AutoField, Field, Model

Row = TypeVar("Row", bound=Model)


@lru_cache(maxsize=16)
def _columns(model: type[Model]) -> tuple["Field[Any, Any]", ...]:
    fields = model._meta.concrete_fields  # noqa: SLF001 - public in Django's documentation
    return tuple(field for field in fields if not isinstance(field, AutoField))


@lru_cache(maxsize=16)
def adding(model: type[Model]) -> str:
    """The statement that adds a row of this model; the database numbers it where it has no key of its own."""
    columns = [str(field.column) for field in _columns(model)]
    table, marks = model._meta.db_table, ["%s"] * len(columns)  # noqa: SLF001 - as above
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(marks)})"  # noqa: S608 - our own names


def values_of(row: Model) -> list[Any]:
    """What that statement needs of a row."""
    return _prepared(_columns(type(row)), row)


def add_unless_there(row: Model) -> bool:
    """Add it, unless a row of its key is there already; say whether it was added. No transaction breaks by that."""
    key = row._meta.pk  # noqa: SLF001 - as above
    with connection.cursor() as cursor:
        cursor.execute(f"{adding(type(row))} ON CONFLICT ({key.column}) DO NOTHING", values_of(row))
        row._state.adding = cursor.rowcount == 0  # noqa: SLF001 - so that saving it again is an update
    return not row._state.adding  # noqa: SLF001


def _field(model: type[Model], name: str) -> "Field[Any, Any]":
    return cast("Field[Any, Any]", model._meta.get_field(name))  # noqa: SLF001 - as above


@lru_cache(maxsize=16)
def _holding(model: type[Model], name: str) -> str:
    options = model._meta  # noqa: SLF001 - as above
    columns = ", ".join(str(field.column) for field in options.concrete_fields)
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    by, key = _field(model, name).column, options.pk.column
    return f"SELECT {columns} FROM {options.db_table} WHERE {by} = %s ORDER BY {key}{lock}"  # noqa: S608 - our own names


def held(model: type[Row], name: str, value: object) -> Iterable[Row]:
    """The rows with this value in this column, ours until the transaction ends; all hold them in the same order."""
    wanted = _field(model, name).get_db_prep_value(value, connection)
    return model._default_manager.raw(_holding(model, name), [wanted])  # noqa: SLF001 - as above


@lru_cache(maxsize=256)
def _changing(model: type[Model], names: tuple[str, ...]) -> tuple[str, tuple["Field[Any, Any]", ...]]:
    options = model._meta  # noqa: SLF001 - as above
    fields = tuple(_field(model, name) for name in names)
    marks, key = ", ".join(f"{field.column} = %s" for field in fields), options.pk
    statement = f"UPDATE {options.db_table} SET {marks} WHERE {key.column} = %s"  # noqa: S608 - our own names
    return statement, (*fields, key)


def write_over(changed: Iterable[tuple[Model, tuple[str, ...]]]) -> None:
    """Write these columns, one at least, of each row that is still there; rows with the same ones go together."""
    alike: dict[tuple[type[Model], tuple[str, ...]], list[Model]] = defaultdict(list)
    for row, names in changed:
        alike[type(row), names].append(row)
    with connection.cursor() as cursor:
        for (model, names), rows in alike.items():
            statement, fields = _changing(model, names)
            cursor.executemany(statement, [_prepared(fields, row) for row in rows])


def _prepared(fields: Iterable["Field[Any, Any]"], row: Model) -> list[Any]:
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]


def written_with_the_next() -> None:
    """Let the commit of this transaction not wait for the disk: the next one that does writes it too.

    For what is found out anew where the machine dies before that, or must not count alone. SQLite waits all the same.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
