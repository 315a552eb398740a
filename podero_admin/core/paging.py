"""Keyset paging: a page starts after a row, not at a number, so that page 1 and page 2,000 cost the same."""

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from cryptography.fernet import Fernet
from django.db.models import Field, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan, TupleLookupMixin
from django.utils.crypto import salted_hmac

from podero_admin.core.errors import Invalid

Row = TypeVar("Row")
PAGE_SIZE = 50


class _RowLookup(TupleLookupMixin):
    """Compare whole rows on SQLite too: the ORs that Django writes for it walk the index from its beginning."""

    def as_sqlite(self, compiler: Any, connection: Any) -> Any:
        return super(TupleLookupMixin, self).as_sql(compiler, connection)  # type: ignore[misc]


class _RowAfter(_RowLookup, TupleGreaterThan): ...


class _RowBefore(_RowLookup, TupleLessThan): ...


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the opaque cursors of the pages beside them (empty: there is none)."""

    rows: list[Row]
    after: str = ""
    before: str = ""


def _cipher(scope: str) -> Fernet:
    """Encrypted, since a cursor holds what the list is ordered by, such as names, and stands in addresses and logs.

    A key for each list and filter: a cursor of another one cannot be read. Made anew, since it costs microseconds and
    a scope may hold what somebody searched for.
    """
    return Fernet(base64.urlsafe_b64encode(salted_hmac(f"cursor:{scope}", "key", algorithm="sha256").digest()))


def _encode(row: Any, names: Sequence[str], scope: str) -> str:
    values = [getattr(row, name) for name in names]
    texts = [v.isoformat() if isinstance(v, datetime) else str(v) for v in values]
    return _cipher(scope).encrypt(json.dumps(texts).encode()).decode()


def _opened(cursor: str, scope: str) -> list[str]:
    """Only letter by letter as it was written: base64 passes over what it does not know, such as a NUL."""
    if base64.urlsafe_b64encode(base64.urlsafe_b64decode(cursor)).decode() != cursor:
        raise ValueError(cursor)
    return list(json.loads(_cipher(scope).decrypt(cursor)))


def _decode(cursor: str, queryset: QuerySet[Any, Any], names: Sequence[str], scope: str) -> list[Any]:
    try:
        values = _opened(cursor, scope)
        fields = [queryset.model._meta.get_field(name) for name in names]  # noqa: SLF001 - Django's own way to its fields
        return [field.to_python(value) for field, value in zip(fields, values, strict=True) if isinstance(field, Field)]
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is not a cursor of ours for this list
        raise Invalid(
            "This link to a page of the list is damaged or belongs to another list. Start again from the first page."
        ) from None


def batches(queryset: QuerySet[Any, Row], *, order: Sequence[str], size: int = 1000) -> Iterator[Row]:
    """All rows, read page after page, so that memory stays flat and no transaction stays open."""
    page = paginate(queryset, order=order, size=size)
    yield from page.rows
    while page.after:
        page = paginate(queryset, order=order, size=size, after=page.after)
        yield from page.rows


def paginate(
    queryset: QuerySet[Any, Row],
    *,
    order: Sequence[str],
    after: str = "",
    before: str = "",
    scope: str = "",
    size: int = PAGE_SIZE,
) -> Page[Row]:
    """Cut one page out of a queryset of objects or of named tuples.

    `order` names columns that are never null, all ascending or all descending ("-"), the last one unique. `scope` says
    which list and filter a cursor belongs to.
    """
    descending = order[0].startswith("-")
    names = [name.removeprefix("-") for name in order]
    scope = f"{queryset.model._meta.label}:{','.join(order)}:{scope}"  # noqa: SLF001
    backwards = bool(before) and not after
    cursor = before if backwards else after
    if cursor:
        values = _decode(cursor, queryset, names, scope)
        compare = _RowBefore if descending != backwards else _RowAfter
        queryset = queryset.filter(compare(Tuple(*names), values))
    down = descending != backwards
    rows = list(queryset.order_by(*(f"-{name}" if down else name for name in names))[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    has_next, has_previous = (True, more) if backwards else (more, bool(cursor))
    return Page(
        rows=rows,
        after=_encode(rows[-1], names, scope) if rows and has_next else "",
        before=_encode(rows[0], names, scope) if rows and has_previous else "",
    )
