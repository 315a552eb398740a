"""The first customers that the one search box finds, within what `access` allows; and what searching has in common."""

import re
from collections.abc import Collection
from enum import Enum, auto
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from podero_admin.core.access import Access, Permission
from podero_admin.directory.folding import LONGEST_QUERY, MOST_WORDS, fold, query_spellings, query_words
from podero_admin.directory.models import Customer
from podero_admin.directory.narrowing import only_of
from podero_admin.directory.search_index import CUSTOMERS, SearchIndex, turned
from podero_admin.directory.selectors import SHOWN

Row = TypeVar("Row", bound=Model)
SHORTEST_OF_ID = 6
TOO_LONG = (
    f"That is too long to search for. Type at most {LONGEST_QUERY} letters: "
    "part of a name, an e-mail, a number or an id."
)
TOO_MANY_WORDS = f"Those are too many words to search for. Type at most {MOST_WORDS} of them."
NOTHING_TO_LOOK_FOR = "There is nothing to look for in that: type at least one letter or digit."
_HEX = re.compile(rf"[0-9a-f]{{{SHORTEST_OF_ID},32}}")


def refusal(text: str) -> str:
    """Why a text cannot be looked for, since nothing of it is left out without a word; empty where it can."""
    if len(text.strip()) > LONGEST_QUERY:
        return TOO_LONG
    if len(fold(text).split()) > MOST_WORDS:
        return TOO_MANY_WORDS
    return "" if query_words(text) else NOTHING_TO_LOOK_FOR


class Way(Enum):
    """How to look: for what holds every word, then for words like them, then with two letters swapped."""

    HOLDING = auto()
    SIMILAR = auto()
    TURNED = auto()


def customers_found(*, access: Access, text: str, limit: int, way: Way = Way.HOLDING) -> list[Customer]:
    """The first in the order of their list; similar ones the most alike first."""
    rows = Customer.objects.only(*SHOWN).order_by("is_gone", "sort_name", "id")
    return found_in(rows, CUSTOMERS, text, access.listed_ids(Permission.CUSTOMER_VIEW), limit=limit, way=way)


def found_in(
    rows: QuerySet[Row], index: SearchIndex, text: str, organization_ids: Collection[UUID], *, limit: int, way: Way
) -> list[Row]:
    """By the beginning of an id, where the text is one, and by its words."""
    if way is Way.SIMILAR:
        return index.similar(rows, query_words(text), organization_ids, limit=limit)
    if way is Way.TURNED:
        words = [turned(word) for word in query_words(text)]
        return list(index.matching(rows, words, organization_ids)[:limit])
    by_id = list(_by_beginning_of_id(rows, text, organization_ids)[:limit])
    known = {row.pk for row in by_id}
    by_words = index.matching(rows, query_spellings(text), organization_ids)[:limit]
    return [*by_id, *(row for row in by_words if row.pk not in known)][:limit]


def _by_beginning_of_id(rows: QuerySet[Row], text: str, organization_ids: Collection[UUID]) -> QuerySet[Row]:
    """A range of the primary key, which both databases walk along."""
    digits = text.strip().lower().replace("-", "") if len(text) <= 2 * 36 else ""
    if not _HEX.fullmatch(digits):
        return rows.none()
    first, last = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
    return only_of(rows.filter(id__range=(first, last)), organization_ids).order_by("id")
