"""The rows of the event list, drawn in Python: fifty rows of a template cost more than all the rest of the page."""

from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from podero_admin.audit.models import Event
from podero_admin.core.http import link
from podero_admin.core.templatetags.ui import status, when

SHOWN_REASON = 100
_ANY = 2**63 - 1
SOFT = ' <small class="soft">{}</small>'
ROW = (
    '<tr><td data-label="When" class="tight">{}</td><td data-label="Who">{}{}</td><td data-label="What">{}</td>'
    '<td data-label="On">{}</td><td data-label="Outcome">{}{}</td>'
    '<td data-label="Entry" class="tight"><a href="{}">#{}</a></td></tr>\n'
)


def event_rows(events: Iterable[Event]) -> SafeString:
    address = link("audit:detail", _ANY)
    return format_html_join("", ROW, (_cells(event, address) for event in events))


def event_items(events: Iterable[Event]) -> SafeString:
    """The sentences of one thing's events as the items of a list, for pages that show many."""
    items = ((when(event.at), event.sentence, status(event.badge)) for event in events)
    return format_html_join("", "<li>{}<span>{}</span>{}</li>", items)


def _soft(text: str) -> SafeString | str:
    return format_html(SOFT, text) if text else ""


def _cells(event: Event, address: str) -> tuple[Any, ...]:
    reason = event.reason if len(event.reason) <= SHOWN_REASON else Truncator(event.reason).chars(SHOWN_REASON)
    return (
        when(event.at, seconds=True),
        event.actor_name,
        _soft(event.actor_role),
        event.label,
        event.object_label,
        status(event.badge),
        _soft(reason),
        address.replace(str(_ANY), str(event.number)),
        event.number,
    )
