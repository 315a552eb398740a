"""Adds rows by statements of our own: most of what one small insert costs is to put it together."""

from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import AutoField, Field, Model


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
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in _columns(type(row))]


def add_unless_there(row: Model) -> bool:
    """Add it, unless a row of its key is there already; say whether it was added. No transaction breaks by that."""
    key = row._meta.pk  # noqa: SLF001 - as above
    with connection.cursor() as cursor:
        cursor.execute(f"{adding(type(row))} ON CONFLICT ({key.column}) DO NOTHING", values_of(row))
        row._state.adding = cursor.rowcount == 0  # noqa: SLF001 - so that saving it again is an update
    return not row._state.adding  # noqa: SLF001
