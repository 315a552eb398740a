"""`python -m podero_admin.demo`: start everything, say where and as whom, end everything.

Only the standard library is used here, and of the environment only PORT and SANDBOX_PORT.
"""

import argparse
import contextlib
import fcntl
import os
import signal
import socket
import sqlite3
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from podero_admin.demo.people import PEOPLE, organizations_file
from podero_admin.demo.processes import ROOT, Demo, Failed, Stopped

READY_SECONDS = 80.0


def _say(text: str) -> None:
    print(text, flush=True)


def _port(values: Mapping[str, str], name: str, default: int) -> int:
    raw = values.get(name, "").strip() or str(default)
    if not raw.isdigit() or not 0 < int(raw) < 65_536:
        raise Failed(f"{name} is {raw}: set it to a port from 1 to 65535.")
    return int(raw)


@contextlib.contextmanager
def _alone(demo: Demo) -> Iterator[None]:
    """One at a time over the same database and queue; the lock goes with this process, however that ends."""
    demo.var.mkdir(parents=True, exist_ok=True)
    with (demo.var / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Failed(f"It is running already, from {demo.var}: stop that one, or use another clone.") from None
        yield


def _claim(**ports: int) -> None:
    """Each is free now, and not one of the others."""
    with contextlib.ExitStack() as held:
        for name, port in ports.items():
            probe = held.enter_context(socket.socket())
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                probe.listen()
            except OSError as error:
                raise Failed(f"Port {port} cannot be used ({error.strerror}): choose another with {name}=…") from None


def write_organizations(demo: Demo) -> None:
    demo.organizations.parent.mkdir(parents=True, exist_ok=True)
    demo.organizations.write_text(organizations_file(demo.sandbox), encoding="utf-8")


def _newest(folder: Path) -> float:
    return max(path.stat().st_mtime for path in folder.rglob("*"))


def collect_static(demo: Demo) -> None:
    """Only when a source is newer than what was collected last."""
    collected = ROOT / "staticfiles" / "staticfiles.json"
    sources = max(_newest(ROOT / "static"), (ROOT / "requirements.txt").stat().st_mtime)
    if collected.exists() and collected.stat().st_mtime > sources:
        return
    _say("Collecting static files …")
    demo.manage("collectstatic", "--noinput", "--clear")


def _rows(database: Path, query: str) -> set[Any]:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return {row[0] for row in connection.execute(query)}


def add_people(demo: Demo) -> None:
    known = _rows(demo.database, "SELECT email FROM accounts_staff")
    for role, name, email, password, organizations in PEOPLE:
        if email in known:
            continue
        _say(f"Adding the {role} …")
        for organization in organizations:
            demo.manage(
                "add_staff", email, "--role", role, "--name", name, "--organization", organization,
                "--password-env", "DEMO_PASSWORD", DEMO_PASSWORD=password,
            )  # fmt: skip


def fill_mirror(demo: Demo) -> None:
    if _rows(demo.database, "SELECT 1 FROM directory_customer LIMIT 1"):
        return
    _say("Fetching the demo customers and their vehicles …")
    demo.manage("sync")


def _answers(address: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=2) as response:
            return bool(response.status == 200)
    except urllib.error.HTTPError as answer:
        return address.endswith("/") and answer.code < 500
    except OSError:
        return False


def wait_for(demo: Demo, name: str, address: str) -> None:
    until = time.monotonic() + READY_SECONDS
    while not _answers(address):
        demo.check_children()
        if time.monotonic() > until:
            raise Failed(f"The {name} did not answer at {address} within {READY_SECONDS:.0f} s.")
        time.sleep(0.1)


def start_all(demo: Demo) -> None:
    write_organizations(demo)
    _say("Starting the sandbox …")
    ledger = demo.var / "demo" / "ledger.jsonl"  # what was registered is still there after a restart
    demo.start("sandbox", "podero_admin.sandbox", "--port", str(demo.sandbox_port), "--ledger", str(ledger))
    collect_static(demo)
    _say("Migrating the database …")
    demo.manage("migrate", "--noinput", "--skip-checks")  # mends what a kill half-way left behind
    add_people(demo)
    wait_for(demo, "sandbox", f"{demo.sandbox}/")
    fill_mirror(demo)
    _say("Starting the worker and the dashboard …")
    demo.start(
        "worker", "celery", "--quiet", "--app", "podero_admin.celery", "worker", "--pool", "threads",
        "--concurrency", "4", "--with-scheduler", "--loglevel", "WARNING",
        "--without-gossip", "--without-mingle", "--without-heartbeat",
    )  # fmt: skip
    demo.start("dashboard", "gunicorn", "--config", "python:podero_admin.gunicorn", "--bind", f"127.0.0.1:{demo.port}")
    wait_for(demo, "dashboard", f"{demo.address}/readyz")


def greet(demo: Demo) -> None:
    _say(f"\nPodero Admin is ready at {demo.address} (with the sandbox, nothing is real).\nSign in as:\n")
    for role, _name, email, password, _ in PEOPLE:
        _say(f"{role:<13}  {email:<24}  {password}")
    _say("\nCtrl-C stops everything.")


@contextlib.contextmanager
def _signals_raise() -> Iterator[None]:
    def stop(*_: object) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)  # once is enough: from here on things are being ended
        raise Stopped

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        signal.signal(number, stop)
    yield


def run(demo: Demo) -> int:
    try:
        with _signals_raise(), _alone(demo):
            _claim(PORT=demo.port, SANDBOX_PORT=demo.sandbox_port)
            start_all(demo)
            greet(demo)
            while True:
                demo.check_children()
                time.sleep(0.5)
    except Stopped:
        _say("\nStopping …")
        return 0
    except Failed as failed:
        print(failed, file=sys.stderr, flush=True)
        return 1
    finally:
        demo.stop()
        _say("Stopped.")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m podero_admin.demo", description=__doc__)
    parser.add_argument("--var", type=Path, default=ROOT / "var", help="where the database and the queue are kept")
    options = parser.parse_args(arguments)
    try:
        port = _port(os.environ, "PORT", 8000)
        demo = Demo(port, _port(os.environ, "SANDBOX_PORT", port + 1), options.var.resolve())
    except Failed as failed:
        print(failed, file=sys.stderr)
        return 1
    return run(demo)


if __name__ == "__main__":
    sys.exit(main())
