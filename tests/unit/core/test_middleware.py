"""What happens around every view: health for any host, proxies believed by number, ids, frames."""

import uuid
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory

from podero_admin.core import health
from podero_admin.core.http import embedded, link
from podero_admin.core.middleware import FrameMiddleware, ProxyMiddleware
from podero_admin.registrations.models import Registration
from tests.conftest import away_for
from tests.registering import form_page, posts, press, submission_key

AWAY = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:9/0"}}
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


@pytest.fixture
def cache_away(settings: Any, jana: Any, client_of: Any, alice: Any) -> Client:
    """A Redis that is not there, as the cache of somebody who is signed in."""
    browser = client_of(alice)
    settings.CACHES = AWAY
    return browser


def test_ready_says_no_while_the_cache_is_away(cache_away: Client) -> None:
    response = cache_away.get("/readyz")
    assert (response.status_code, response.content) == (503, b"the cache does not answer\n")
    assert cache_away.get("/livez").status_code == 200


@pytest.mark.parametrize("path", ["/customers/", "/vehicles/", "/status/"])
def test_pages_that_need_the_cache_say_that_it_is_away(cache_away: Client, path: str) -> None:
    response = cache_away.get(path)
    assert response.status_code == 503
    assert "its cache, does not answer" in response.content.decode()


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), ("/registrations/", 200), ("/audit/", 200), ("/nowhere/", 404), ("/registrations/R-NOPE/", 404),
     ("/registrations/R-1/decide/", 405), ("/django-admin/", 302)],
)  # fmt: skip
def test_pages_that_do_not_need_the_cache_and_refusals_are_drawn_without_it(
    cache_away: Client, path: str, status: int
) -> None:
    assert cache_away.get(path).status_code == status


@pytest.mark.parametrize("table", ["django_session", "accounts_membership", "vehicles_vehicle"])
def test_pages_say_that_the_database_is_away_wherever_it_was_missed(client_of: Any, alice: Any, table: str) -> None:
    browser = client_of(alice)
    browser.raise_request_exception = False
    with connection.execute_wrapper(away_for(table)):
        response = browser.get("/vehicles/")
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert "out of order for a moment" in response.content.decode()


def test_a_press_while_the_database_is_away_sends_nothing(client_of: Any, alice: Any, jana: Any, world: Any) -> None:
    browser = client_of(alice)
    key = submission_key(form_page(browser, jana.id))
    with connection.execute_wrapper(away_for("registrations_registration")):
        assert press(browser, jana.id, key=key).status_code == 503
    assert posts(world) == []


def test_the_sign_in_says_that_the_cache_is_away(cache_away: Client, alice: Any) -> None:
    response = Client().post("/accounts/login/", {"login": alice.email, "password": "x"})
    assert response.status_code == 503


def test_a_press_while_the_cache_is_away_sends_nothing(
    client_of: Any, alice: Any, jana: Any, world: Any, settings: Any
) -> None:
    browser = client_of(alice)
    key = submission_key(form_page(browser, jana.id))
    settings.CACHES = AWAY
    assert press(browser, jana.id, key=key).status_code == 503
    assert posts(world) == []
    assert not Registration.objects.exists()


def test_check_connection_says_that_the_cache_is_away(cache_away: Client) -> None:
    with pytest.raises(CommandError, match="The cache \\(CACHE_URL\\) does not answer"):
        call_command("check_connection")


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
    assert address.endswith("?embed=1")


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


@pytest.mark.parametrize("key", ["\0abcdefghij", "a b", "é" * 40, ""])
def test_a_session_that_is_none_is_no_session(db: None, key: str) -> None:
    browser = Client()
    browser.cookies["podero_session"] = key
    for answer in (browser.get("/accounts/login/"), browser.post("/accounts/login/", {"login": "a", "password": "b"})):
        assert answer.status_code == 200
    assert browser.get("/")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    ("given", "believed"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("198.51.100.7:4711", "198.51.100.7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7"),
        ("<script>x", "127.0.0.1"),
        ("not an address", "127.0.0.1"),
    ],
)
def test_only_an_address_is_taken_for_one(settings: Any, given: str, believed: str) -> None:
    settings.TRUSTED_PROXIES = 1
    request = RequestFactory().get("/", headers={"X-Forwarded-For": given})
    ProxyMiddleware(lambda _: HttpResponse())(request)
    assert request.META["REMOTE_ADDR"] == believed
