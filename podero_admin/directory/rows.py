"""The rows of the list of customers, drawn in Python because a page of fifty should cost next to nothing.

Every text is escaped where it enters a row. What each cell is called stands in components/table.css, once.
"""

from collections.abc import Mapping, Sequence
from html import escape
from uuid import UUID

from django.utils.safestring import SafeString, mark_safe

from podero_admin.core.http import Addresses
from podero_admin.core.templatetags.ui import badge
from podero_admin.directory.models import Customer

SHORT = 24


def customer_rows(customers: Sequence[Customer], organizations: Mapping[UUID, str]) -> SafeString:
    """`organizations` names those of which a list shows more than one; empty leaves the column out."""
    addresses = Addresses("desk:customer")
    return mark_safe("".join(_row(customer, addresses, organizations) for customer in customers))  # noqa: S308 - every row is escaped


def _row(customer: Customer, addresses: Addresses, organizations: Mapping[UUID, str]) -> str:
    number = customer.external_user_id
    name = organizations.get(customer.organization_id, "")
    return (
        f'<tr><td><a href="{addresses.of(customer.id)}"><bdi>{escape(customer.name)}</bdi></a>{_mark(customer)}</td>'
        f'<td class="break">{escape(customer.email)}</td>'
        f'<td class="{"nowrap" if len(number) <= SHORT else "break"}">{escape(number)}</td>'
        f"{f'<td>{escape(name)}</td>' if organizations else ''}</tr>"
    )


def _mark(customer: Customer) -> str:
    if customer.deleted_at:
        return badge("customer", "deleted", "Deleted", "unknown", "x")
    if customer.is_gone:
        return badge("customer", "gone", "No longer at Podero", "unknown", "x")
    return ""
