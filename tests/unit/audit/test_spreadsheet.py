"""Events as CSV."""

from datetime import UTC, datetime

from podero_admin.audit.models import Event
from podero_admin.audit.spreadsheet import csv_lines


def test_it_begins_with_a_byte_order_mark_and_quotes_what_needs_it():
    event = Event(
        number=1,
        at=datetime(2026, 1, 1, tzinfo=UTC),
        action="staff.signed_in",
        outcome="done",
        actor_name='=cmd|"x",\n1',
    )
    head, row = csv_lines([event])
    assert head.startswith("\ufeffnumber,at,")
    assert '"\'=cmd|""x"",\n1"' in row
    assert "2026-01-01T00:00:00.000000+00:00" in row
