"""What is sent, what may be repeated, and how each status becomes an error."""

import math
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import requests
import responses

from podero_admin.podero import (
    AuthenticationFailed,
    Conflict,
    ContractViolation,
    Interrupted,
    InvalidRequest,
    KnownAway,
    MemoryTokenStore,
    NotAllowed,
    NotConfigured,
    NotFound,
    PoderoError,
    RateLimited,
    Redirected,
    Rejected,
    ServerError,
    TimedOut,
    Timeouts,
    Transport,
    Unreachable,
)
from podero_admin.podero.deadline import seconds_left, within
from podero_admin.podero.exchange import Answer

from .wire import PATIENT, QUICK, hang_up, http, silence, source, transport, with_token

OK = http(200, {"id": "x"})
API = "https://api.test/api/partners/v2.0"


def get(url, **options):
    return transport(url, **options).request("GET", "/x", request_id="r-1")


def post(url, **options):
    return transport(url, **options).request("POST", "/x", json={}, request_id="r-1")


def test_it_sends_what_the_contract_asks_for(wire):
    server = wire(http(200, {"a": 1}, X_Request_ID="theirs", Set_Cookie="session=1"))
    sender = transport(server.url, user_agent="ours/1")
    answer = sender.request(
        "POST", "/x", json={}, request_id="r-1", headers={"Idempotency-Key": "k", "User-Agent": "no"}
    )
    [request] = server.requests
    assert (request.method, request.path, request.body) == ("POST", "/api/partners/v2.0/x", b"{}")
    expected = {
        "authorization": "Bearer token-one",
        "x-request-id": "r-1",
        "idempotency-key": "k",
        "user-agent": "ours/1",
        "accept": "application/json",
        "content-type": "application/json",
    }
    assert expected.items() <= request.headers.items()
    assert (answer.status, answer.json(), answer.request_id) == (200, {"a": 1}, "r-1")
    assert answer.headers == {"Content-Type": "application/json", "X-Request-ID": "theirs"}
    assert answer.duration_ms >= 0


def test_no_cookie_is_sent_back(wire):
    server = wire(http(200, {}, Set_Cookie="session=1"))
    sender = transport(server.url)
    for _ in range(2):
        sender.request("GET", "/x", request_id="r")
    assert all("cookie" not in request.headers for request in server.requests)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (300, Redirected),
        (301, Redirected),
        (307, Redirected),
        (308, Redirected),
        (400, InvalidRequest),
        (402, Rejected),
        (403, NotAllowed),
        (404, NotFound),
        (405, Rejected),
        (409, Conflict),
        (422, InvalidRequest),
        (429, RateLimited),
        (500, ServerError),
        (501, ServerError),
        (502, ServerError),
        (599, ServerError),
        (600, ContractViolation),
        (999, ContractViolation),
    ],
)
@pytest.mark.parametrize("body", ["", "<html>Oops \0 é</html>", '{"detail": "no"}', "null", "[" * 5000, "{"])
def test_every_status_has_its_error_whatever_the_body(status, kind, body):
    with responses.RequestsMock() as network:
        network.post(f"{API}/x", status=status, body=body, headers={"Location": "https://elsewhere.test/"})
        with pytest.raises(PoderoError) as caught:
            post("https://api.test")
        assert len(network.calls) == 1
    error = caught.value
    assert type(error) is kind
    assert error.sent
    assert (error.status, error.answer_status, error.request_id) == (status, status, "r-1")
    assert error.answer_body == body.replace("\0", "\ufffd")[:4000]
    assert "\0" not in str(error)
    assert error.retryable == (status in {429, 502})


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_2xx_is_a_success(status):
    with responses.RequestsMock() as network:
        network.post(f"{API}/x", status=status)
        assert post("https://api.test").status == status


@pytest.mark.parametrize(
    ("raised", "kind", "sent"),
    [
        (requests.ReadTimeout(), TimedOut, True),
        (requests.ConnectTimeout(), Unreachable, False),
        (requests.ConnectionError(), Unreachable, False),
    ],
)
def test_what_the_library_raises_becomes_ours(raised, kind, sent):
    with responses.RequestsMock() as network:
        network.post(f"{API}/x", body=raised)
        with pytest.raises(Unreachable) as caught:
            post("https://api.test")
    assert (type(caught.value), caught.value.sent) == (kind, sent)


def test_a_post_goes_out_once_whatever_happens(wire):
    for say in (hang_up, silence, http(503), http(502), http(307, Location="/api/partners/v2.0/y")):
        server = wire(say)
        with pytest.raises(PoderoError):
            post(server.url, timeouts=QUICK if say is silence else PATIENT)
        assert len(server.requests) == 1


def test_each_post_has_a_connection_of_its_own(wire):
    server = wire(OK)
    sender = transport(server.url)
    sender.request("GET", "/x", request_id="r")
    sender.request("GET", "/x", request_id="r")
    sender.request("POST", "/x", json={}, request_id="r")
    sender.request("POST", "/x", json={}, request_id="r")
    assert [request.connection for request in server.requests] == [1, 1, 2, 3]


@pytest.mark.parametrize("say", [hang_up, http(502), http(503), http(504)])
def test_a_get_is_tried_once_more(wire, say):
    server = wire(say, OK)
    assert get(server.url).status == 200
    assert len(server.requests) == 2


def test_a_get_that_timed_out_is_tried_once_more_when_there_is_time(wire):
    server = wire(silence, OK)
    assert get(server.url, timeouts=Timeouts(2, 0.5, 10)).status == 200


def test_a_get_that_used_up_its_time_is_not_tried_again(wire):
    server = wire(silence)
    with pytest.raises(TimedOut) as caught:
        get(server.url, timeouts=QUICK)
    assert caught.value.sent
    assert len(server.requests) == 1


def test_a_get_is_tried_twice_and_no_more(wire):
    server = wire(http(503))
    with pytest.raises(ServerError) as caught:
        get(server.url)
    assert caught.value.retryable
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500])
def test_other_refusals_of_a_get_are_final(wire, status):
    server = wire(http(status))
    with pytest.raises(PoderoError):
        get(server.url)
    assert len(server.requests) == 1


class TokenServer:
    """Gives out token-1, token-2 …; the API accepts those in `good`."""

    def __init__(self, good):
        self.good, self.given, self.guard = good, 0, threading.Lock()

    def __call__(self, request):
        if request.path == "/oauth2/token/":
            with self.guard:
                self.given += 1
                return http(200, {"access_token": f"token-{self.given}", "expires_in": 36000})
        return OK if request.headers["authorization"].removeprefix("Bearer ") in self.good else http(401)


def both(wire, good):
    server = wire(route=TokenServer(good))
    tokens = source(MemoryTokenStore(), url=f"{server.url}/oauth2/token/")
    return server, transport(server.url, tokens)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_it_asks_again_after_a_401_but_only_once(wire, method):
    server, sender = both(wire, {"token-2"})
    assert sender.request(method, "/x", request_id="r").status == 200
    assert [request.path for request in server.requests].count("/oauth2/token/") == 2
    assert len(server.requests) == 4


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_second_401_is_final(wire, method):
    server, sender = both(wire, set())
    with pytest.raises(AuthenticationFailed) as caught:
        sender.request(method, "/x", request_id="r-1")
    assert (caught.value.status, caught.value.sent, caught.value.request_id) == (401, True, "r-1")
    assert len(server.requests) == 4
    assert "token-" not in str(caught.value)


def test_a_storm_of_401_fetches_one_new_token(wire):
    server, sender = both(wire, {"token-2"})
    together = threading.Barrier(50)

    def one(_):
        together.wait()
        return sender.request("GET", "/x", request_id="r").status

    with ThreadPoolExecutor(50) as pool:
        assert set(pool.map(one, range(50))) == {200}
    assert server.route.given == 2


def test_no_fresh_token_after_a_401_means_that_nothing_was_done(wire):
    server = wire(route=lambda request: http(401) if request.path.endswith("/x") else http(503))
    with pytest.raises(Unreachable) as caught:
        post(server.url, tokens=with_token_at(server))
    assert not caught.value.sent


def with_token_at(server):
    store = MemoryTokenStore()
    store.set("a", with_token().token(), 100)
    return source(store, url=f"{server.url}/oauth2/token/")


def test_without_a_token_the_api_is_not_called(wire):
    server = wire(http(401, {"error": "invalid_client"}))
    with pytest.raises(AuthenticationFailed) as caught:
        post(server.url, tokens=source(url=f"{server.url}/oauth2/token/"))
    assert not caught.value.sent
    assert caught.value.request_id == "r-1"
    assert [request.path for request in server.requests] == ["/oauth2/token/"]


class Memory:
    def __init__(self, *, open_door=True):
        self.open_door, self.seen = open_door, []

    def require(self, kind):
        if not self.open_door:
            raise KnownAway("Away.")

    def record(self, kind, *, reached, seconds):
        assert seconds >= 0
        self.seen.append((kind, reached))


def test_nothing_is_sent_to_a_side_that_is_known_to_be_away(wire):
    server = wire(OK)
    with pytest.raises(KnownAway) as caught:
        post(server.url, breaker=Memory(open_door=False))
    assert not caught.value.sent
    assert not server.requests


@pytest.mark.parametrize(
    ("say", "reached"), [(OK, True), (http(404), True), (http(500), True), (http(503), False), (hang_up, False)]
)
def test_the_breaker_learns_what_happened(wire, say, reached):
    breaker = Memory()
    with suppress(PoderoError):
        post(wire(say).url, breaker=breaker)
    assert breaker.seen == [("register", reached)]


@pytest.mark.parametrize("say", [http(503), hang_up, http(200, b"[", length=9)])
def test_both_tries_of_a_read_are_one_call_to_the_breaker(wire, say):
    breaker, server = Memory(), wire(say)
    with pytest.raises(PoderoError):
        get(server.url, breaker=breaker, timeouts=Timeouts(2, 1, 5))
    assert breaker.seen == [("reads", False)]


def test_a_token_that_cannot_be_had_is_told_as_the_token_and_not_as_the_read(wire):
    breaker, server = Memory(), wire(http(503))
    with pytest.raises(Unreachable):
        get(server.url, tokens=source(url=f"{server.url}/oauth2/token/", breaker=breaker), breaker=breaker)
    assert breaker.seen == [("token", False)]


def test_a_refusal_of_the_token_endpoint_is_an_answer(wire):
    breaker, server = Memory(), wire(http(401, b'{"error": "invalid_client"}'))
    with pytest.raises(AuthenticationFailed):
        get(server.url, tokens=source(url=f"{server.url}/oauth2/token/", breaker=breaker), breaker=breaker)
    assert breaker.seen == [("token", True)]


def test_one_clock_over_token_tries_and_pauses_ends_them_together(wire):
    server = wire(http(503))
    with within(0.15), pytest.raises(PoderoError):
        get(server.url)
    assert len(server.requests) == 1  # the second try would have begun after the end


def test_of_two_clocks_the_earlier_one_counts():
    with within(60), within(1000):
        assert seconds_left() <= 60
    assert seconds_left() == math.inf


@pytest.mark.parametrize(
    ("say", "status", "error"),
    [(OK, 200, ""), (http(404), 404, ""), (hang_up, None, "Interrupted"), (http(200, b"{", length=9), 200, "TimedOut")],
)
def test_every_exchange_is_told_to_whoever_measures(wire, say, status, error):
    seen = []
    with suppress(PoderoError):
        post(wire(say).url, on_exchange=seen.append, timeouts=Timeouts(2, 1, 5))
    [exchange] = seen
    assert (exchange.method, exchange.path, exchange.status, exchange.error) == ("POST", "/x", status, error)
    assert exchange.request_id == "r-1"


@pytest.mark.parametrize(
    "url", ["http://app.podero.com", "app.podero.com", "https://u:p@app.podero.com", "https://x?y"]
)
def test_only_a_plain_https_address_is_accepted(url):
    with pytest.raises(NotConfigured):
        Transport(url, with_token())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"{",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b"[" * 100_000,
        b"\xff\xfe\x00",
        b"1" * 5000,
    ],
)
def test_a_success_that_is_no_json_breaks_the_contract(wire, body):
    answer = get(wire(http(200, body)).url)
    if body == b"1" * 5000:
        assert answer.json() == "1" * 5000
        return
    with pytest.raises(ContractViolation) as caught:
        answer.json()
    assert caught.value.sent
    assert caught.value.status == 200
    assert caught.value.readable_id is None


def test_an_id_beside_rubbish_is_saved(wire):
    answer = get(wire(http(200, b'{"id": "9d1f6a6e-3c0f-4d0b-8b8e-0e6f2f3a4b5c", "latitude": NaN}')).url)
    with pytest.raises(ContractViolation) as caught:
        answer.json()
    assert str(caught.value.readable_id) == "9d1f6a6e-3c0f-4d0b-8b8e-0e6f2f3a4b5c"


def test_a_byte_order_mark_is_no_obstacle(wire):
    assert get(wire(http(200, b'\xef\xbb\xbf{"a": 1}')).url).json() == {"a": 1}


def test_neither_an_answer_nor_an_error_shows_the_token(wire):
    with pytest.raises(Interrupted) as caught:
        post(wire(hang_up).url)
    assert "token-one" not in f"{caught.value!r} {caught.value.__dict__} {caught.value.__cause__!r}"


@pytest.mark.parametrize("body", [b"<html>", b'{"id": ', b"\xff\xfe", b"", b"[" * 100_000])
def test_an_answer_that_is_no_json_is_told_without_names_of_our_code(body: bytes) -> None:
    answer = Answer(status=200, body=body, duration_ms=1, request_id="r")
    with pytest.raises(ContractViolation) as caught:
        answer.json()
    assert str(caught.value) == "Podero's answer cannot be read: it is no sound JSON."
