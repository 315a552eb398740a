"""What happens to every request around the views: health, proxies, request id, framing, refusals in words."""

import logging
import uuid
from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_structlog.middlewares import RequestMiddleware

from podero_admin.core import health
from podero_admin.core.errors import ApplicationError, Invalid
from podero_admin.core.http import CURSORS, embedded, filters_asked, page_of, with_query
from podero_admin.core.outage import is_outage, out_of_order

logger = logging.getLogger(__name__)
Next = Callable[[HttpRequest], HttpResponse]
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")
NEVER_FRAMED = ("accounts/", "django-admin/")


class HealthMiddleware:
    """Answers /livez and /readyz before any rule on hosts or https applies."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info.removeprefix(f"/{settings.URL_PREFIX}" if settings.URL_PREFIX else "")
        if path == "/livez":
            return HttpResponse("ok\n", content_type="text/plain")
        if path == "/readyz":
            problem = health.not_ready_because()
            return HttpResponse(f"{problem or 'ok'}\n", content_type="text/plain", status=503 if problem else 200)
        return self.get_response(request)


class ProxyMiddleware:
    """Believes as many forwarding hops as TRUSTED_PROXIES says, and nothing else."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta = request.META
        given = {
            name: [part.strip() for part in str(meta.pop(name, "")).split(",") if part.strip()] for name in FORWARDED
        }
        hops = settings.TRUSTED_PROXIES
        believed = {name: values[-min(hops, len(values))] for name, values in given.items() if hops and values}
        if address := _address(believed.get("HTTP_X_FORWARDED_FOR", "")):
            meta["REMOTE_ADDR"] = address
        if host := believed.get("HTTP_X_FORWARDED_HOST"):
            meta["HTTP_HOST"] = host
        if scheme := believed.get("HTTP_X_FORWARDED_PROTO"):
            meta["wsgi.url_scheme"] = "https" if scheme == "https" else "http"  # META is the WSGI environment
        return self.get_response(request)


def _address(text: str) -> str:
    """A client's address, perhaps with its port; nothing where a proxy handed on what is none."""
    host = text[1:].partition("]")[0] if text.startswith("[") else text
    host = host.partition(":")[0] if host.count(":") == 1 else host
    try:
        return str(ip_address(host))
    except ValueError:
        return ""


class CookieMiddleware:
    """A session's key is of our own making: what is none is no session, and never reaches the database."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        if key is not None and not (key.isascii() and key.isalnum()):
            del request.COOKIES[settings.SESSION_COOKIE_NAME]
        return self.get_response(request)


class RequestIdMiddleware:
    """Gives every request an id of ours, which its log lines and events share."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = str(uuid.uuid4())  # type: ignore[attr-defined]
        request.META["HTTP_X_REQUEST_ID"] = request.request_id  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        return response


class RequestLogMiddleware(RequestMiddleware):
    """Logs requests without what follows the question mark: somebody's name or number may stand there."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        """Not once more after an exception: perhaps it was the user who could not be read, and that took seconds."""
        if not hasattr(request, "_raised_exception"):
            RequestMiddleware.bind_user_id(request)


class FrameMiddleware:
    """Carries `?embed=1`, and says who may frame which page."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        marker = embedded.set(request.GET.get("embed") == "1")
        try:
            response = self.get_response(request)
        finally:
            embedded.reset(marker)
        path = request.path_info.removeprefix(settings.ROOT)
        if settings.EMBED_ORIGINS and not path.startswith(NEVER_FRAMED):
            response._csp_replace = {"frame-ancestors": settings.EMBED_ORIGINS}  # type: ignore[attr-defined]  # noqa: SLF001 - django-csp's documented hook
        else:
            response["X-Frame-Options"] = "DENY"
        patch_vary_headers(response, ["Cookie"])
        if "Cache-Control" not in response and not path.startswith("static/"):
            response["Cache-Control"] = "private, no-store"
        return response


class ApplicationErrorMiddleware:
    """Turns a refusal raised anywhere below a view into a page, or a toast where HTMX asked.

    While the database or the cache is away, a page that needs neither says so.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        return _only_pressed(request, response) if isinstance(response, HttpResponseNotAllowed) else response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if is_outage(exception):
            logger.error("The database or the cache does not answer", exc_info=exception)
            return out_of_order()
        if not isinstance(exception, ApplicationError):
            return None
        if isinstance(exception, Invalid):
            exception.extra = _first_page(request) | exception.extra
        htmx = getattr(request, "htmx", None)
        name = "errors/_toast.html" if htmx and not htmx.boosted else "errors/refused.html"
        response = render(request, name, {"error": exception, "back": _back(request)}, status=exception.status)
        if htmx and not htmx.boosted:
            response["HX-Retarget"] = "#toasts"
            response["HX-Reswap"] = "beforeend"
        return response


def _first_page(request: HttpRequest) -> dict[str, str]:
    """Where a link to a page of a list leads nowhere, the list begins anew, with its filters."""
    if request.method != "GET" or not CURSORS & request.GET.keys():
        return {}
    return {"href": with_query(request.path, filters_asked(request)), "label": "To the first page"}


def _back(request: HttpRequest) -> str:
    """The page on which the refused button stands, so that its refusal is no dead end; empty where there is none."""
    page = page_of(request)
    return page if request.method == "POST" and page != request.path else ""


def _only_pressed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A page for whoever opens the address of a button: reloaded, bookmarked, or after a new sign-in."""
    text = "This address belongs to a button and shows nothing by itself. Nothing was done."
    context = {"code": response.status_code, "title": "Nothing to show here", "text": text}
    page = render(request, "errors/page.html", context, status=response.status_code)
    page["Allow"] = response["Allow"]
    return page
