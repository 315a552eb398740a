"""The registrations that the one search box finds by their reference, within what `access` allows."""

import re

from django.db import connection
from django.db.models import QuerySet

from podero_admin.core.access import Access, Permission
from podero_admin.directory.narrowing import only_of
from podero_admin.registrations.models import Registration

#: As people copy it: R-7F3K2M9QXA, the mark in a note ([pa:7F3K2M9QXA-1]), the beginning of either, or the ten alone.
_ASKED = re.compile(r"(?:R-|\[?PA:)([0-9A-Z]{3,10})(?:-[0-9]{1,7})?\]?|([0-9A-Z]{10})")
WHOLE = 10
SHOWN = ("reference", "outcome", "created_at", "customer__id", "customer__name")


def reference_asked(text: str) -> str:
    """The reference, or the beginning of one, that a text is; empty when it is none."""
    found = _ASKED.fullmatch(text.strip().upper()) if len(text) <= 3 * WHOLE else None
    return f"R-{found[1] or found[2]}" if found else ""


def registrations_found(*, access: Access, text: str, limit: int) -> list[Registration]:
    """Anybody in the organisation may open a registration by its reference: colleagues hand calls over."""
    begins = reference_asked(text)
    if not begins:
        return []
    rows = only_of(_beginning_with(begins), access.organization_ids(Permission.CUSTOMER_VIEW))
    shown = rows.select_related("customer").only(*SHOWN)
    return list(shown.order_by("reference")[:limit])


def _beginning_with(begins: str) -> QuerySet[Registration]:
    """In the form for which each database has an index."""
    if connection.vendor == "sqlite":
        return Registration.objects.filter(reference__gte=begins, reference__lt=f"{begins}~")
    return Registration.objects.filter(reference__startswith=begins)
