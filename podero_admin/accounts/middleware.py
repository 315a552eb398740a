"""Puts `request.access` in place, once per request, and closes every page to people who are not signed in."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from podero_admin.accounts.selectors import access_of
from podero_admin.core.access import NOBODY, Access
from podero_admin.core.http import CHOSEN_IN_SESSION, embedded, page_of

FRAMES = {"iframe", "frame", "fencedframe", "embed", "object"}
KEPT_POSTS = "kept_posts"
KEPT_BYTES = 200_000
#: So many forms at once, the latest ones.
KEPT_AT_MOST = 5


def _access(request: HttpRequest) -> Access:
    request_id, address = request.request_id, request.META.get("REMOTE_ADDR", "")  # type: ignore[attr-defined]
    if not request.user.is_authenticated:
        return Access(
            staff_id=NOBODY.staff_id, email="", name=NOBODY.name, request_id=request_id, client_address=address
        )
    return access_of(
        request.user, chosen=request.session.get(CHOSEN_IN_SESSION), request_id=request_id, client_address=address
    )


class AccessMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.access = SimpleLazyObject(lambda: _access(request))  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        """A view and its page ask some six hundred times: give them the value itself, not a proxy."""
        request.access = _access(request)  # type: ignore[attr-defined]


class SignInMiddleware(LoginRequiredMiddleware):
    """Sends people without a session to the sign-in; in a frame, a page explains and opens a window instead."""

    def handle_no_permission(  # type: ignore[override] # a page instead of a redirect is meant
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseBase:
        form = keep_what_was_typed(request, view_func)
        page = form or page_of(request)
        if _in_frame(request):
            context = {"address": _outside(page), "is_kept": bool(form)}
            return render(request, "account/sign_in_window.html", context, status=401)
        response = redirect_to_login(page)
        if getattr(request, "htmx", None):
            here = HttpResponse(status=401)
            here["HX-Redirect"] = str(response["Location"])
            return here
        return response


def _in_frame(request: HttpRequest) -> bool:
    """What the browser says; where it does not, or a script asks, what the address says."""
    wanted = request.headers.get("Sec-Fetch-Dest", "")
    return wanted in FRAMES or (embedded.get() and wanted != "document")


def keep_what_was_typed(request: HttpRequest, view_func: Any) -> str:
    """A press that meets an ended session would lose its body at the sign-in; the form takes it back from here.

    Returns the address at which it does so, empty where nothing is kept. Kept are the fields, not the bytes: of a form
    with parts nobody can read these again once its token was looked for.
    """
    form_of = getattr(view_func, "form_of", None)
    path = form_of(request) if request.method == "POST" and form_of else ""
    typed = request.POST.urlencode() if path else ""
    if not path or len(typed) > KEPT_BYTES:
        return ""
    others = {name: body for name, body in request.session.get(KEPT_POSTS, {}).items() if name != path}
    request.session[KEPT_POSTS] = dict([*others.items(), (path, typed)][-KEPT_AT_MOST:])
    page = page_of(request)
    return page if page.partition("?")[0] == path else path


def is_kept_for(request: HttpRequest, page: str) -> bool:
    """Whether what was typed waits for somebody who opens this page."""
    return page.partition("?")[0] in request.session.get(KEPT_POSTS, {})


def _outside(page: str) -> str:
    """Where the new window returns to: the same page, without the frame."""
    path, _, asked = page.partition("?")
    query = QueryDict(asked, mutable=True)
    query.pop("embed", None)
    return f"{path}?{query.urlencode()}" if query else path
