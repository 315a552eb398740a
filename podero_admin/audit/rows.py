"""The rows of the event list, drawn in Python: fifty rows of a template cost more than all the rest of the page.

Every text is escaped where it enters a row. What each cell is called stands in components/table.css, once.
"""

from collections.abc import Iterable
from functools import lru_cache
from html import escape

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from podero_admin.audit.actions import action_label, outcome_badge, sentence
from podero_admin.audit.selectors import Listed
from podero_admin.core.drawing import time_ago, time_at, whole_references
from podero_admin.core.http import link
from podero_admin.core.templatetags.ui import status

SHOWN_REASON = 100
_ANY = 2**63 - 1


def event_rows(events: Iterable[Listed]) -> SafeString:
    start, _, end = escape(link("audit:detail", _ANY)).partition(str(_ANY))
    return mark_safe("".join(_row(event, start, end) for event in events))  # noqa: S308 - every row is escaped


def _row(event: Listed, start: str, end: str) -> str:
    reason = event.reason if len(event.reason) <= SHOWN_REASON else Truncator(event.reason).chars(SHOWN_REASON)
    return (
        f"<tr><td>{time_at(event.at, seconds=True)}</td><td>{escape(event.actor_name)}{_soft(event.actor_role)}</td>"
        f"<td>{escape(action_label(event.action))}</td><td>{whole_references(event.object_label)}</td>"
        f"<td>{_outcome(event.outcome)}{_soft(reason)}</td>"
        f'<td><a href="{start}{event.number}{end}">#{event.number}</a></td></tr>'
    )


def _soft(text: str) -> str:
    return f" <small>{whole_references(text)}</small>" if text else ""


@lru_cache(maxsize=256)
def _outcome(outcome: str) -> str:
    return str(status(outcome_badge(outcome)))


def event_items(events: Iterable[Listed]) -> SafeString:
    """The sentences of one thing's events as the items of a list, for pages that show many."""
    return mark_safe("".join(_item(event) for event in events))  # noqa: S308 - every item is escaped


def look_items(records: Iterable[Listed]) -> SafeString:
    """Who looked at one thing, and how long ago, as the items of a list."""
    now = timezone.now()
    items = (
        f'<li><span>{escape(record.actor_name)}</span><span class="soft end">{time_ago(record.at, now)}</span></li>'
        for record in records
    )
    return mark_safe("".join(items))  # noqa: S308 - every item is escaped


def _item(event: Listed) -> str:
    words = sentence(
        event.action,
        actor=event.actor_name,
        object_label=event.object_label,
        outcome=event.outcome,
        reason=event.reason,
    )
    return f"<li>{time_at(event.at)}<span>{whole_references(words)}</span>{_outcome(event.outcome)}</li>"
