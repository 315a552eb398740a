"""Look up customers, only within what `access` allows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Coalesce

from podero_admin.core.access import Access, Permission
from podero_admin.core.errors import NotFound
from podero_admin.core.paging import Page, paginate
from podero_admin.directory.folding import query_words
from podero_admin.directory.models import Customer
from podero_admin.directory.search_index import CUSTOMERS
from podero_admin.organizations.models import Organization

Row = TypeVar("Row", bound=Model)
LONGEST_ID = 60
SHOWN = ("id", "organization_id", "name", "email", "external_user_id", "is_gone", "deleted_at", "sort_name")


def customer_get(*, access: Access, customer_id: UUID) -> Customer:
    customers = Customer.objects.select_related("organization").defer("raw", "folded")
    found = customers.filter(id=customer_id).first()
    if found is None or not access.allows(Permission.CUSTOMER_VIEW, found.organization_id):
        raise NotFound(
            "There is no such customer in your organisations.", outside=f"customer {customer_id}" if found else ""
        )
    return found


def customer_search(*, access: Access, text: str = "", after: str = "", before: str = "") -> Page[Customer]:
    """A page of the customers that the person's lists show; with `text`, those in which every word of it is found."""
    organization_ids = access.listed_ids()
    scope = f"{sorted(map(str, organization_ids))}:{text}"
    if text.strip():
        customers = _matching(text, organization_ids)
    else:
        customers = within(Customer.objects.filter(is_gone__in=[False]), organization_ids)
    return paginate(customers.only(*SHOWN), order=["sort_name", "id"], after=after, before=before, scope=scope)


def within(rows: QuerySet[Row], organization_ids: Collection[UUID]) -> QuerySet[Row]:
    """Limit a list to organisations so that it can still be read along an index in its own order.

    Left to itself, SQLite fetches all rows of several organisations and sorts them; COALESCE keeps it from that.
    A flag is compared with `__in` for the same reason: SQLite uses no index for NOT.
    """
    if connection.vendor == "sqlite" and len(organization_ids) > 1:
        its_own = Coalesce("organization_id", "organization_id")
        return rows.alias(of=its_own).filter(of__in=organization_ids)  # type: ignore[return-value] # an alias changes no row
    return rows.filter(organization_id__in=organization_ids)


def customer_match(*, access: Access, organization_id: UUID, key: str) -> list[Customer]:
    """The customers whose id or customer number is exactly this; for deep links."""
    if not access.allows(Permission.CUSTOMER_VIEW, organization_id) or not key or "\0" in key:
        return []
    condition = Q(external_user_id=key) | (Q(id=found) if (found := as_id(key)) else Q())
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


def as_id(text: str) -> UUID | None:
    try:
        return UUID(text.strip()) if len(text) <= LONGEST_ID else None
    except ValueError:
        return None


def _matching(text: str, organization_ids: Collection[UUID]) -> QuerySet[Customer]:
    if found := as_id(text):
        return Customer.objects.filter(id=found, organization_id__in=organization_ids)
    return CUSTOMERS.matching(Customer.objects.all(), query_words(text), organization_ids)
