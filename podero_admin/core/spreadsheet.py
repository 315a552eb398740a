"""CSV that a spreadsheet opens rightly: with a byte order mark, and without starting a formula; sent line by line."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone

BYTE_ORDER_MARK = "\ufeff"
#: At the start, also behind what one does not see; or behind a semicolon, which many a spreadsheet takes for the comma.
STARTS_FORMULA = re.compile(
    r"^[\s\ufeff\u200b-\u200f\u2060]*(?=[=+\-@＝＋－＠])|^(?=[\t\r\n])|(?<=;)(?=\s*[=+\-@＝＋－＠])"
)


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
    return STARTS_FORMULA.sub(lambda found: f"'{found[0]}", text)


def csv_of(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + str(writer.writerow(columns))
    for row in rows:
        yield str(writer.writerow([safe_cell(value) for value in row]))


def csv_response(name: str, lines: Iterable[str]) -> StreamingHttpResponse:
    """A file named after what it holds and when; however long, nothing of it is kept."""
    moment = timezone.localtime().strftime("%Y-%m-%d-%H%M")
    disposition = f'attachment; filename="{name}-{moment}.csv"'
    headers = {"Content-Disposition": disposition}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
