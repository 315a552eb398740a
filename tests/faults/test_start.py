"""A wrong setting ends the web server and the worker: words once, a code, and nobody who is started anew for ever."""

import subprocess
from pathlib import Path

import pytest

from tests.faults.alone import run_alone

WEB = ("gunicorn", "--config", "python:podero_admin.gunicorn", "--bind", "127.0.0.1:0")
WORKER = ("celery", "--quiet", "--app", "podero_admin.celery", "worker", "--pool", "threads", "--concurrency", "1")

pytestmark = pytest.mark.faults


def start(command: tuple[str, ...], folder: Path, **values: str) -> subprocess.CompletedProcess[str]:
    return run_alone(["-m", *command], folder, PYTHONWARNINGS="ignore:::celery.platforms", **values)


@pytest.mark.parametrize("command", [WEB, WORKER], ids=["web", "worker"])
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("TRUSTED_PROXIES", "many", "TRUSTED_PROXIES ('many') cannot be used: set it to"),
        (
            "DATABASE_URL",
            "sqlite:////dev/null/no/start.sqlite3",
            "DATABASE_URL cannot be used: the folder /dev/null/no",
        ),
        ("PODERO_DEADLINE", "500", "Set PODERO_DEADLINE to 110 or less."),
    ],
)
def test_it_does_not_start_with_a_wrong_value(
    command: tuple[str, ...], name: str, value: str, words: str, tmp_path: Path
) -> None:
    ended = start(command, tmp_path, **{name: value})
    assert ended.returncode != 0
    assert "podero_admin cannot start.\n" in ended.stderr
    assert ended.stderr.count(words) == 1
    assert "Traceback" not in ended.stdout + ended.stderr
