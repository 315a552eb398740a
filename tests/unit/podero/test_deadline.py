"""One clock over a whole call; and whether anything was sent is known, not guessed."""

import gzip
import socket
import time

import pytest

from podero_admin.podero import (
    ContractViolation,
    Interrupted,
    InvalidRequest,
    ServerError,
    TimedOut,
    Timeouts,
    Unreachable,
)

from .wire import QUICK, drip, hang_up, http, reset_after, silence, transport

WHOLE = b'{"id": "9d1f6a6e-3c0f-4d0b-8b8e-0e6f2f3a4b5c"}'


def post(url, **options):
    return transport(url, **{"timeouts": QUICK} | options).request("POST", "/x", json={}, request_id="r-1")


def failure(url, **options):
    started = time.monotonic()
    with pytest.raises(Unreachable) as caught:
        post(url, **options)
    assert time.monotonic() - started < 30  # without the clock it would never end
    return caught.value


@pytest.mark.parametrize(
    "say",
    [
        drip(http(200, WHOLE)),
        drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 20),
        drip(http(200, b" " * 100), pause=0.01),
        silence,
    ],
    ids=["headers", "for ever continue", "body", "silence"],
)
def test_it_gives_up_at_the_deadline_however_slowly_the_answer_drips(wire, say):
    error = failure(wire(say).url)
    assert type(error) is TimedOut
    assert error.sent
    assert error.retryable
    assert error.request_id == "r-1"


def test_it_gives_up_on_a_body_that_drips_after_prompt_headers(wire):
    whole = http(200, b" " * 100)

    def say(line):
        line.sendall(whole[:-100])
        drip(whole[-100:])(line)

    error = failure(wire(say).url)
    assert type(error) is TimedOut
    assert error.status == 200


@pytest.mark.parametrize(
    "say", [hang_up, reset_after(b""), reset_after(b"HTTP/1.1 2"), reset_after(b"rubbish\r\n\r\n")]
)
def test_a_connection_lost_after_sending_is_interrupted(wire, say):
    error = failure(wire(say).url)
    assert type(error) is Interrupted
    assert error.sent


def test_a_body_shorter_than_announced_is_interrupted_and_keeps_what_was_read(wire):
    error = failure(wire(reset_after(http(200, WHOLE[:20], length=48))).url)
    assert type(error) is Interrupted
    assert (error.answer_status, error.answer_body) == (200, WHOLE[:20].decode())


def test_an_object_that_arrived_whole_counts_although_the_connection_broke_behind_it(wire):
    endless = http(200, WHOLE).replace(b"Content-Length: 46\r\n", b"")
    assert post(wire(reset_after(endless)).url).json()["id"]


@pytest.mark.parametrize(("status", "kind"), [(422, InvalidRequest), (500, ServerError)])
def test_a_refusal_is_one_even_when_its_text_is_cut(wire, status, kind):
    with pytest.raises(kind) as caught:
        post(wire(reset_after(http(status, b'{"detail": "sor', length=500))).url)
    assert caught.value.answer_body.startswith('{"detail"')


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as door:
        return f"http://127.0.0.1:{door.getsockname()[1]}"


def test_a_refused_connection_was_not_sent():
    error = failure(closed_port())
    assert type(error) is Unreachable
    assert not error.sent
    assert "refused" in str(error)


def test_a_name_that_does_not_exist_was_not_sent():
    error = failure("http://no-such-host.invalid")
    assert type(error) is Unreachable
    assert not error.sent
    assert "name" in str(error)


def test_a_connect_timeout_was_not_sent():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as door:
        address = door.getsockname()
        crowd = [socket.socket() for _ in range(4)]
        for one in crowd:
            one.setblocking(False)
            one.connect_ex(address)
        error = failure(f"http://127.0.0.1:{address[1]}", timeouts=Timeouts(0.1, 0.4, 0.5))
        for one in crowd:
            one.close()
    assert type(error) is Unreachable
    assert not error.sent
    assert "in time" in str(error)


def test_a_call_whose_time_is_over_before_it_begins_is_not_sent(wire):
    server = wire(http(200, WHOLE))
    error = failure(server.url, timeouts=Timeouts(1, 1, 0))
    assert type(error) is Unreachable
    assert not error.sent
    assert not server.requests


def test_a_body_that_nobody_reads_times_out_and_counts_as_sent(wire):
    with socket.create_server(("127.0.0.1", 0)) as door:
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
        with pytest.raises(TimedOut) as caught:
            transport(url, timeouts=Timeouts(1, 0.4, 5)).request(
                "POST", "/x", json={"comment": "x" * 20_000_000}, request_id="r"
            )
    assert caught.value.sent


def test_a_certificate_that_is_not_trusted_was_not_sent(wire, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate.bundle)
    server = wire(http(200, WHOLE), tls=certificate.server)
    error = failure(server.url)
    assert type(error) is Unreachable
    assert not error.sent
    assert "secure" in str(error)
    assert not server.requests


def test_a_configured_bundle_is_trusted(wire, certificate):
    server = wire(http(200, WHOLE), tls=certificate.server)
    assert post(server.url, ca_bundle=certificate.bundle, allow_insecure=False).status == 200


def test_tls_that_breaks_after_the_handshake_is_interrupted(wire, certificate):
    server = wire(reset_after(b""), tls=certificate.server)
    error = failure(server.url, ca_bundle=certificate.bundle)
    assert type(error) is Interrupted
    assert error.sent


def test_a_tls_answer_that_drips_ends_at_the_deadline_too(wire, certificate):
    error = failure(wire(drip(http(200, WHOLE)), tls=certificate.server).url, ca_bundle=certificate.bundle)
    assert type(error) is TimedOut


def test_a_packed_bomb_costs_little(wire):
    bomb = gzip.compress(b" " * 50_000_000)
    with pytest.raises(ContractViolation, match="larger"):
        post(wire(http(200, bomb, Content_Encoding="gzip")).url, body_cap=100_000, timeouts=Timeouts(1, 1, 5))


def test_an_answer_over_the_cap_is_refused(wire):
    with pytest.raises(ContractViolation, match="larger"):
        post(wire(http(200, b"[" + b" " * 1000 + b"]")).url, body_cap=1000)


def test_a_packed_answer_is_unpacked(wire):
    assert post(wire(http(200, gzip.compress(WHOLE), Content_Encoding="gzip")).url).body == WHOLE


def test_an_answer_that_only_claims_to_be_packed_breaks_the_contract(wire):
    with pytest.raises(ContractViolation, match="unpacked"):
        post(wire(http(200, b"not gzip", Content_Encoding="gzip")).url)


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_proxies_of_the_environment_are_not_believed(wire, monkeypatch, name):
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert post(wire(http(200, WHOLE)).url).status == 200
