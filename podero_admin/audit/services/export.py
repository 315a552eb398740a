"""A copy of the log for a spreadsheet: first the event that tells of it, then the rows."""

from collections.abc import Iterator
from uuid import UUID

from django.db import transaction

from podero_admin.audit.actions import Action
from podero_admin.audit.filters import EventFilters
from podero_admin.audit.models import Event
from podero_admin.audit.selectors import events_up_to
from podero_admin.audit.services.record import Subject, record
from podero_admin.core.access import Access, Permission


def events_export(*, access: Access, filters: EventFilters) -> Iterator[Event]:
    """Every event that the list would show, newest first, up to the export itself."""
    access.require(Permission.EVENTS_EXPORT)
    subject = Subject("events", "", filters.described)
    with transaction.atomic():
        told = record(
            Action.EVENTS_EXPORTED,
            access=access,
            organization_id=filters.organization or access.chosen or _only_watched(access),
            subject=subject,
        )
    return events_up_to(access=access, filters=filters, number=told.number)


def _only_watched(access: Access) -> UUID | None:
    """Whose log was copied, when the person watches one organisation among several seats."""
    watched = list(access.organization_ids(Permission.EVENTS_EXPORT))
    return watched[0] if len(watched) == 1 else None
