"""Rows as CSV that a spreadsheet opens rightly: with a byte order mark, and without starting a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone

BYTE_ORDER_MARK = "\ufeff"
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


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


def csv_lines(columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + str(writer.writerow(columns))
    for row in rows:
        yield str(writer.writerow([safe_cell(value) for value in row]))


def csv_answer(name: str, columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> StreamingHttpResponse:
    """A file to keep, sent while it is made; `name` gets the moment and its ending."""
    file = timezone.localtime().strftime(f"{name}-%Y-%m-%d-%H%M.csv")
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return StreamingHttpResponse(csv_lines(columns, rows), content_type="text/csv; charset=utf-8", headers=headers)
