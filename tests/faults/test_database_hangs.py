"""A database that takes a connection and never answers: the web says so within seconds, and stays alive."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.bench.serving import free_port

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 200.0
THREADS = 2
SIGNED_IN = {"Cookie": f"podero_session={'a' * 32}"}
#: What connect_timeout is, twice, and some more for a busy machine. Without one it would be two minutes and more.
A_MOMENT = 25.0

pytestmark = pytest.mark.faults
Get = Callable[[str], tuple[int, str, float]]


@pytest.fixture
def hanging() -> Iterator[int]:
    """The port of a listener whose kernel completes the handshake of TCP, and nobody that of PostgreSQL."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(200)
        yield listener.getsockname()[1]


@pytest.fixture
def get(hanging: int, tmp_path: Path) -> Iterator[Get]:
    """Ask a real web process; its status, its answer, and how long it took."""
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PODERO_VAR_DIR": str(tmp_path),
        "TEST_DATABASE_URL": f"postgres://u:p@127.0.0.1:{hanging}/n",
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "python:podero_admin.gunicorn", "--workers", "1"]
    command += ["--threads", str(THREADS), "--bind", f"127.0.0.1:{port}"]

    def ask(path: str) -> tuple[int, str, float]:
        began = time.monotonic()
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=SIGNED_IN)
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return answer.status, answer.read().decode(), time.monotonic() - began
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode(), time.monotonic() - began

    with (
        (tmp_path / "web.log").open("wb") as log,
        subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log) as web,
    ):
        try:
            _until_it_lives(ask, web)
            yield ask
        finally:
            web.kill()


def _until_it_lives(ask: Get, web: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + SECONDS
    while True:
        assert web.poll() is None
        assert time.monotonic() < end
        try:
            assert ask("/livez")[0] == 200
        except OSError:
            time.sleep(0.2)
        else:
            return


def test_ready_says_no_before_a_health_check_loses_patience(get: Get) -> None:
    status, text, seconds = get("/readyz")
    assert (status, text) == (503, "the database does not answer\n")
    assert seconds < 4, "podero_admin.healthcheck waits four seconds"


def test_pages_give_up_and_do_not_keep_the_web_from_being_alive(get: Get) -> None:
    with ThreadPoolExecutor(THREADS) as visitors:
        pages = [visitors.submit(get, "/customers/") for _ in range(THREADS)]
        time.sleep(0.5)  # by now all threads wait
        status, text, seconds = get("/livez")
        assert (status, text) == (200, "ok\n")
        assert seconds < A_MOMENT
        for page in pages:
            status, text, seconds = page.result()
            assert status == 503
            assert "Podero Admin is out of order for a moment" in text
            assert seconds < A_MOMENT
