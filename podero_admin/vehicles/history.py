"""What changed of a vehicle, in words and newest first; drawn in Python because a page shows fifty of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from podero_admin.core.drawing import local
from podero_admin.core.templatetags.ui import when
from podero_admin.fields import OUTPUTS, display
from podero_admin.vehicles.mapping import STATUSES, read_object
from podero_admin.vehicles.models import Reading, Vehicle
from podero_admin.vehicles.readings import LISTED, OK, short
from podero_admin.vehicles.statuses import Badge, badge

LONGEST = 80
MOST_IN_LINE = 12


class Shown(NamedTuple):
    """A status, and until when it was ok where that is known and over."""

    badge: Badge
    until: SafeString | str


def statuses_shown(vehicle: Vehicle, output: Mapping[str, Any]) -> list[Shown]:
    return [Shown(badge(name, output.get(name)), _until(vehicle, name)) for name in STATUSES]


def _until(vehicle: Vehicle, name: str) -> SafeString | str:
    moment: datetime | None = getattr(vehicle, f"{short(name)}_ok_until")
    if moment is None or getattr(vehicle, name) == OK:
        return ""
    return format_html('was ok until <time datetime="{}">{}</time>', moment.isoformat(), _clock(moment))


def _clock(moment: datetime) -> str:
    """The time of day alone when that was today."""
    here, today = local(moment), local(timezone.now())
    return here.strftime("%H:%M" if here.date() == today.date() else "%-d %b %Y, %H:%M")


def history_items(readings: Iterable[Reading], *, tz: tzinfo) -> SafeString:
    """One item for each moment: which fields changed, from what to what."""
    lines = ((when(reading.at), _line(list(_changes(reading, tz)))) for reading in readings)
    return format_html_join("", "<li>{}<span>{}</span></li>", lines)


def _line(parts: Sequence[SafeString]) -> SafeString:
    more = len(parts) - MOST_IN_LINE
    named = [*parts[:MOST_IN_LINE], *([format_html("and {} more", more)] if more > 0 else [])]
    return format_html_join("; ", "{}", ((part,) for part in named))


def _changes(reading: Reading, tz: tzinfo) -> Iterator[SafeString]:
    for name, pair in read_object(reading.changes).items():
        before, after = pair if isinstance(pair, list) and len(pair) == 2 else (None, pair)  # noqa: PLR2004 - a pair
        label = "At Podero" if name == LISTED else OUTPUTS[name].label if name in OUTPUTS else name
        yield format_html("{} <bdi>{}</bdi> → <bdi>{}</bdi>", label, _value(name, before, tz), _value(name, after, tz))


def _value(name: str, value: Any, tz: tzinfo) -> str:
    if name == LISTED:
        return "listed" if value is True else "no longer listed"
    return Truncator(display(name, value, tz=tz)).chars(LONGEST)
