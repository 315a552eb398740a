"""Look up customers, only within what `access` allows."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from podero_admin.core.access import Access, Permission
from podero_admin.core.counting import counted, kept
from podero_admin.core.errors import NotFound
from podero_admin.core.paging import Page, batches, paginate
from podero_admin.directory.folding import query_spellings
from podero_admin.directory.models import Customer
from podero_admin.directory.narrowing import within
from podero_admin.directory.search_index import CANDIDATES, CUSTOMERS
from podero_admin.organizations.models import Organization

LONGEST_ID = 60
ORDER = ["sort_name", "id"]
SHOWN = ("id", "organization_id", "name", "email", "external_user_id", "is_gone", "deleted_at", "sort_name")


def customer_get(*, access: Access, customer_id: UUID) -> Customer:
    customers = Customer.objects.select_related("organization").defer("raw", "folded")
    found = next(iter(customers.filter(id=customer_id)), None)
    if found is None or not access.allows(Permission.CUSTOMER_VIEW, found.organization_id):
        raise NotFound(
            "There is no such customer in your organisations.", outside=f"customer {customer_id}" if found else ""
        )
    return found


def customer_search(
    *, access: Access, text: str = "", organization: UUID | None = None, after: str = "", before: str = ""
) -> Page[Customer]:
    """A page of the customers that the person's lists show; with `text`, those in which every word of it is found."""
    organization_ids = shown_ids(access, organization)
    customers = _asked(text, organization_ids).only(*SHOWN)
    scope = f"{sorted(map(str, organization_ids))}:{text}"
    return paginate(customers, order=ORDER, after=after, before=before, scope=scope)


def customer_values(
    *, access: Access, text: str, organization: UUID | None, columns: Sequence[str]
) -> Iterator[Sequence[Any]]:
    """These columns of every customer on the list, for a copy of it."""
    found = _asked(text, shown_ids(access, organization, Permission.LISTS_EXPORT))
    rows = batches(found.values_list(*dict.fromkeys((*columns, *ORDER)), named=True), order=ORDER)
    return (row[: len(columns)] for row in rows)


def is_cut(*, access: Access, text: str, organization: UUID | None) -> bool:
    """Whether a copy of what is found ends where a search does, so that there may be more."""
    return _asked(text, shown_ids(access, organization, Permission.LISTS_EXPORT)).count() >= CANDIDATES


def shown_ids(
    access: Access, organization: UUID | None, permission: Permission = Permission.CUSTOMER_VIEW
) -> frozenset[UUID]:
    """The one organisation that was asked for, or those that the person's lists show."""
    return access.organization_ids(permission) & {organization} if organization else access.listed_ids(permission)


def customer_counts(*, access: Access) -> dict[UUID, int]:
    """How many customers each organisation of the person's lists has; at most a minute old, and capped."""

    def count(organization_id: UUID) -> int:
        return counted(Customer.objects.filter(organization_id=organization_id, is_gone=False))

    return kept("directory:customers", sorted(access.listed_ids()), count)


def _asked(text: str, organization_ids: Collection[UUID]) -> QuerySet[Customer]:
    if text.strip():
        return _matching(text, organization_ids)
    return within(Customer.objects.filter(is_gone__in=[False]), organization_ids)


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
    return CUSTOMERS.matching(Customer.objects.all(), query_spellings(text), organization_ids)
