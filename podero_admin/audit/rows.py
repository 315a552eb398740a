"""The rows of the event list, drawn in Python: fifty rows of a template cost more than all the rest of the page."""

from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from podero_admin.audit.models import Event
from podero_admin.core.http import link
from podero_admin.core.templatetags.ui import status, when

SHOWN_REASON = 100
_ANY = 2**63 - 1
ROW = (
    '<tr><td data-label="When" class="tight">{}</td><td data-label="Who">{}{}</td><td data-label="What">{}</td>'
    '<td data-label="On">{}</td><td data-label="Outcome">{}{}</td>'
    '<td data-label="Entry" class="tight"><a href="{}">#{}</a></td></tr>\n'
).format


def event_rows(events: Iterable[Event]) -> SafeString:
    address = link("audit:detail", _ANY)
    return mark_safe("".join(_row(event, address) for event in events))  # noqa: S308 - every text in a row is escaped


def event_items(events: Iterable[Event]) -> SafeString:
    """The sentences of one thing's events as the items of a list, for pages that show many."""
    items = (f"<li>{when(event.at)}<span>{escape(event.sentence)}</span>{status(event.badge)}</li>" for event in events)
    return mark_safe("".join(items))  # noqa: S308 - as above


def _soft(text: str) -> str:
    return f' <small class="soft">{escape(text)}</small>' if text else ""


def _row(event: Event, address: str) -> str:
    reason = event.reason if len(event.reason) <= SHOWN_REASON else Truncator(event.reason).chars(SHOWN_REASON)
    return ROW(
        when(event.at, seconds=True),
        escape(event.actor_name),
        _soft(event.actor_role),
        escape(event.label),
        escape(event.object_label),
        status(event.badge),
        _soft(reason),
        address.replace(str(_ANY), str(event.number)),
        event.number,
    )
