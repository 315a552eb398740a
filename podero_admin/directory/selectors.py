"""Look up customers, only within what `access` allows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from podero_admin.core.access import Access, Permission
from podero_admin.core.errors import NotFound
from podero_admin.core.paging import Page, paginate
from podero_admin.directory.folding import query_words
from podero_admin.directory.mapping import digest
from podero_admin.directory.models import Customer
from podero_admin.organizations.models import Organization

CANDIDATES = 1000
LONGEST_ID = 60
SHOWN = ("id", "organization_id", "name", "email", "external_user_id", "is_gone", "deleted_at", "sort_name")


def customer_get(*, access: Access, customer_id: UUID) -> Customer:
    found = Customer.objects.select_related("organization").filter(id=customer_id).first()
    if found is None or not access.allows(Permission.CUSTOMER_VIEW, found.organization_id):
        raise NotFound(
            "There is no such customer in your organisations.", outside=f"customer {customer_id}" if found else ""
        )
    return found


def customer_search(*, access: Access, text: str = "", after: str = "", before: str = "") -> Page[Customer]:
    """A page of the customers that the person's lists show; with `text`, those in which every word of it is found."""
    organization_ids = access.listed_ids()
    customers = Customer.objects.filter(organization_id__in=organization_ids)
    scope = f"{sorted(map(str, organization_ids))}"
    if text.strip():
        customers, scope = customers.filter(_matching(text, organization_ids)), f"{scope}:{digest(text)}"
    else:
        customers = customers.filter(is_gone=False)
    return paginate(customers.only(*SHOWN), order=["sort_name", "id"], after=after, before=before, scope=scope)


def customer_match(*, access: Access, organization_id: UUID, key: str) -> list[Customer]:
    """The customers whose id or customer number is exactly this; for deep links."""
    if not access.allows(Permission.CUSTOMER_VIEW, organization_id) or not key:
        return []
    condition = Q(external_user_id=key.replace("\0", "")) | (Q(id=found) if (found := _as_id(key)) else Q())
    return list(Customer.objects.filter(condition, organization_id=organization_id).order_by("sort_name", "id")[:50])


@dataclass(frozen=True)
class ListAge:
    """How old the list of one organisation is, and what went wrong when it was last asked for."""

    organization_id: UUID
    name: str
    fetched_at: datetime | None
    error: str
    is_configured: bool


def list_ages(*, access: Access) -> list[ListAge]:
    rows = Organization.objects.filter(id__in=access.listed_ids()).order_by("name")
    return [ListAge(row.id, row.name, row.directory_fetched_at, row.directory_error, row.is_configured) for row in rows]


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text.strip()) if len(text) <= LONGEST_ID else None
    except ValueError:
        return None


def _matching(text: str, organization_ids: Iterable[UUID]) -> Q:
    """Candidates are limited before they are sorted, so that a common part of a word costs no more than a rare one."""
    if found := _as_id(text):
        return Q(id=found)
    words = query_words(text)
    if not words or not organization_ids:
        return Q(pk__in=[])
    if connection.vendor == "sqlite":
        return Q(id__in=_candidates_of_sqlite(words, organization_ids))
    return Q(id__in=_candidates(words, organization_ids).values("id")[:CANDIDATES])


def _candidates(words: list[str], organization_ids: Iterable[UUID]) -> QuerySet[Customer]:
    customers = Customer.objects.filter(organization_id__in=organization_ids)
    for word in words:
        customers = customers.filter(folded__contains=word)
    return customers


def _candidates_of_sqlite(words: list[str], organization_ids: Iterable[UUID]) -> RawSQL:
    """CROSS JOIN makes SQLite begin with the trigram index, whatever it thinks of the other tables."""
    ids = [organization_id.hex for organization_id in organization_ids]
    query = " AND ".join('"{}"'.format(word.replace('"', '""')) for word in words)
    sql = f"""SELECT c.id FROM directory_customer_search s CROSS JOIN directory_customer c ON c.search_key = s.rowid
        WHERE s.directory_customer_search MATCH %s AND c.organization_id IN ({", ".join(["%s"] * len(ids))}) LIMIT {CANDIDATES}"""
    return RawSQL(sql, [query, *ids])  # noqa: S611 - the text of the query travels as a parameter
