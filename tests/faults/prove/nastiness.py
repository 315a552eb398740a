"""Values that nobody expects: markup, links, numbers, moments, texts and shapes."""

import random
from collections.abc import Callable
from typing import Any

from tests.faults.prove.inspecting import MARK

DO = f"window.{MARK}=1"
MARKUP = (
    f"<script>{DO}</script>", f'"><img src=x onerror={DO}>', f"'><svg onload={DO}>", f"</title><script>{DO}</script>",
    f"</textarea></pre></template><{MARK}-tag>", f"--><script>{DO}</script>", f"<a href=javascript:{DO}>x</a>",
    f'" autofocus onfocus={DO} x="', f"<iframe srcdoc='<script>parent.{MARK}=1</script>'>", "{{ 7|add:7 }}{% debug %}",
    f"<math><mtext></form><form action=javascript:{DO}><button>", f"]]><{MARK}-tag>", f"&lt;script&gt;{DO}&lt;/script&gt;",
)  # fmt: skip
LINKS = (
    f"javascript:{DO}", f"JaVaScRiPt:{DO}", f" javascript:{DO}", f"java\nscript:{DO}", f"\x01javascript:{DO}",
    f"javascript://connect.podero.example/%0a{DO}", f"data:text/html,<script>{DO}</script>", f"vbscript:{DO}",
    "http://insecure.example/", "//elsewhere.example/", "\\\\elsewhere.example\\x", "https:elsewhere", "https://",
    f'https://a.example/" onmouseover={DO} x="', "https://user:secret@elsewhere.example/", "https://[::1",
    "https://x.example:99999/", "file:///etc/passwd", "https://\u202eelpmaxe.x/", f"https://a.example/<{MARK}-tag>",
    "blob:https://a.example/1", "https://a.example/" + "x" * 5000, "ftp://a.example/", "https://xn--/",
)  # fmt: skip
NUMBERS = (
    0, -1, 101, 2**31, -(2**31) - 1, 2**63, 10**30, 10**299, -(10**299), 1e308, -1e308, 5e-324, 0.1 + 0.2, float("nan"),
    float("inf"), float("-inf"), True, False,
)  # fmt: skip
MOMENTS = (
    "0000-00-00T00:00:00Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-23:59",
    "10000-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-W01-1", "20261123T101112Z", "24:00", "25:61:61", "06:00:00Z",
    "now", "2026-11-23T10:00:00+99:99", "2026-11-23 10:00", "1969-12-31T23:59:60Z", "-0001-01-01", "0001-01-02T00:00:00Z",
    "9999-12-31T23:59:59.999999Z", "1899-12-31T00:00:00Z", "2026-10-25T02:30:00",
)  # fmt: skip
TEXTS = (
    "", " ", "\0", "a\0b", "\ud800", "\udfff\ud800", "x" * 5000, "\u202etxet", "\u2028", "🚗" * 300, "ok ", "OK", "null",
    "[pa:ABCDEFGHJK-1] ", "[pa:", "=cmd|' /C calc'!A0", "\r\nSet-Cookie: x=1", "%s%n{0}", "٣", "1e5", "0x10", "Ω" * 90_000,
)  # fmt: skip


def deep(levels: int) -> Any:
    value: Any = {"end": MARKUP[0]}
    for level in range(levels):
        value = [value] if level % 2 else {"deeper": value}
    return value


SHAPES: tuple[Callable[[], Any], ...] = (
    list, dict, lambda: [[]], lambda: [None], lambda: {"": ""}, lambda: {MARKUP[0]: MARKUP[1]}, lambda: deep(40),
    lambda: deep(90), lambda: deep(150), lambda: [MARKUP[0]] * 200, lambda: {"code": LINKS[0]}, lambda: None,
    lambda: {f"key {number}": number for number in range(300)},
)  # fmt: skip


def nasty(dice: random.Random) -> Any:
    """One of them; markup and links twice as often as the rest."""
    kind = dice.choice((MARKUP, MARKUP, LINKS, LINKS, NUMBERS, MOMENTS, TEXTS, SHAPES))
    chosen = dice.choice(kind)
    return chosen() if callable(chosen) else chosen
