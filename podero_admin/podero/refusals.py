"""Reads what a refusal says: messages of any shape, and when to come back."""

import json
import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

TEXT_KEPT = 500
MESSAGES_KEPT = 100


def seconds_until(retry_after: str) -> float | None:
    """Read a Retry-After header, seconds or an HTTP date, as seconds from now; None for anything else."""
    try:
        seconds = float(retry_after)
    except ValueError:
        return _seconds_until_date(retry_after)
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def _seconds_until_date(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)


def field_messages(detail: object) -> list[tuple[str, str]]:
    """Flatten a detail of any shape into pairs of field name ('' for none) and message."""
    match detail:
        case None | "":
            return []
        case list():
            return [pair for entry in detail[:MESSAGES_KEPT] for pair in _entry(entry)]
        case dict() if "msg" in detail or "loc" in detail:
            return _entry(detail)
        case dict():
            return [(str(field), short_text(said)) for field, texts in detail.items() for said in _each(texts)]
        case _:
            return [("", short_text(detail))]


def _entry(entry: object) -> list[tuple[str, str]]:
    if not isinstance(entry, dict):
        return [("", short_text(entry))]
    place = entry.get("loc")
    last = place[-1] if isinstance(place, list) and place else None
    return [(last if isinstance(last, str) else "", short_text(entry.get("msg", entry)))]


def _each(texts: object) -> list[object]:
    return texts[:MESSAGES_KEPT] if isinstance(texts, list) else [texts]


def short_text(value: object) -> str:
    """Return any piece of an answer as short text that can be stored."""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text[:TEXT_KEPT].replace("\0", "�").encode("utf-8", "replace").decode()
