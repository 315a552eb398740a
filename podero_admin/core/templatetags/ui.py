"""The tags that every template has: they draw what Python decided, and escape whatever came from outside."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Protocol

from django import template
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from podero_admin.core import drawing
from podero_admin.core.http import embedded, filters_asked, with_query
from podero_admin.core.http import link as address_of

register = template.Library()

register.filter(drawing.whole_references)
register.filter(drawing.breakable)

TONES = ("ok", "warning", "error", "unknown", "info")


class Drawable(Protocol):
    """What a badge has to say; see `vehicles.statuses.Badge`."""

    @property
    def field(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def tone(self) -> str: ...
    @property
    def icon(self) -> str: ...


@register.simple_tag
def link(name: str, *args: Any, **query: Any) -> str:
    """The address of a page by its URL name, in the same frame."""
    return address_of(name, *args, **query)


@register.simple_tag
@lru_cache(maxsize=64)
def icon(name: str) -> SafeString:
    """One symbol of the page's sprite, see components/sprite.html."""
    return format_html('<svg class="i" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@lru_cache(maxsize=2048)
def _badge(field: str, value: str, word: str, tone: str, icon_name: str, sentence: str) -> SafeString:  # noqa: PLR0917
    title = format_html(' title="{}"', escape(sentence)) if sentence else ""
    shown = tone if tone in TONES else "unknown"
    return format_html(
        '<span class="status {}" data-field="{}" data-value="{}"{}>{}{}</span>',
        shown,
        escape(field),
        escape(value),
        title,
        icon(icon_name or shown),
        escape(word),
    )


@register.simple_tag
def status(badge: Drawable | None, *, short: bool = False) -> SafeString | str:
    """Draw a badge; `short=True` leaves out the field's name, for a column that bears it."""
    if not badge:
        return ""
    word = str(getattr(badge, "word", "")) if short else ""
    sentence = str(getattr(badge, "sentence", ""))
    return _badge(badge.field, str(badge.value), word or str(badge.label), badge.tone, badge.icon, sentence)


@register.simple_tag
def badge(  # noqa: PLR0917 - templates name only what they need
    field: str, value: Any, label: str, tone: str = "unknown", icon: str = "", sentence: str = ""
) -> SafeString:
    """Draw a badge from its parts, where a page has no badge object at hand."""
    return _badge(field, str(value), str(label), tone, icon, sentence)


@register.simple_tag
def ago(value: Any, never: str = "never") -> SafeString | str:
    """How long ago, in words, with the full local time on hover."""
    moment = drawing.moment_of(value)
    if moment is None:
        return never
    words = drawing.relative(moment, timezone.now())
    title = drawing.absolute(moment, seconds=True)
    return format_html('<time datetime="{}" title="{}" data-ago>{}</time>', moment.isoformat(), title, words)


@register.simple_tag
def when(value: Any, *, seconds: bool = False, never: str = "never") -> SafeString | str:
    """The local date and time."""
    moment = drawing.moment_of(value)
    if moment is None:
        return never
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), drawing.absolute(moment, seconds=seconds))


@register.simple_tag
def clocks(reported: Any, asked: Any) -> SafeString:
    """The two clocks of a vehicle in one sentence: when we last asked Podero, when the car last reported."""
    podero = (
        format_html("As Podero reported it {}", ago(asked))
        if drawing.moment_of(asked)
        else "Podero has not been asked yet"
    )
    known = drawing.moment_of(reported)
    car = (
        format_html("the car itself last reported {}", ago(reported))
        if known
        else "the car itself has not reported yet"
    )
    return format_html("{}; {}.", podero, car)


@register.simple_tag
def who(customer: Any) -> SafeString:
    """A customer's name with their number: many people bear one name."""
    name = format_html("<bdi>{}</bdi>", customer.name)
    number = customer.external_user_id
    return format_html('{} <span class="soft nowrap">{}</span>', name, number) if number else name


@register.simple_tag
def external_link(url: Any, label: str = "") -> SafeString | str:
    """A link that came from the API: followed only when https, with its host shown; otherwise plain text."""
    if not url:
        return ""
    host = drawing.safe_host(url)
    if not host:
        return format_html('<span class="break">{}</span>', escape(url))
    shown = drawing.breakable(host)
    text = format_html("{} ({})", label, shown) if label else shown
    return format_html('<a href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>', escape(url), text)


@register.simple_tag
def copy_link(url: Any, *, main: bool = False) -> SafeString | str:
    """A button that copies a link from the API; what we do not make a link, nobody shall hand on as one."""
    return copy(url, "Copy link", main=main) if url and drawing.safe_host(url) else ""


@register.simple_tag
def copy(text: Any, label: str = "Copy", *, main: bool = False) -> SafeString | str:
    """A button that copies a text; only a script can, so without one it is not shown. `main` is what to do next."""
    if text in {None, ""}:
        return ""
    return format_html(
        '<button type="button" class="btn btn-sm {} copy needs-js" data-copy="{}">{} <span>{}</span></button>',
        "btn-primary" if main else "btn-outline-secondary",
        escape(text),
        icon("copy"),
        label,
    )


@register.simple_tag
def embed_input() -> SafeString | str:
    """Keeps a GET form in its frame."""
    return mark_safe('<input type="hidden" name="embed" value="1">') if embedded.get() else ""


def _hidden(values: Mapping[str, Any]) -> SafeString:
    pairs = ((key, value) for key, value in values.items() if value not in {None, ""})
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


PAGES = (("before", "prev", "Previous"), ("after", "next", "Next"))


@register.simple_tag(takes_context=True)
def pager(context: template.Context, page: Any, **post: Any) -> SafeString | str:
    """The pages beside this one. Links keep the filters; `{% pager page q=text %}` posts what no URL may hold."""
    if not (page.before or page.after):
        return ""
    request = context["request"]
    there = [(name, rel, word, getattr(page, name)) for name, rel, word in PAGES if getattr(page, name)]
    if any(value not in {None, ""} for value in post.values()):
        buttons = format_html_join(
            "",
            '<button class="btn btn-sm btn-outline-secondary" name="{}" value="{}">{}</button>',
            ((name, cursor, word) for name, _, word, cursor in there),
        )
        token = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(request))
        inside = format_html(
            '<form method="post" action="{}" data-search>{}{}{}</form>',
            with_query(request.path, {}),
            token,
            _hidden(post),
            buttons,
        )
    else:
        kept = filters_asked(request)
        inside = format_html_join(
            "",
            '<a class="btn btn-sm btn-outline-secondary" rel="{}" href="{}">{}</a>',
            ((rel, with_query(request.path, [*kept, (name, cursor)]), word) for name, rel, word, cursor in there),
        )
    return format_html('<nav class="pager" aria-label="Pages">{}</nav>', inside)


TOP, BAR = 6, 28


@register.simple_tag
def battery(
    level: Any, floor: Any = None, target: Any = None, cap: Any = None, deadline: str = "", *, is_old: bool = False
) -> SafeString:
    """The battery bar of a vehicle: level, floor, target and the car's own cap on one scale."""
    now, low = drawing.number(level), drawing.number(floor)
    ticks = drawing.battery_ticks(
        level=now,
        floor=low,
        target=drawing.number(target),
        cap=drawing.number(cap),
        deadline=deadline,
        is_old=is_old,
    )
    top = TOP + drawing.ROW * max((tick.row + 1 for tick in ticks if tick.above), default=0)
    height = top + BAR + TOP + drawing.ROW * max((tick.row + 1 for tick in ticks if not tick.above), default=0)
    words = "; ".join(tick.words for tick in ticks)
    known = f"Battery: {words}" if now is not None else f"Battery level not known; {words}".rstrip("; ")
    parts = [format_html('<rect class="battery-track" x="0" y="{}" width="100%" height="{}" rx="6"></rect>', top, BAR)]
    if now is not None:
        kind = " low" if low is not None and now < low else ""
        parts.append(_level(min(max(now, 0.0), 100.0), kind, y=top, height=BAR))
    else:
        parts.append(format_html('<text class="battery-label" x="8" y="{}">level not known</text>', top + BAR - 9))
    parts += [_tick(tick, top) for tick in ticks]
    return format_html(
        '<svg class="battery" role="img" aria-label="{}" width="100%" height="{}">{}</svg>',
        known,
        height,
        mark_safe("".join(parts)),  # noqa: S308 - each part is escaped
    )


def _level(now: float, kind: str, *, y: int, height: int) -> SafeString:
    return format_html(
        '<rect class="battery-level{}" x="0" y="{}" width="{}%" height="{}" rx="6"></rect>', kind, y, f"{now:g}", height
    )


def _tick(tick: drawing.Tick, top: int) -> SafeString:
    """A tick across the bar, a thin line to its row, and its label there."""
    edge = top - 3 if tick.above else top + BAR + 3
    base = top - TOP - tick.row * drawing.ROW if tick.above else top + BAR + drawing.ROW + tick.row * drawing.ROW
    at = f"{tick.at:g}"
    lead = format_html(
        '<line class="battery-lead" x1="{}%" x2="{}%" y1="{}" y2="{}"></line>',
        at,
        at,
        edge,
        base if tick.above else base - 10,
    )
    mark = format_html(
        '<line class="battery-tick" x1="{}%" x2="{}%" y1="{}" y2="{}"></line>', at, at, top - 3, top + BAR + 3
    )
    text = format_html(
        '<text class="battery-label {}" x="{}%" y="{}" text-anchor="{}">{}</text>',
        tick.kind,
        at,
        base,
        tick.anchor,
        tick.text,
    )
    return lead + mark + text if tick.row else mark + text


@register.simple_tag
def level(value: Any) -> SafeString | str:
    """A small battery for lists, with its number; nothing where it is not known."""
    now = drawing.number(value)
    if now is None:
        return ""
    small = format_html(
        '<svg class="level-bar" aria-hidden="true">'
        '<rect class="battery-track" width="100%" height="100%" rx="3"></rect>{}</svg>',
        _level(min(max(now, 0.0), 100.0), "", y=0, height=8),
    )
    return format_html('<span class="nowrap">{}{}</span>', small, drawing.percent(now))
