"""Adds, holds and changes rows by statements of our own, where a press or the mirror runs them again and again.

Most of what a small statement of the ORM costs is to put it together; these are put together once.
docs/decisions/0012-statements.md says where they are used, and where not.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any, TypeVar, cast

from django.db import connection
from django.db.models import AutoField, CharField, Field, Model, TextField

Row = TypeVar("Row", bound=Model)
TEXTS = (CharField, TextField)  # which both databases take as they are


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001 - public in Django's documentation


def _key(model: type[Model]) -> "Field[Any, Any]":
    return model._meta.pk  # noqa: SLF001 - as above


def _named(field: "Field[Any, Any]") -> str:
    return connection.ops.quote_name(str(field.column))


@lru_cache(maxsize=16)
def _columns(model: type[Model]) -> tuple["Field[Any, Any]", ...]:
    fields = model._meta.concrete_fields  # noqa: SLF001 - public in Django's documentation
    return tuple(field for field in fields if not isinstance(field, AutoField))


@lru_cache(maxsize=16)
def adding(model: type[Model]) -> str:
    """The statement that adds a row of this model; the database numbers it where it has no key of its own."""
    columns = [_named(field) for field in _columns(model)]
    marks = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {_table(model)} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - our own names


def values_of(row: Model) -> list[Any]:
    """What that statement needs of a row."""
    return _prepared(_columns(type(row)), row)


def add(row: Model) -> None:
    """Add it; its key is known after that. Raises IntegrityError like any other way of adding it."""
    key = _key(type(row))
    with connection.cursor() as cursor:
        if isinstance(key, AutoField):
            cursor.execute(f"{adding(type(row))} RETURNING {_named(key)}", values_of(row))
            ((row.pk,),) = cursor.fetchall()
        else:
            cursor.execute(adding(type(row)), values_of(row))
    row._state.adding = False  # noqa: SLF001 - so that saving it again is an update


def add_unless_there(row: Model) -> bool:
    """Add it, unless a row of its key is there already; say whether it was added. No transaction breaks by that."""
    key = _key(type(row))
    with connection.cursor() as cursor:
        cursor.execute(f"{adding(type(row))} ON CONFLICT ({_named(key)}) DO NOTHING", values_of(row))
        row._state.adding = cursor.rowcount == 0  # noqa: SLF001 - so that saving it again is an update
    return not row._state.adding  # noqa: SLF001


def _field(model: type[Model], name: str) -> "Field[Any, Any]":
    return cast("Field[Any, Any]", model._meta.get_field(name))  # noqa: SLF001 - as above


@lru_cache(maxsize=16)
def _holding(model: type[Model], name: str) -> str:
    table, fields = _table(model), model._meta.concrete_fields  # noqa: SLF001 - as above
    columns = ", ".join(f"{table}.{_named(field)}" for field in fields)
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    by, key = _named(_field(model, name)), _named(_key(model))
    return f"SELECT {columns} FROM {table} WHERE {by} = %s ORDER BY {key}{lock}"  # noqa: S608 - our own names


def held(model: type[Row], name: str, value: object) -> Iterable[Row]:
    """The rows with this value in this column, ours until the transaction ends; all hold them in the same order."""
    wanted = _field(model, name).get_db_prep_value(value, connection)
    return model._default_manager.raw(_holding(model, name), [wanted])  # noqa: SLF001 - as above


@lru_cache(maxsize=16)
def _finding(model: type[Model], names: tuple[str, ...], tests: tuple[tuple[str, str], ...]) -> str:
    columns = ", ".join(_named(_field(model, name)) for name in names)
    where = " AND ".join(f"{_named(_field(model, name))} {test}" for name, test in tests)
    key = _named(_key(model))
    return f"SELECT {columns} FROM {_table(model)} WHERE {where} ORDER BY {key}"  # noqa: S608 - our own names


def texts_where(
    model: type[Model], names: tuple[str, ...], tested: Mapping[str, Any], *, since: tuple[str, Any] | None = None
) -> list[tuple[str, ...]]:
    """These columns, which hold text, of the rows with these values (None stands for none), by their key."""
    tests = [(name, value, "IS NULL" if value is None else "= %s") for name, value in tested.items()]
    if since:
        tests.append((*since, ">= %s"))
    wanted = [_plain(_field(model, name), value) for name, value, _ in tests if value is not None]
    with connection.cursor() as cursor:
        cursor.execute(_finding(model, names, tuple((name, test) for name, _, test in tests)), wanted)
        return cast("list[tuple[str, ...]]", cursor.fetchall())


@lru_cache(maxsize=256)
def _changing(model: type[Model], names: tuple[str, ...]) -> tuple[str, tuple["Field[Any, Any]", ...]]:
    key = _key(model)
    fields = tuple(_field(model, name) for name in names)
    marks = ", ".join(f"{_named(field)} = %s" for field in fields)
    statement = f"UPDATE {_table(model)} SET {marks} WHERE {_named(key)} = %s"  # noqa: S608 - our own names
    return statement, (*fields, key)


def write_over(changed: Iterable[tuple[Model, tuple[str, ...]]]) -> None:
    """Write these columns, one at least, of each row that is still there; rows with the same ones go together."""
    alike: dict[tuple[type[Model], tuple[str, ...]], list[Model]] = defaultdict(list)
    for row, names in changed:
        alike[type(row), names].append(row)
    with connection.cursor() as cursor:
        for (model, names), rows in alike.items():
            statement, fields = _changing(model, names)
            values = [_prepared(fields, row) for row in rows]
            if len(values) == 1:  # what is made for many takes a third longer for one
                cursor.execute(statement, values[0])
            else:
                cursor.executemany(statement, values)


@lru_cache(maxsize=64)
def _changing_where(
    model: type[Model], names: tuple[str, ...], tested: tuple[tuple[str, int], ...]
) -> tuple[str, tuple["Field[Any, Any]", ...], tuple["Field[Any, Any]", ...]]:
    statement, (*fields, _) = _changing(model, names)
    among = "".join(f" AND {_named(_field(model, name))} IN ({', '.join(['%s'] * count)})" for name, count in tested)
    return statement + among, tuple(fields), tuple(_field(model, name) for name, _ in tested)


def change_where(row: Model, values: Mapping[str, Any], tested: Mapping[str, Collection[Any]]) -> bool:
    """Write the values to the stored row if each tested column still holds one of these; say whether it did so."""
    if not all(tested.values()):
        return False
    shape = tuple((name, len(among)) for name, among in tested.items())
    statement, fields, tests = _changing_where(type(row), tuple(values), shape)
    written = [_plain(field, value) for field, value in zip(fields, values.values(), strict=True)]
    wanted = [_plain(test, each) for test, among in zip(tests, tested.values(), strict=True) for each in among]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*written, *_prepared([_key(type(row))], row), *wanted])
        return bool(cursor.rowcount)


def _plain(field: "Field[Any, Any]", value: Any) -> Any:
    if type(value) is str and isinstance(field, TEXTS):
        return value
    return field.get_db_prep_save(value.pk if isinstance(value, Model) else value, connection)


def hold(row: Model) -> None:
    """Keep the stored row from everybody else until the transaction ends; on SQLite the transaction itself does."""
    if connection.features.has_select_for_update:
        with connection.cursor() as cursor:
            cursor.execute(_locking(type(row)), _prepared([_key(type(row))], row))


@lru_cache(maxsize=16)
def _locking(model: type[Model]) -> str:
    return f"SELECT 1 FROM {_table(model)} WHERE {_named(_key(model))} = %s FOR UPDATE"  # noqa: S608 - our own names


def _prepared(fields: Iterable["Field[Any, Any]"], row: Model) -> list[Any]:
    return [_plain(field, getattr(row, field.attname)) for field in fields]


def written_with_the_next() -> None:
    """Let the commit of this transaction not wait for the disk: the next one that does writes it too.

    For what is found out anew where the machine dies before that, or must not count alone. SQLite waits all the same.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
