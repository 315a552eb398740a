"""The first customers that the one search box finds, within what `access` allows; and what searching has in common."""

import re
from collections.abc import Collection
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from podero_admin.core.access import Access, Permission
from podero_admin.directory.folding import query_words
from podero_admin.directory.models import Customer
from podero_admin.directory.narrowing import only_of
from podero_admin.directory.search_index import CUSTOMERS, SearchIndex
from podero_admin.directory.selectors import SHOWN

Row = TypeVar("Row", bound=Model)
SHORTEST_OF_ID = 6
_HEX = re.compile(rf"[0-9a-f]{{{SHORTEST_OF_ID},32}}")


def customers_found(*, access: Access, text: str, limit: int, similar: bool = False) -> list[Customer]:
    """Those that hold every word, or with `similar` those whose words are like the ones asked for."""
    rows, allowed = Customer.objects.only(*SHOWN), access.listed_ids(Permission.CUSTOMER_VIEW)
    if similar:
        return CUSTOMERS.similar(rows, query_words(text), allowed, limit=limit)
    return found_in(rows.order_by("is_gone", "sort_name", "id"), CUSTOMERS, text, allowed, limit=limit)


def found_in(
    rows: QuerySet[Row], index: SearchIndex, text: str, organization_ids: Collection[UUID], *, limit: int
) -> list[Row]:
    """By the beginning of an id, where the text is one, and by its words."""
    by_id = list(_by_beginning_of_id(rows, text, organization_ids)[:limit])
    known = {row.pk for row in by_id}
    by_words = index.matching(rows, query_words(text), organization_ids)[:limit]
    return [*by_id, *(row for row in by_words if row.pk not in known)][:limit]


def _by_beginning_of_id(rows: QuerySet[Row], text: str, organization_ids: Collection[UUID]) -> QuerySet[Row]:
    """A range of the primary key, which both databases walk along."""
    digits = text.strip().lower().replace("-", "") if len(text) <= 2 * 36 else ""
    if not _HEX.fullmatch(digits):
        return rows.none()
    first, last = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
    return only_of(rows.filter(id__range=(first, last)), organization_ids).order_by("id")
