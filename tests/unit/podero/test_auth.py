"""The token: fetched once, renewed early, asked for in every documented way, and never told to anybody."""

import base64
import logging
import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podero_admin.podero import (
    AuthenticationFailed,
    Credentials,
    MemoryTokenStore,
    NotConfigured,
    Token,
    TokenSource,
    Unreachable,
)
from podero_admin.podero.auth import LONGEST_LIFE, SHORT_LIFE, lifetime_in_seconds
from tests.registering import eventually

from .wire import PATIENT, QUICK, drip, hang_up, http, silence, source

GIVEN = {"access_token": "token-one", "token_type": "Bearer", "expires_in": 36000, "scope": "read write"}
WRONG_ENCODING = http(400, {"error": "unsupported_grant_type"})
BASIC = "Basic " + base64.b64encode(b"alpenstrom:s3cret").decode()


def fetched(server, **known):
    return source(url=f"{server.url}/oauth2/token/", **known).token()


def form(request):
    return {name: values[0] for name, values in parse_qs(request.body.decode(), keep_blank_values=True).items()}


def test_it_asks_as_the_guide_says(wire):
    server = wire(http(200, GIVEN))
    assert fetched(server).access_token == "token-one"
    [request] = server.requests
    assert (request.method, request.path) == ("POST", "/oauth2/token/")
    assert request.json == {"grant_type": "client_credentials"}
    assert request.headers["content-type"] == "application/json"
    assert request.headers["cache-control"] == "no-cache"
    assert request.headers["authorization"] == BASIC


def test_the_secret_can_go_into_a_form_body(wire):
    server = wire(http(200, GIVEN))
    nasty = "s3 cr+t&=%/é"
    fetched(server, client_auth="body", token_body="form", client_secret=nasty, scope="read write")
    [request] = server.requests
    assert form(request) == {
        "grant_type": "client_credentials",
        "client_id": "alpenstrom",
        "client_secret": nasty,
        "scope": "read write",
    }
    assert "authorization" not in request.headers


@pytest.mark.parametrize("token_body", ["json", "form"])
def test_the_password_grant_sends_user_and_password_in_the_body(wire, token_body):
    server = wire(http(200, GIVEN))
    fetched(server, grant="password", username=lambda: "alice", password=lambda: "pässword", token_body=token_body)
    [request] = server.requests
    sent = request.json if token_body == "json" else form(request)
    assert sent == {"grant_type": "password", "username": "alice", "password": "pässword"}
    assert request.headers["authorization"] == BASIC


def test_it_asks_as_a_form_once_when_json_is_refused_and_remembers(wire):
    server = wire(WRONG_ENCODING, http(200, GIVEN))
    store = MemoryTokenStore()
    tokens = source(store, url=server.url)
    stale = tokens.token()
    server.script = [http(200, GIVEN | {"access_token": "token-two"})]
    assert tokens.renew(stale).access_token == "token-two"
    kinds = [request.headers["content-type"] for request in server.requests]
    assert kinds == ["application/json", "application/x-www-form-urlencoded", "application/x-www-form-urlencoded"]


def test_it_turns_back_to_json_when_the_server_has_changed_sides(wire):
    server = wire(WRONG_ENCODING, http(200, GIVEN))
    store = MemoryTokenStore()
    store.set_hint("a", "form")
    source(store, url=server.url).token()
    assert [request.headers["content-type"] for request in server.requests][-1] == "application/json"
    assert store.get_hint("a") == "json"


def test_it_asks_at_most_twice(wire):
    server = wire(WRONG_ENCODING)
    with pytest.raises(AuthenticationFailed, match="encoding"):
        fetched(server)
    assert len(server.requests) == 2


@pytest.mark.parametrize("token_body", ["json", "form"])
def test_a_configured_encoding_is_not_changed(wire, token_body):
    server = wire(WRONG_ENCODING)
    with pytest.raises(AuthenticationFailed):
        fetched(server, token_body=token_body)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "answer", "words"),
    [
        (401, {"error": "invalid_client", "error_description": "hush"}, "client secret"),
        (400, {"error": "invalid_grant"}, "password"),
        (400, {"error": "unauthorized_client"}, "grant"),
        (400, {"error": "invalid_scope"}, "scope"),
        (400, {"error": "invalid_request"}, "incomplete"),
        (400, {"error": "<script>"}, "HTTP 400"),
        (400, {"error": ["odd"]}, "HTTP 400"),
        (404, b"<html>no such page</html>", "HTTP 404"),
        (200, {"error": "invalid_client"}, "client secret"),
    ],
)
def test_a_refusal_is_told_in_words(wire, status, answer, words):
    server = wire(http(status, answer))
    with pytest.raises(AuthenticationFailed, match=words) as caught:
        fetched(server)
    assert caught.value.status == status
    assert not caught.value.sent
    assert not caught.value.retryable
    assert "hush" not in str(caught.value)
    assert "<" not in str(caught.value)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "say",
    [
        http(500, b"<html>"),
        http(503),
        http(429, {"error": "slow_down"}),
        http(408),
        http(302, Location="/elsewhere/"),
        http(200, b"<html>"),
        http(200, b"[]"),
        http(200, b"[" * 50_000),
        http(200, b'{"access_token": "' + b"x" * 70_000 + b'"}'),
        http(200, {"token_type": "Bearer"}),
        http(200, {"access_token": ""}),
        http(200, {"access_token": 5}),
        http(200, {"access_token": "two\r\nlines: x"}),
        http(200, {"access_token": "ümlaut"}),
        http(200, {"access_token": "x" * 9000}),
        hang_up,
    ],
)
def test_without_a_token_nothing_reached_the_api(wire, say):
    server = wire(say)
    with pytest.raises(Unreachable, match="no token") as caught:
        fetched(server)
    assert not caught.value.sent
    assert len(server.requests) == 1


@pytest.mark.parametrize("say", [silence, drip(http(200, GIVEN))])
def test_a_token_that_never_comes_is_waited_for_no_longer_than_told(wire, say):
    server = wire(say)
    with pytest.raises(Unreachable, match="no token") as caught:
        fetched(server, timeouts=QUICK)
    assert not caught.value.sent
    eventually(lambda: len(server.requests) == 1)


def test_a_closed_port_means_no_token():
    with pytest.raises(Unreachable, match="no token") as caught:
        source(url="http://127.0.0.1:9/").token()
    assert not caught.value.sent


def test_a_scope_that_was_not_asked_for_is_no_error(wire):
    assert fetched(wire(http(200, GIVEN | {"scope": "everything"})), scope="read").access_token


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        (3600, 3600),
        (3600.9, 3600),
        ("3600", 3600),
        ("3600.0", 3600),
        (0.2, 1),
        (None, SHORT_LIFE),
        (0, SHORT_LIFE),
        (-5, SHORT_LIFE),
        ("soon", SHORT_LIFE),
        ("nan", SHORT_LIFE),
        (float("nan"), SHORT_LIFE),
        (True, SHORT_LIFE),
        ([3600], SHORT_LIFE),
        (-(10**400), SHORT_LIFE),
        (10**400, LONGEST_LIFE),
        (10**9, LONGEST_LIFE),
        ("1e999", LONGEST_LIFE),
        (float("inf"), LONGEST_LIFE),
    ],
)
def test_every_lifetime_is_read(expires_in, seconds):
    assert lifetime_in_seconds(expires_in) == seconds


@given(st.one_of(st.integers(), st.floats(), st.text(), st.none(), st.booleans()))
def test_a_lifetime_is_always_between_a_second_and_a_day(expires_in):
    assert 1 <= lifetime_in_seconds(expires_in) <= LONGEST_LIFE


@pytest.mark.parametrize(
    ("lifetime", "kept_for", "lost_at"),
    [(36000, 35699, 35701), (600, 299, 301), (60, 29, 31), (None, 149, 151)],
)
def test_it_renews_five_minutes_early_or_at_half_of_a_short_life(wire, lifetime, kept_for, lost_at):
    now = [1_000_000.0]
    server = wire(http(200, GIVEN | {"expires_in": lifetime}))
    tokens = source(url=server.url, clock=lambda: now[0])
    tokens.token()
    now[0] += kept_for
    tokens.token()
    assert len(server.requests) == 1
    now[0] += lost_at - kept_for
    tokens.token()
    assert len(server.requests) == 2


def test_a_store_drops_a_token_when_its_time_is_over():
    store = MemoryTokenStore()
    store.set("a", Token("x", expires_at=time.time() + 36000), 0)
    assert store.get("a") is None


def test_a_token_kept_without_its_renewal_time_is_renewed_five_minutes_early():
    assert Token("x", expires_at=1000).is_fresh(699)
    assert not Token("x", expires_at=1000).is_fresh(701)


def all_at_once(work, number=50):
    together = threading.Barrier(number)

    def one(_):
        together.wait()
        return work()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


def slowly(answer):
    def speak(line):
        time.sleep(0.1)
        line.sendall(answer)

    return speak


def test_fifty_threads_fetch_one_token(wire):
    server = wire(slowly(http(200, GIVEN)))
    tokens = source(url=server.url)
    assert {token.access_token for token in all_at_once(tokens.token)} == {"token-one"}
    assert len(server.requests) == 1


def test_fifty_threads_that_were_refused_fetch_one_new_token(wire):
    server = wire(http(200, GIVEN), slowly(http(200, GIVEN | {"access_token": "token-two"})))
    tokens = source(url=server.url)
    stale = tokens.token()
    assert {token.access_token for token in all_at_once(lambda: tokens.renew(stale))} == {"token-two"}
    assert len(server.requests) == 2


def failing(tokens):
    with pytest.raises(AuthenticationFailed) as caught:
        tokens.token()
    return caught.value


def test_fifty_threads_share_one_failure(wire):
    server = wire(slowly(http(401, {"error": "invalid_client"})))
    tokens = source(url=server.url)
    errors = all_at_once(lambda: failing(tokens))
    assert {error.code for error in errors} == {"invalid_client"}
    assert len({id(error) for error in errors}) == 50
    assert len(server.requests) == 1


def test_a_failure_is_not_remembered_for_who_comes_later(wire):
    server = wire(http(401, {"error": "invalid_client"}), http(200, GIVEN))
    tokens = source(url=server.url)
    failing(tokens)
    assert tokens.token().access_token == "token-one"


def test_a_token_that_could_not_be_replaced_is_not_used_again(wire):
    server = wire(http(200, GIVEN), http(401, {"error": "invalid_client"}))
    store = MemoryTokenStore()
    tokens = source(store, url=server.url)
    stale = tokens.token()
    with pytest.raises(AuthenticationFailed):
        tokens.renew(stale)
    assert store.get("a") is None


def test_whoever_cannot_get_the_lock_fetches_all_the_same(wire):
    server = wire(http(200, GIVEN))
    store = MemoryTokenStore(patience=0.01)
    with store.lock("a") as acquired:
        assert acquired
        with store.lock("a") as again:
            assert not again
        assert source(store, url=server.url).token().access_token == "token-one"


def test_a_rotated_id_and_secret_are_used_at_the_next_fetch(wire):
    server = wire(http(200, GIVEN))
    ids, secrets = ["one", "two"], ["old", "new"]
    tokens = source(url=server.url, client_id=lambda: ids.pop(0), client_secret=lambda: secrets.pop(0))
    tokens.renew(tokens.token())
    sent = [base64.b64decode(request.headers["authorization"][6:]) for request in server.requests]
    assert sent == [b"one:old", b"two:new"]


def missing():
    raise FileNotFoundError("/run/secrets/alpenstrom")


@pytest.mark.parametrize("secret", ["", lambda: "", missing, "\udcff"])
@pytest.mark.parametrize("name", ["client_id", "client_secret"])
def test_an_id_or_a_secret_that_cannot_be_read_is_told_without_it(name, secret):
    with pytest.raises(NotConfigured, match=name.replace("_", " ")) as caught:
        source(**{name: secret}).token()
    assert "/run" not in str(caught.value)
    assert not caught.value.sent


@pytest.mark.parametrize(
    "url",
    [
        "http://app.podero.com/oauth2/token/",
        "ftp://app.podero.com/",
        "app.podero.com/oauth2/token/",
        "https://",
        "https://user:pw@app.podero.com/",
        "https://app.podero.com/?x=1",
        "https://app.podero.com/#x",
        "https://app.podero.com:70000/",
        "https://[::1",
        "",
    ],
)
def test_only_a_plain_https_address_is_accepted(url):
    with pytest.raises(NotConfigured, match="token address") as caught:
        TokenSource(Credentials(url, "id", "secret"), MemoryTokenStore(), key="a")
    assert "pw" not in str(caught.value)


def test_https_is_used_where_it_is_configured(wire, certificate):
    server = wire(http(200, GIVEN), tls=certificate.server)
    credentials = Credentials(server.url, "alpenstrom", "s3cret")
    tokens = TokenSource(credentials, MemoryTokenStore(), key="a", ca_bundle=certificate.bundle, timeouts=PATIENT)
    assert tokens.token().access_token == "token-one"


def test_no_secret_is_ever_logged_or_shown(wire, caplog):
    caplog.set_level(logging.DEBUG)
    for name in ("requests_oauthlib", "requests_oauthlib.oauth2_session", "oauthlib", "urllib3"):
        caplog.set_level(logging.DEBUG, logger=name)
    credentials = Credentials("https://x", "id", "s3cret", username="us3r", password="pa55", grant="password")
    server = wire(http(401, {"error": "invalid_client"}), http(200, GIVEN))
    tokens = source(url=server.url, client_auth="body")
    error = failing(tokens)
    shown = f"{caplog.text} {credentials!r} {tokens.token()!r} {error!r} {error.__dict__} {error.__cause__!r}"
    for secret in ("s3cret", "token-one", "us3r", "pa55", BASIC):
        assert secret not in shown


def test_warnings_of_the_library_still_come_through(caplog):
    source()
    logging.getLogger("requests_oauthlib.oauth2_session").warning("mind this")
    assert "mind this" in caplog.text


def test_an_error_survives_the_way_to_another_process(wire):
    error = failing(source(url=wire(http(401, {"error": "invalid_client"})).url))
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.code, again.status, again.sent) == (str(error), "invalid_client", 401, False)
