"""What our template tags draw: moments in words, references, links of others, the places on the battery bar."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

REFERENCE = re.compile(r"(R-[0-9A-Z]{10})")
AFTER_AT_OR_DOT = re.compile("(?<=[@.])")
MINUTE, HOUR, DAY = 60, 3600, 86_400
CHARACTER = 6.6 / 270 * 100
ROW = 15


def moment_of(value: Any) -> datetime | None:
    """A point in time from what we or the API gave; the year 1 stands for never."""
    if isinstance(value, str):
        try:
            value = parse_datetime(value)
        except ValueError:
            return None
    if not isinstance(value, datetime) or value.year <= 1:
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def local(moment: datetime) -> datetime:
    """In the one zone of this installation; to ask for a person's own costs a fifth of a page of a list."""
    try:
        return moment.astimezone(timezone.get_default_timezone())
    except (OverflowError, ValueError):
        return moment


def absolute(moment: datetime, *, seconds: bool = False) -> str:
    return local(moment).strftime("%-d %b %Y, %H:%M:%S" if seconds else "%-d %b %Y, %H:%M")


def span(seconds: float) -> str:
    """A length of time in words, as exact as one needs it."""
    whole = int(seconds)
    if whole < MINUTE:
        return f"{whole} second{'' if whole == 1 else 's'}"
    if whole < HOUR:
        return f"{whole // MINUTE} min"
    if whole < DAY:
        minutes = whole % HOUR // MINUTE
        return f"{whole // HOUR} h {minutes} min" if minutes else f"{whole // HOUR} h"
    days = whole // DAY
    if days < 2 * 365:
        return f"{days} day{'' if days == 1 else 's'}"
    return f"{days // 365} years"


def relative(moment: datetime, now: datetime) -> str:
    seconds = (now - moment).total_seconds()
    if abs(seconds) < 2:  # noqa: PLR2004 - clocks of two machines are never nearer
        return "just now"
    return f"{span(seconds)} ago" if seconds > 0 else f"in {span(-seconds)}"


def time_ago(moment: datetime | None, now: datetime) -> str:
    """How long ago, as short HTML for the rows of a list; the script shows the full time where the pointer rests."""
    if moment is None:
        return "never"
    stamp = moment.isoformat(timespec="seconds").replace("+00:00", "Z")
    return f'<time datetime="{stamp}">{relative(moment, now)}</time>'


def time_at(moment: datetime, *, seconds: bool = False) -> str:
    """The local date and time, as short HTML for the rows of a list."""
    stamp = moment.isoformat(timespec="seconds").replace("+00:00", "Z")
    return f'<time datetime="{stamp}">{absolute(moment, seconds=seconds)}</time>'


def whole_references(text: str) -> SafeString:
    """The text, escaped, with references that no line ends in, for whoever reads one out."""
    parts = REFERENCE.split(str(text))
    pieces = (f'<span class="nowrap">{part}</span>' if place % 2 else escape(part) for place, part in enumerate(parts))
    return mark_safe("".join(pieces))  # noqa: S308 - what is no reference is escaped


def breakable(text: str) -> SafeString:
    """An e-mail address or a host, escaped, with places for a line to end in: after its "@" and its dots."""
    return mark_safe("<wbr>".join(escape(part) for part in AFTER_AT_OR_DOT.split(text)))  # noqa: S308 - each is escaped


def safe_host(url: Any) -> str:
    """The host of a link that may be shown as one, else nothing: https only, no sign-in part, no odd characters."""
    if not isinstance(url, str) or any(ord(character) <= ord(" ") or character in '\\"<>`' for character in url):
        return ""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return ""
    return host if parts.scheme == "https" and "@" not in parts.netloc else ""


Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the battery bar: where, what it says, on which side, and in which row of labels."""

    at: float
    text: str
    above: bool
    row: int
    anchor: Anchor
    kind: str

    @property
    def words(self) -> str:
        """What it says to people who do not see the bar."""
        return f"target {self.text}" if self.kind == "target" and not self.text.startswith("target") else self.text


def number(value: Any) -> float | None:
    """A finite number, or nothing."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def percent(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0") + " %"


def _extent(at: float, text: str) -> tuple[float, float, Anchor]:
    width = len(text) * CHARACTER
    if at - width / 2 < 0:
        return at, at + width, "start"
    if at + width / 2 > 100:  # noqa: PLR2004 - the scale ends at 100 %
        return at - width, at, "end"
    return at - width / 2, at + width / 2, "middle"


def _place(marks: list[tuple[float, str, str]], *, above: bool) -> Iterator[Tick]:
    """Give each label the first row in which it meets no other, even on the narrowest screen."""
    rows: list[list[tuple[float, float]]] = []
    for at, text, kind in sorted(marks):
        left, right, anchor = _extent(at, text)
        free = (i for i, taken in enumerate(rows) if all(right < start or left > end for start, end in taken))
        row = next(free, len(rows))
        if row == len(rows):
            rows.append([])
        rows[row].append((left, right))
        yield Tick(at, text, above, row, anchor, kind)


def _mark(name: str, value: float | None, suffix: str = "", kind: str = "") -> list[tuple[float, str, str]]:
    return [] if value is None else [(min(max(value, 0.0), 100.0), f"{name} {percent(value)}{suffix}".strip(), kind)]


def battery_ticks(
    *,
    level: float | None,
    floor: float | None,
    target: float | None,
    cap: float | None,
    deadline: str,
    is_old: bool = False,
) -> list[Tick]:
    goal = _mark("", target, f" by {deadline}", "target") if deadline else _mark("target", target, kind="target")
    above = _mark("floor", floor) + goal
    below = _mark("last" if is_old else "now", level, kind="now") + _mark("car's cap", cap)
    return [*_place(above, above=True), *_place(below, above=False)]
