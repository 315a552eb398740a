"""What happens around every view: health for any host, proxies believed by number, ids, frames."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory

from podero_admin.core import health
from podero_admin.core.http import embedded, link
from podero_admin.core.middleware import FrameMiddleware, ProxyMiddleware

FORWARDED = {
    "HTTP_X_FORWARDED_FOR": "203.0.113.9, 198.51.100.7",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_HOST": "podero.example.com",
}


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_health_answers_any_host_over_http(db: None, settings: Any, path: str) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response = Client().get(path, headers={"host": "10.0.0.7:8000"})
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_any_other_page_refuses_a_foreign_host(db: None) -> None:
    assert Client().get("/", headers={"host": "evil.example.com"}).status_code == 400


def test_health_lies_under_the_prefix_too(db: None, settings: Any) -> None:
    settings.URL_PREFIX = "tools/podero"
    assert Client().get("/tools/podero/livez").content == b"ok\n"


def test_ready_says_no_while_a_migration_is_missing(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'organizations'")
    response = Client().get("/readyz")
    assert (response.status_code, response.content) == (503, b"the database is not migrated\n")


def seen_through(**headers: str) -> Any:
    seen = []

    def view(request: Any) -> HttpResponse:
        seen.append(request)
        return HttpResponse()

    ProxyMiddleware(view)(RequestFactory().get("/", **headers))
    return seen[0]


def test_forwarding_headers_of_strangers_are_dropped(settings: Any) -> None:
    settings.TRUSTED_PROXIES = 0
    request = seen_through(**FORWARDED)
    assert request.META["REMOTE_ADDR"] == "127.0.0.1"
    assert request.scheme == "http"
    assert request.get_host() == "testserver"
    assert not set(FORWARDED) & set(request.META)


@pytest.mark.parametrize(("hops", "address"), [(1, "198.51.100.7"), (2, "203.0.113.9"), (3, "203.0.113.9")])
def test_as_many_hops_are_believed_as_there_are_proxies(settings: Any, hops: int, address: str) -> None:
    settings.TRUSTED_PROXIES = hops
    settings.ALLOWED_HOSTS = ["podero.example.com"]
    request = seen_through(**FORWARDED)
    assert request.META["REMOTE_ADDR"] == address
    assert request.scheme == "https"
    assert request.get_host() == "podero.example.com"


def test_a_proxy_that_forwards_nothing_changes_nothing(settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    request = seen_through()
    assert (request.META["REMOTE_ADDR"], request.scheme) == ("127.0.0.1", "http")


def test_of_two_proxies_the_outer_one_knows_scheme_and_host(settings: Any) -> None:
    settings.TRUSTED_PROXIES = 2
    settings.ALLOWED_HOSTS = ["podero.example.com"]
    request = seen_through(
        HTTP_X_FORWARDED_PROTO="https, http", HTTP_X_FORWARDED_HOST="evil.example, podero.example.com, inner.local"
    )
    assert (request.scheme, request.get_host()) == ("https", "podero.example.com")


def test_the_last_scheme_counts_and_only_https_is_https(settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    assert seen_through(HTTP_X_FORWARDED_PROTO="https, http").scheme == "http"
    assert seen_through(HTTP_X_FORWARDED_PROTO="HTTPS; drop").scheme == "http"


def test_every_answer_carries_an_id_of_ours(db: None) -> None:
    first, second = (Client().get("/accounts/login/", headers={"x-request-id": "mine"}) for _ in range(2))
    assert uuid.UUID(first["X-Request-ID"]) != uuid.UUID(second["X-Request-ID"])


def framed(path: str) -> tuple[HttpResponse, str]:
    links = []

    def view(_request: Any) -> HttpResponse:
        links.append(link("directory:list"))
        return HttpResponse()

    return FrameMiddleware(view)(RequestFactory().get(path)), links[0]


def test_nobody_may_frame_by_default(settings: Any) -> None:
    settings.EMBED_ORIGINS = []
    response, address = framed("/customers/?embed=1")
    assert response["X-Frame-Options"] == "DENY"
    assert "embed" not in address


def test_named_origins_may_frame_and_links_stay_in_the_frame(settings: Any) -> None:
    settings.EMBED_ORIGINS = ["https://intranet.example.com"]
    response, address = framed("/customers/?embed=1")
    assert "X-Frame-Options" not in response
    assert response._csp_replace == {"frame-ancestors": ["https://intranet.example.com"]}
    assert address.endswith("?embed=1")
    assert not embedded.get()


@pytest.mark.parametrize("path", ["/accounts/login/", "/django-admin/"])
def test_sign_in_and_admin_are_never_framed(settings: Any, path: str) -> None:
    settings.EMBED_ORIGINS = ["https://intranet.example.com"]
    response, _ = framed(path)
    assert response["X-Frame-Options"] == "DENY"


def test_pages_are_kept_in_no_cache(db: None) -> None:
    assert "no-store" in Client().get("/accounts/login/")["Cache-Control"]
