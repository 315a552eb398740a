"""A command that misses its database or its cache says so in one sentence, and ends with a code that is not 0."""

import subprocess
from pathlib import Path

import pytest

from tests.faults.alone import run_alone

ADD_STAFF = "add_staff a@example.com --role agent --organization 016b78a7-0c7c-4241-a277-015c3ad3cb90"
COMMANDS = ["load_organizations", "check_connection", "sync", "settle", "sweep", ADD_STAFF]
NOBODY = "127.0.0.1:9"

pytestmark = pytest.mark.faults


def name_of(command: str) -> str:
    return command.partition(" ")[0]


def manage(command: str, folder: Path, **values: str) -> subprocess.CompletedProcess[str]:
    return run_alone(["manage.py", *command.split()], folder, DJANGO_SETTINGS_MODULE="podero_admin.settings", **values)


def says(ended: subprocess.CompletedProcess[str], words: str) -> None:
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert words in line
    assert line.endswith(".")


@pytest.mark.parametrize("command", [*COMMANDS, "migrate"], ids=name_of)
def test_without_a_database_it_says_so(command: str, tmp_path: Path) -> None:
    ended = manage(command, tmp_path, DATABASE_URL=f"postgres://u:hunter2@{NOBODY}/n")
    says(ended, f"{name_of(command)} was broken off: the database does not answer (")
    assert "hunter2" not in ended.stderr


@pytest.mark.parametrize("command", ["load_organizations", "settle", ADD_STAFF], ids=name_of)
def test_before_the_first_migration_it_says_so(command: str, tmp_path: Path) -> None:
    says(manage(command, tmp_path), f"{name_of(command)} was broken off: the database is not migrated (no such table")


def test_without_its_cache_it_says_so(tmp_path: Path) -> None:
    assert manage("migrate -v0", tmp_path).returncode == 0
    ended = manage("sync", tmp_path, CACHE_URL=f"redis://{NOBODY}/1")
    says(ended, "sync was broken off: the cache does not answer (")


def test_a_migration_that_fails_shows_where(tmp_path: Path) -> None:
    """It is the one command for which the database is not migrated yet, and its errors are the program's."""
    assert manage("migrate -v0 sessions", tmp_path).returncode == 0
    import sqlite3

    with sqlite3.connect(tmp_path / "alone.sqlite3") as database:
        database.execute("CREATE TABLE accounts_staff (id)")
    database.close()
    ended = manage("migrate -v0", tmp_path)
    assert ended.returncode != 0
    assert "Traceback" in ended.stderr
