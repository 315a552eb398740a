"""The template tags: what they draw, and that nothing from outside gets through unescaped."""

import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone
from django.utils.safestring import mark_safe

from podero_admin.core.http import embedded
from podero_admin.core.paging import Page
from podero_admin.core.templatetags.ui import TONES
from podero_admin.vehicles.looks import LOOKS

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SPRITE = ROOT / "templates" / "components" / "sprite.html"
EVIL = '"><script>alert(1)</script>'


def draw(source: str, **context: Any) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    "source",
    [
        "{% badge x x x x x x %}", "{% copy x %}", "{% external_link x %}", "{% external_link x x %}", "{% ago x x %}",
        "{% battery x x x x x %}", "{% level x %}", "{% icon x %}", "{% when x never=x %}",
    ],
)  # fmt: skip
def test_nothing_from_outside_gets_through(source: str) -> None:
    assert "<script" not in draw(source, x=EVIL)


def test_a_text_that_once_was_trusted_is_escaped_all_the_same() -> None:
    assert "<script" not in draw("{% badge 'a' x x 'ok' %}", x=mark_safe(EVIL))
    assert "<script" not in draw("{% badge 'a' x x 'ok' %}", x=EVIL)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://plain.example/", "", None, EVIL])
def test_what_is_no_link_cannot_be_copied_as_one(url: str | None) -> None:
    assert draw("{% copy_link url %}", url=url) == ""


def test_a_link_can_be_copied() -> None:
    assert 'data-copy="https://connect.example/a?b=1"' in draw(
        "{% copy_link url %}", url="https://connect.example/a?b=1"
    )


def test_a_badge_carries_field_value_icon_and_word() -> None:
    badge = SimpleNamespace(
        field="connection_status",
        value="error",
        label="Connection: error",
        word="error",
        tone="error",
        icon="error",
        sentence="Broken.",
    )
    drawn = draw("{% status badge %}", badge=badge)
    assert '<span class="status error" data-field="connection_status" data-value="error" title="Broken.">' in drawn
    assert drawn.endswith(">Connection: error</span>")
    assert draw("{% status badge short=True %}", badge=badge).endswith(">error</span>")


def test_a_badge_holds_its_icon_or_else_that_of_its_tone() -> None:
    plug = '<svg class="i" aria-hidden="true"><use href="#i-plug"/></svg>Plugged in</span>'
    assert draw("{% badge 'charge' 'waiting' 'Plugged in' 'info' 'plug' %}").endswith(plug)
    assert '<use href="#i-warning"/>' in draw("{% badge 'charge' 'odd' 'Odd' 'warning' %}")


def test_the_sprite_has_the_icon_of_every_tone_template_and_look_once() -> None:
    drawn = re.findall(r'<symbol id="i-(\w+)"', SPRITE.read_text(encoding="utf-8"))
    named = {name for path in TEMPLATES for name in re.findall(r'{% icon "(\w+)" %}', path.read_text(encoding="utf-8"))}
    looks = {look.icon for looks in LOOKS.values() for look in looks.values()}
    assert {*TONES, *named, *looks} <= set(drawn)
    assert len(drawn) == len(set(drawn))


def test_no_badge_draws_nothing_and_an_odd_tone_is_unknown() -> None:
    assert draw("{% status None %}") == ""
    assert "status unknown" in draw("{% badge 'a' 'b' 'c' 'pink' %}")
    assert "#i-unknown" in draw("{% badge 'a' 'b' 'c' 'pink' %}")


def test_the_two_clocks_are_one_sentence() -> None:
    now = timezone.now()
    drawn = draw(
        "{% clocks reported asked %}", reported=now - timedelta(hours=3, minutes=12), asked=now - timedelta(seconds=20)
    )
    assert "As Podero reported it <time" in drawn
    assert "20 seconds ago</time>; the car itself last reported <time" in drawn
    assert draw("{% clocks None None %}") == "Podero has not been asked yet; the car itself has not reported yet."


def test_a_link_names_its_host_and_gives_nothing_away() -> None:
    drawn = draw("{% external_link url 'Open the form' %}", url="https://form.example/x?a=1&b=2")
    assert "Open the form (form.<wbr>example)" in drawn
    assert 'rel="noopener noreferrer nofollow"' in drawn
    assert 'href="https://form.example/x?a=1&amp;b=2"' in drawn


def test_an_address_has_places_for_a_line_to_end_in_and_is_escaped() -> None:
    assert draw("{{ text|breakable }}", text="<jana.novak@example.org>") == (
        "&lt;jana.<wbr>novak@<wbr>example.<wbr>org&gt;"
    )


def test_an_unsafe_link_is_text() -> None:
    assert "<a" not in draw("{% external_link url %}", url="http://form.example/")


def test_the_battery_says_in_words_what_it_shows() -> None:
    drawn = draw("{% battery 46 30 80 90 '06:00' %}")
    assert 'aria-label="Battery: floor 30 %; target 80 % by 06:00; now 46 %; car&#x27;s cap 90 %"' in drawn
    assert "style=" not in drawn
    assert "Battery level not known; floor 30 %" in draw("{% battery None 30 %}")


class TestPager:
    page: Page[Any] = Page(rows=[], after="A", before="B")

    def draw(self, source: str, request: Any) -> str:
        return draw(source, page=self.page, request=request)

    def test_links_keep_the_filters(self, rf: RequestFactory) -> None:
        drawn = self.draw("{% pager page %}", rf.get("/vehicles/", {"health": "old", "after": "x"}))
        assert 'rel="next" href="/vehicles/?health=old&amp;after=A"' in drawn
        assert 'rel="prev" href="/vehicles/?health=old&amp;before=B"' in drawn

    def test_what_no_url_may_hold_is_posted(self, rf: RequestFactory) -> None:
        drawn = self.draw("{% pager page q=text %}".replace("text", "'Jana'"), rf.post("/customers/"))
        assert "Jana" not in drawn.split("<form")[0]
        assert '<input type="hidden" name="q" value="Jana">' in drawn
        assert 'name="csrfmiddlewaretoken"' in drawn
        assert 'name="after" value="A"' in drawn

    def test_it_stays_in_its_frame(self, rf: RequestFactory) -> None:
        marker = embedded.set(True)
        try:
            drawn = self.draw("{% pager page %}{% embed_input %}", rf.get("/vehicles/", {"embed": "1"}))
        finally:
            embedded.reset(marker)
        assert 'href="/vehicles/?after=A&amp;embed=1"' in drawn
        assert 'name="embed"' in drawn

    def test_a_single_page_needs_none(self, rf: RequestFactory) -> None:
        assert draw("{% pager page %}", page=Page(rows=[]), request=rf.get("/")) == ""
