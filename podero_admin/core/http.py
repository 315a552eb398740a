"""What views share: the request's type, page or fragment, links that stay in their frame."""

from collections.abc import Iterable
from contextvars import ContextVar
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from podero_admin import __version__
from podero_admin.core import navigation
from podero_admin.core.access import Access

THEMES = ("auto", "light", "dark")
#: Where in a list a page begins or ends.
CURSORS = {"after", "before"}
THEME_COOKIE = "podero_theme"

#: Where the session keeps which organisation the lists show.
CHOSEN_IN_SESSION = "organization"

#: True while a request with `?embed=1` is answered: links carry it on, since a cookie cannot tell frames apart.
embedded: ContextVar[bool] = ContextVar("embedded", default=False)


class StaffRequest(HttpRequest):
    """A request with what our middleware adds."""

    access: Access
    request_id: str
    htmx: HtmxDetails


def link(name: str, *args: Any, **query: Any) -> str:
    """The address of a page, in the frame it was asked for; empty query values are left out."""
    return with_query(reverse(name, args=args) if args else _address(name, get_urlconf(), get_script_prefix()), query)


@lru_cache(maxsize=256)
def _address(name: str, urlconf: str | None, _prefix: str) -> str:
    """Of a page without arguments, found once: a frame has twenty of them."""
    return reverse(name, urlconf)


class Addresses:
    """The addresses of many things of one kind, for the rows of a list: found once, escaped, in the same frame."""

    def __init__(self, name: str) -> None:
        any_ = UUID(int=0)
        self.start, _, self.end = escape(link(name, any_)).partition(str(any_))

    def of(self, key: UUID) -> str:
        return f"{self.start}{key}{self.end}"


def filters_asked(request: HttpRequest) -> list[tuple[str, Any]]:
    """What a list is narrowed by and sorted by: its query without the place in it, and without the frame."""
    return [(name, value) for name, value in request.GET.items() if name not in CURSORS | {"embed"}]


def with_query(address: str, query: dict[str, Any] | Iterable[tuple[str, Any]]) -> str:
    pairs = [
        (key, value) for key, value in (query.items() if isinstance(query, dict) else query) if value not in {None, ""}
    ]
    if embedded.get():
        pairs.append(("embed", "1"))
    return f"{address}?{urlencode(pairs)}" if pairs else address


def back_to(request: HttpRequest, default: str) -> HttpResponseRedirect:
    """Back to the page that the form came from, if it is one of ours."""
    address = request.POST.get("next", "")
    return HttpResponseRedirect(address if _is_ours(request, address) else link(default))


def _is_ours(request: HttpRequest, address: str) -> bool:
    return url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())


def page_of(request: HttpRequest) -> str:
    """The page that a person looks at: of a form that was sent the one it stood on, since only that can be opened."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    referer = request.headers.get("Referer", "")
    if not _is_ours(request, referer):
        return request.path
    parts = urlsplit(referer)
    return escape_leading_slashes(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def redirect_to(name: str, *args: Any, **query: Any) -> HttpResponseRedirect:
    return HttpResponseRedirect(link(name, *args, **query))


def render_page(
    request: StaffRequest,
    page: str,
    context: dict[str, Any],
    *,
    fragment: str = "",
    status: int = 200,
) -> HttpResponse:
    """Draw the fragment for an HTMX request that wants no whole page, else the page."""
    wants_fragment = fragment and request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request
    response = render(request, fragment if wants_fragment else page, context, status=status)
    if fragment:
        response["Vary"] = "HX-Request, Cookie"
    return response


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context that every page needs for its frame: who is there, in which organisations, in which looks."""
    access: Access | None = getattr(request, "access", None)
    signed_in = access is not None and bool(access.staff_id)
    here = request.resolver_match.view_name if request.resolver_match else ""
    return {
        "access": access,
        "is_signed_in": signed_in,
        "is_embedded": embedded.get(),
        "here": page_of(request),
        "navigation": navigation.entries(access, here) if access and signed_in else [],
        "theme": theme_of(request),
        "themes": THEMES,
        "shows_sandbox": _shows_sandbox(access if signed_in else None),
        "version": __version__,
    }


def theme_of(request: HttpRequest) -> str:
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    return theme if theme in THEMES else "auto"


def _shows_sandbox(access: Access | None) -> bool:
    """Whether invented customers may be seen here; before the sign-in the organisations file tells."""
    if access is None:
        return bool(settings.HAS_SANDBOX)
    return any(seat.environment == "sandbox" for seat in access.seats)
