"""The rows of the list of customers, drawn in Python because a page of fifty should cost next to nothing."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from podero_admin.core.http import link
from podero_admin.core.templatetags.ui import badge
from podero_admin.directory.models import Customer

SHORT = 24
_ANY = UUID(int=0)


def customer_rows(customers: Sequence[Customer], organizations: Mapping[UUID, str]) -> SafeString:
    """`organizations` names those of which a list shows more than one; empty leaves the column out."""
    address = link("desk:customer", _ANY)
    return mark_safe("".join(_row(customer, address, organizations) for customer in customers))  # noqa: S308 - every row is escaped


def _row(customer: Customer, address: str, organizations: Mapping[UUID, str]) -> SafeString:
    organization = organizations.get(customer.organization_id, "")
    last = format_html('<td data-label="Organisation">{}</td>', organization) if organizations else ""
    return format_html(
        '<tr><td data-label="Customer"><a href="{}"><bdi>{}</bdi></a>{}</td>'
        '<td data-label="E-mail" class="break">{}</td><td data-label="Number" class="{}">{}</td>{}</tr>',
        address.replace(str(_ANY), str(customer.id)),
        customer.name,
        _mark(customer),
        customer.email,
        "nowrap" if len(customer.external_user_id) <= SHORT else "break",
        customer.external_user_id,
        last,
    )


def _mark(customer: Customer) -> SafeString | str:
    if customer.deleted_at:
        return badge("customer", "deleted", "Deleted", "unknown", "x")
    if customer.is_gone:
        return badge("customer", "gone", "No longer at Podero", "unknown", "x")
    return ""
