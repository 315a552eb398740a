"""The cells of what is exported: no text starts a formula."""

from datetime import UTC, datetime

import pytest

from podero_admin.core.spreadsheet import csv_lines, safe_cell


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1"])
def test_what_would_start_a_formula_is_text(text: str):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(("value", "cell"), [(None, ""), ("a=b", "a=b"), (5, "5"), ("", "")])
def test_anything_else_stays_as_it_is(value: object, cell: str):
    assert safe_cell(value) == cell


def test_it_begins_with_a_byte_order_mark_and_quotes_what_needs_it():
    head, row = csv_lines(["number", "at", "actor"], [[1, datetime(2026, 1, 1, tzinfo=UTC), '=cmd|"x",\n1']])
    assert head == "\ufeffnumber,at,actor\r\n"
    assert '"\'=cmd|""x"",\n1"' in row
    assert "2026-01-01T00:00:00.000000+00:00" in row
