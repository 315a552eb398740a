"""Events as CSV that a spreadsheet opens rightly: with a byte order mark, and without starting a formula."""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from podero_admin.audit.models import Event

BYTE_ORDER_MARK = "\ufeff"
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
COLUMNS = (
    "number", "at", "organization_id", "organization_name", "actor_id", "actor_name", "actor_role", "action",
    "sentence", "object_type", "object_id", "object_label", "customer_id", "vehicle_id", "outcome", "reason",
    "request_id", "client_address", "changes", "previous_hash", "hash",
)  # fmt: skip


class _Echo:
    """What csv writes to: it hands the line back."""

    def write(self, line: str) -> str:
        return line


def safe_cell(value: Any) -> str:
    """Text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    text = str(value)
    return f"'{text}" if text.startswith(STARTS_FORMULA) else text


def csv_lines(events: Iterable[Event]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + str(writer.writerow(COLUMNS))
    for event in events:
        yield str(writer.writerow([safe_cell(getattr(event, name)) for name in COLUMNS]))
