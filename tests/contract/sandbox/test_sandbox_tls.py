"""The stand-in over TLS: the same answers, and the ways in which only TLS can break."""

import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from podero_admin.sandbox.faults import Fault
from podero_admin.sandbox.records import User
from podero_admin.sandbox.server import Running, serve, tls_of
from podero_admin.sandbox.world import World
from tests.certificate import write
from tests.contract.sandbox.caller import Caller


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("tls") / "server.pem")


@pytest.fixture
def running(world: World, bundle: Path) -> Iterator[Running]:
    running = serve(world, tls=tls_of(bundle, bundle))
    yield running
    running.stop()


@pytest.fixture
def caller(running: Running, user: User, bundle: Path) -> Iterator[Caller]:
    caller = Caller(running, user.organization_id)
    caller.session.trust_env, caller.session.verify = False, str(bundle)
    token = caller.token(verify=str(bundle)).json()["access_token"]
    caller.session.headers["Authorization"] = f"Bearer {token}"
    yield caller
    caller.session.close()


def test_it_answers_as_over_plain_http(caller: Caller, user: User, world: World) -> None:
    assert caller.register(user.id, {"comment": "x"}).json()["comment"] == "x"
    assert caller.vehicles(user.id).json() == world.vehicles_of(user.id)
    assert caller.running.base_url.startswith("https://")


def test_who_does_not_trust_it_says_nothing(caller: Caller, user: User, world: World) -> None:
    asked = len(world.requests)
    with pytest.raises(requests.exceptions.SSLError):
        caller.register(user.id, verify=True)
    assert len(world.requests) == asked


def test_a_whole_answer_is_there_before_tls_is_torn_off(caller: Caller, user: User, world: World) -> None:
    world.faults.add(Fault("tls_torn", match="register"))
    answer = caller.register(user.id)
    assert "Content-Length" not in answer.headers
    assert answer.json()["id"] == world.ledger.entries[0].vehicle


@pytest.mark.parametrize("kind", ["tls_garbled", "tls_cut"])
def test_noise_follows_a_whole_answer_or_half_of_one(caller: Caller, user: User, world: World, kind: str) -> None:
    whole = len(caller.register(user.id, {"comment": "x" * 100}).content)
    world.faults.add(Fault(kind, match="register"))
    answer = caller.register(user.id, {"comment": "x" * 100}, stream=True)
    read: list[bytes] = []
    with pytest.raises((requests.RequestException, ssl.SSLError)):
        read.extend(answer.iter_content(1))
    assert len(read) == (whole if kind == "tls_garbled" else whole // 2)
    assert len(world.ledger.entries) == 2


@pytest.mark.parametrize(("kind", "done"), [("tls_broken_before", 0), ("tls_broken_after", 1)])
def test_noise_instead_of_an_answer(caller: Caller, user: User, world: World, kind: str, done: int) -> None:
    world.faults.add(Fault(kind, match="register"))
    with pytest.raises((requests.exceptions.SSLError, requests.ConnectionError)):
        caller.register(user.id)
    assert len(world.ledger.entries) == done
    assert caller.register(user.id).status_code == 200


def test_an_ordinary_end_is_said_in_tls(running: Running, bundle: Path) -> None:
    context = ssl.create_default_context(cafile=str(bundle))
    plain = socket.create_connection(("127.0.0.1", running.port), timeout=5)
    with context.wrap_socket(plain, server_hostname="127.0.0.1", suppress_ragged_eofs=False) as line:
        line.sendall(b"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        while line.recv(65536):
            pass  # it raises at an end that was not said


def test_the_program_wants_port_certificate_and_key_together() -> None:
    command = [sys.executable, "-m", "podero_admin.sandbox", "--tls-port", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "go together" in done.stderr
