"""The processes of a run: gunicorn as in production, and the stand-in of Podero's API."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

STARTING_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def call(port: int, path: str, *, method: str = "GET", content: Any = None) -> Any:
    """One request to a lever of the stand-in."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body=None if content is None else json.dumps(content))
    answer = connection.getresponse().read()
    connection.close()
    return json.loads(answer)


@contextmanager
def process(arguments: list[str], *, log: Path, port: int, path: str) -> Iterator[psutil.Process]:
    """A child that has begun to answer on its port; ended with the block."""
    with log.open("ab") as output:
        child = subprocess.Popen([sys.executable, "-m", *arguments], stdout=output, stderr=output)
    try:
        _wait(child, port, path, log)
        yield psutil.Process(child.pid)
    finally:
        child.terminate()
        try:
            child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            child.kill()


def _wait(child: subprocess.Popen[bytes], port: int, path: str, log: Path) -> None:
    until = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < until and child.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", path)
            if connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise RuntimeError(f"{child.args} does not answer: {log.read_text(errors='replace')[-2000:]}")


def gunicorn(port: int, log: Path) -> Any:
    """The project's own configuration: two workers with eight threads each."""
    arguments = ["gunicorn", "--config", "python:podero_admin.gunicorn", "--bind", f"127.0.0.1:{port}"]
    return process(arguments, log=log, port=port, path="/livez")


def sandbox(port: int, log: Path, *, users: int) -> Any:
    arguments = ["podero_admin.sandbox", "--port", str(port), "--users", str(users)]
    return process(arguments, log=log, port=port, path="/sandbox/faults")


def unique_megabytes(master: psutil.Process) -> list[float]:
    """What each worker would give back if it ended."""
    return [worker.memory_full_info().uss / 1e6 for worker in master.children()]


def environment(*, folder: Path, database_url: str, cache_url: str, port: int) -> dict[str, str]:
    """A production environment on loopback; long limits, so that nothing is fetched anew while we measure."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        "SECRET_KEY": "a-key-for-the-bench-only-a-key-for-the-bench-only",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1",
        "ALLOW_INSECURE_UPSTREAM": "true",
        "DATABASE_URL": database_url,
        "CACHE_URL": cache_url,
        "PODERO_ORGANIZATIONS": str(folder / "organizations.toml"),
        "PODERO_VAR_DIR": str(folder),
        "DIRECTORY_MAX_AGE": "900000",
        "MIRROR_AT_ONCE": "8",
        "MIRROR_PER_SECOND": "1000",
        "LOG_FORMAT": "json",
    }
