"""The export's cells: no text starts a formula."""

from datetime import UTC, datetime

import pytest

from podero_admin.audit.models import Event
from podero_admin.audit.spreadsheet import csv_lines, safe_cell


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1"])
def test_what_would_start_a_formula_is_text(text: str):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(("value", "cell"), [(None, ""), ("a=b", "a=b"), (5, "5"), ("", "")])
def test_anything_else_stays_as_it_is(value: object, cell: str):
    assert safe_cell(value) == cell


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
