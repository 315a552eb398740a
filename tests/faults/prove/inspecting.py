"""What a page holds that is more than text and cannot be ours: markup, handlers, links that are not https."""

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from urllib.parse import urlsplit

#: Every payload of ours that is markup or script carries this word, in a name or in what it would do.
MARK = "taken"
NEVER = frozenset({"iframe", "object", "embed", "style", "base", "applet"})
LINKS = frozenset(
    {"href", "src", "action", "formaction", "data", "poster", "xlink:href", "srcset", "background", "ping"}
)
#: Browsers leave these out of an address before they look at its scheme.
LEFT_OUT = re.compile(r"[\x00-\x20]")
REL = frozenset({"noopener", "noreferrer", "nofollow"})


class Inspector(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.found += [f"<{tag}> {problem}" for problem in _problems(tag, given)]


def _problems(tag: str, given: dict[str, str]) -> Iterator[str]:
    if tag in NEVER or MARK in tag or (tag == "script" and "src" not in given):
        yield "is not ours"
    for name, value in given.items():
        if MARK in name or name.startswith("on") or name in {"style", "srcdoc"}:
            yield f"has {name[:60]}"
        if name in LINKS or name in {"hx-get", "hx-post"}:
            yield from _link(value, given)


def _link(value: str, given: dict[str, str]) -> Iterator[str]:
    address = LEFT_OUT.sub("", value).replace("\\", "/")
    try:
        scheme = urlsplit(address).scheme
    except ValueError:
        scheme = "unreadable"
    if address.startswith("//") or scheme not in {"", "https"}:
        yield f"leads to {value[:80]!r}"
    elif scheme and not set(given.get("rel", "").split()) >= REL:
        yield f"leads to {value[:80]!r} without rel"


def unsafe(page: str) -> list[str]:
    inspector = Inspector()
    inspector.feed(page)
    inspector.close()
    return inspector.found
