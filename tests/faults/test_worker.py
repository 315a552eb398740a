"""A real worker with its scheduler: nudges are carried out, a kill loses nothing that matters, SIGTERM ends it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from podero_admin import folder_broker
from tests.faults.alone import environment_of

ROOT = Path(__file__).resolve().parents[2]
BROKERS = ["", *filter(None, [os.environ.get("TEST_BROKER_URL")])]
SECONDS = 200.0
WORKER = (
    sys.executable, "-m", "celery", "--quiet", "--app", "podero_admin.celery", "worker", "--pool", "threads",
    "--concurrency", "2", "--with-scheduler", "--loglevel", "WARNING",
    "--without-gossip", "--without-mingle", "--without-heartbeat",
)  # fmt: skip

pytestmark = pytest.mark.faults


@pytest.fixture(params=BROKERS, ids=lambda url: url.partition(":")[0] or "folder")
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    return environment_of(tmp_path, BROKER_URL=request.param, PYTHONWARNINGS="ignore:::celery.platforms")


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True, timeout=200)
    started: list[subprocess.Popen[bytes]] = []

    def act() -> subprocess.Popen[bytes]:
        with (tmp_path / "output.txt").open("ab") as output:
            started.append(subprocess.Popen(WORKER, cwd=ROOT, env=environment, stdout=output, stderr=output))
        return started[-1]

    yield act
    for process in started:
        process.kill()
        process.wait(10)


def organizations(environment: dict[str, str]) -> list[Any]:
    """What a directory refresh leaves, whether or not Podero answers: an error sentence at the organisation."""
    import sqlite3

    with sqlite3.connect(environment["DATABASE_URL"].removeprefix("sqlite:///")) as connection:
        return connection.execute(
            "SELECT directory_error FROM organizations_organization WHERE directory_error <> ''"
        ).fetchall()


def nudge(environment: dict[str, str]) -> None:
    code = "import podero_admin.celery; from celery import current_app; current_app.send_task('directory.refresh_due')"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, timeout=200)


def until(condition: Callable[[], Any], process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.2)


def test_a_nudge_that_waited_is_carried_out_and_sigterm_ends_the_worker(
    start: Callable[[], subprocess.Popen[bytes]], environment: dict[str, str], tmp_path: Path
) -> None:
    nudge(environment)
    assert organizations(environment) == []
    process = start()
    until(lambda: len(organizations(environment)) == 2, process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert "Traceback" not in (tmp_path / "output.txt").read_text()


def test_a_worker_that_was_killed_is_followed_by_one_that_works(
    start: Callable[[], subprocess.Popen[bytes]], environment: dict[str, str]
) -> None:
    first = start()
    time.sleep(3)
    first.kill()
    first.wait(10)
    nudge(environment)
    second = start()
    until(lambda: len(organizations(environment)) == 2, second)


def test_what_a_kill_left_in_the_folder_is_swept_and_what_waits_stays(tmp_path: Path) -> None:
    old = time.time() - 2 * folder_broker.LEFTOVER_SECONDS
    for name in ("1-a.queue.part", "2-b.queue.taken", "3-c.queue.msg", "4-d.queue.part"):
        (tmp_path / name).write_text("{")
        os.utime(tmp_path / name, (old, old))
    (tmp_path / "4-d.queue.part").touch()
    folder_broker.sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["3-c.queue.msg", "4-d.queue.part"]
