"""The tag before a note, by which a registration's vehicle is found again: written, read, and taken off."""

import html
import re

START = "[pa:"
_TAG = re.compile(r"\s*\[pa:([0-9A-Z]{10})-([1-9][0-9]{0,6})\] ?")


def tag(reference: str, attempt_number: int) -> str:
    return f"{START}{reference.removeprefix('R-')}-{attempt_number}] "


def reference_in(comment: object) -> tuple[str, int] | None:
    """The reference and the attempt that a comment starts with; None for any other comment."""
    match = _tag_in(comment) if isinstance(comment, str) else None
    return (f"R-{match[1]}", int(match[2])) if match else None


def note_of(comment: str) -> str:
    """The comment without our tag, as people wrote it."""
    match = _tag_in(comment)
    return match.string[match.end() :] if match else comment


def holds_tag(note: str) -> bool:
    """Whether something in it could be taken for a tag."""
    return any(START in reading.casefold() for reading in _readings(note))


def _tag_in(comment: str) -> re.Match[str] | None:
    return next((match for reading in _readings(comment) if (match := _TAG.match(reading))), None)


def _readings(text: str) -> tuple[str, str, str]:
    """As it is, and with HTML escapes undone once and twice: the other side may store it escaped."""
    once = html.unescape(text)
    return text, once, html.unescape(once)
