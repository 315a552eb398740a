"""`make run` as real processes: it starts twice, takes two ports and nothing else, and leaves no child behind."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 400.0

pytestmark = pytest.mark.faults


def free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


class Running:
    """The demonstration, started as the Makefile does, in a folder of its own."""

    def __init__(self, var: Path, **environment: str) -> None:
        var.mkdir(parents=True, exist_ok=True)
        self.port, self.sandbox_port = free_ports()
        self.output = var / "output.txt"
        given = {"PORT": str(self.port), "SANDBOX_PORT": str(self.sandbox_port)} | environment
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "podero_admin.demo", "--var", str(var)],
                cwd=ROOT,
                env={"PATH": os.environ["PATH"]} | given,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def text(self) -> str:
        return self.output.read_text()

    def until(self, words: str) -> "Running":
        end = time.monotonic() + SECONDS
        while words not in self.text:
            assert self.process.poll() is None, self.text
            assert time.monotonic() < end, self.text
            time.sleep(0.1)
        return self

    def ready(self) -> "Running":
        return self.until("Ctrl-C stops everything.")

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)

    def people(self) -> dict[str, tuple[str, str]]:
        found = re.findall(r"^(\w+) +(\S+@\S+) +(\S+)$", self.text, re.MULTILINE)
        return {role: (email, password) for role, email, password in found}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the first start leaves, so that not every test has to begin from nothing."""
    var = tmp_path_factory.mktemp("make-run") / "var"
    first = Running(var)
    try:
        assert "Fetching the demo customers" in first.ready().text
    finally:
        code = first.stop(signal.SIGTERM)
    assert code == 0
    return var


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start in this test's own folder, which may begin as a copy of another."""
    started: list[Running] = []

    def act(like: Path | None = None, **environment: str) -> Running:
        if like and not started:
            shutil.copytree(like, tmp_path / "var")
        started.append(Running(tmp_path / "var", **environment))
        return started[-1]

    yield act
    for running in started:
        if running.process.poll() is None:
            children = running.children()
            running.process.kill()
            running.process.wait(10)
            for child in children:
                if child.is_running():
                    child.kill()


def gone(processes: list[psutil.Process]) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=60)
    return not alive


def browser() -> Any:
    return build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))


def sign_in(running: Running, email: str, password: str) -> str:
    address, client = f"http://127.0.0.1:{running.port}/accounts/login/", browser()
    form = client.open(address, timeout=60).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
    assert token
    data = urlencode({"login": email, "password": password, "csrfmiddlewaretoken": token[1]})
    return str(client.open(address, data.encode(), timeout=60).read().decode())


def test_a_newcomer_signs_in_as_each_role_and_ctrl_c_ends_everything(
    start: Callable[..., Running], prepared: Path
) -> None:
    running = start(
        prepared,
        DATABASE_URL="postgres://nobody@127.0.0.1:1/nowhere",
        SECRET_KEY="the-shell-around-has-one-too",
        PODERO_ORGANIZATIONS="/nowhere/organizations.toml",
        DEBUG="true",
        ALLOWED_HOSTS="elsewhere.example.com",
        DJANGO_SETTINGS_MODULE="nowhere.settings",
        HTTP_PROXY="http://127.0.0.1:1",
        http_proxy="http://127.0.0.1:1",
    ).ready()
    assert f"http://127.0.0.1:{running.port}" in running.text
    people = running.people()
    assert set(people) == {"agent", "senior", "supervisor", "administrator"}
    for email, password in people.values():
        page = sign_in(running, email, password)
        assert "sandbox" in page.lower()
        assert "/accounts/logout/" in page
    children = running.children()
    assert len(children) >= 4
    assert not [child for child in children if "the-shell-around-has-one-too" in child.environ().values()]
    assert not [child for child in children if {"DEBUG", "HTTP_PROXY", "http_proxy"} & set(child.environ())]
    shown = " ".join(" ".join(child.cmdline()) for child in children)
    assert not [word for word in ("-sandbox", *(password for _, password in people.values())) if word in shown]
    assert running.stop() == 0
    assert gone(children)


def test_it_starts_again_with_what_was_there(start: Callable[..., Running], prepared: Path) -> None:
    again = start(prepared).ready()
    assert "Adding the" not in again.text
    assert "Fetching the demo customers" not in again.text
    assert again.stop(signal.SIGTERM) == 0


def test_a_start_that_was_killed_half_way_leaves_nothing_broken(start: Callable[..., Running]) -> None:
    first = start().until("Migrating the database")
    children = first.children()
    first.process.kill()
    first.process.wait(10)
    assert gone(children), "the kernel ends the children of a killed parent"
    assert start().ready().stop() == 0


def test_when_one_process_dies_it_says_which_and_ends_the_rest(start: Callable[..., Running], prepared: Path) -> None:
    running = start(prepared).ready()
    children = running.children()
    (worker,) = [child for child in children if "celery" in child.cmdline()]
    worker.kill()
    assert running.process.wait(60) == 1
    assert "The worker ended by itself (code -9)" in running.text
    assert gone(children)


def test_a_port_that_is_taken_is_one_sentence(start: Callable[..., Running]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        running = start(PORT=port)
        assert running.process.wait(60) == 1
    assert (
        running.text.splitlines()[0]
        == f"Port {port} cannot be used (Address already in use): choose another with PORT=…"
    )
    assert "Traceback" not in running.text


def test_a_second_one_in_the_same_clone_is_refused_and_leaves_the_first_alone(
    start: Callable[..., Running], prepared: Path
) -> None:
    first = start(prepared).ready()
    organizations = (prepared / "demo" / "organizations.toml").read_text()
    second = start(prepared)
    assert second.process.wait(60) == 1
    assert second.text.startswith("It is running already, from ")
    assert "Traceback" not in second.text
    assert (prepared / "demo" / "organizations.toml").read_text() == organizations
    assert first.process.poll() is None
    assert first.stop() == 0


def test_one_port_for_two_is_one_sentence(start: Callable[..., Running]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    running = start(PORT=port, SANDBOX_PORT=port)
    assert running.process.wait(60) == 1
    assert running.text.startswith(f"Port {port} cannot be used (Address already in use): choose another with SANDBOX_")


@pytest.mark.parametrize("value", ["no", "0", "70000", "-1"])
def test_a_port_that_is_none_is_one_sentence(start: Callable[..., Running], value: str) -> None:
    running = start(PORT=value)
    assert running.process.wait(60) == 1
    assert running.text.strip() == f"PORT is {value}: set it to a port from 1 to 65535."
