"""Events as CSV."""

from collections.abc import Iterable, Iterator

from podero_admin.audit.models import Event
from podero_admin.core.spreadsheet import csv_of

COLUMNS = (
    "number", "at", "organization_id", "organization_name", "actor_id", "actor_name", "actor_role", "action",
    "sentence", "object_type", "object_id", "object_label", "customer_id", "vehicle_id", "outcome", "reason",
    "request_id", "client_address", "changes", "previous_hash", "hash",
)  # fmt: skip


def csv_lines(events: Iterable[Event]) -> Iterator[str]:
    return csv_of(COLUMNS, ([getattr(event, name) for name in COLUMNS] for event in events))
