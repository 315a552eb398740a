"""A copy of the log for a spreadsheet: first the event that tells of it, then the rows."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction

from podero_admin.audit.actions import Action
from podero_admin.audit.filters import EventFilters
from podero_admin.audit.selectors import events_up_to
from podero_admin.audit.services.record import Subject, record
from podero_admin.core.access import Access, Permission

COLUMNS = (
    "number", "at", "organization_id", "organization_name", "actor_id", "actor_name", "actor_role", "action",
    "sentence", "object_type", "object_id", "object_label", "customer_id", "vehicle_id", "outcome", "reason",
    "request_id", "client_address", "changes", "previous_hash", "hash",
)  # fmt: skip


def events_export(*, access: Access, filters: EventFilters) -> Iterator[list[Any]]:
    """The columns of every event that the list would show, newest first, up to the export itself."""
    access.require(Permission.EVENTS_EXPORT)
    subject = Subject("events", "", filters.described)
    copied = {filters.organization} if filters.organization else access.listed_ids(Permission.EVENTS_EXPORT)
    with transaction.atomic():  # one event for each organisation, so that its own supervisors are told
        for organization_id in sorted(copied) or (None,):
            told = record(Action.EVENTS_EXPORTED, access=access, organization_id=organization_id, subject=subject)
    events = events_up_to(access=access, filters=filters, number=told.number)
    return ([getattr(event, name) for name in COLUMNS] for event in events)
