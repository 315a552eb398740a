"""An export's cells: no text starts a formula."""

import pytest

from podero_admin.core.spreadsheet import csv_of, safe_cell


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1", "\u200b=1", "\xa0=1", " +1"])
def test_what_would_start_a_formula_is_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "cell"), [(None, ""), ("a=b", "a=b"), ("Max;=1", "Max;'=1"), ("a; b", "a; b"), (5, "5"), ("", "")]
)
def test_anything_else_stays_as_it_is(value: object, cell: str) -> None:
    assert safe_cell(value) == cell


def test_no_row_is_read_before_its_line_is_wanted() -> None:
    def rows():
        yield ["first"]
        raise AssertionError

    lines = csv_of(["name"], rows())
    assert [next(lines), next(lines)] == ["\ufeffname\r\n", "first\r\n"]
