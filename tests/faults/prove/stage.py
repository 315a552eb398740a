"""The real processes of a run: sandbox, dashboard, worker and database, with time limits scaled down."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import requests

from podero_admin.demo.__main__ import collect_static
from podero_admin.demo.people import ALPENSTROM, NORDVOLT, ORGANIZATION, ORGANIZATIONS
from podero_admin.demo.processes import ROOT, Demo

WINDOW = 3.0
LIMITS = {
    "PODERO_CONNECT_TIMEOUT": "0.3",
    "PODERO_READ_TIMEOUT": "0.6",
    "PODERO_DEADLINE": "0.9",
    "SETTLE_SCHEDULE": "0.2,0.5,1,2,3",
    "SETTLE_WINDOW": str(WINDOW),
    "TIME_SCALE": "0.05",
    "DIRECTORY_MAX_AGE": "900000",
    "MIRROR_MAX_AGE": "900000",
    "LOG_FORMAT": "json",
}
WEB = ("gunicorn", "--config", "python:podero_admin.gunicorn")
WORKER = (
    "celery", "--quiet", "--app", "podero_admin.celery", "worker", "--pool", "threads", "--concurrency", "4",
    "--with-scheduler", "--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat",
)  # fmt: skip
READY_SECONDS = 90.0
PASSWORD = "a long pass phrase for proofs"


@dataclass
class Stage(Demo):
    """What runs; each child's output is kept in a file of the run's own folder."""

    database_url: str = ""
    users: int = 60
    seed: int = 1

    @property
    def ledger(self) -> Path:
        return self.var / "ledger.jsonl"

    def environment(self) -> dict[str, str]:
        chosen = {"DATABASE_URL": self.database_url, "BROKER_URL": os.environ.get("TEST_BROKER_URL", "")}
        return super().environment() | LIMITS | {name: value for name, value in chosen.items() if value}

    def start(self, name: str, *arguments: str) -> None:
        with (self.var / f"{name}.log").open("ab") as output:
            self.children[name] = subprocess.Popen(
                [sys.executable, "-m", *arguments], cwd=ROOT, env=self.environment(), stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip

    def write_organizations(self, **api_urls: str) -> None:
        """The organisations file, written by a rename; `nordvolt="http://…"` sends one of them elsewhere."""
        text = ""
        for key, name, client, zone in ORGANIZATIONS:
            entry = ORGANIZATION.format(id=key, name=name, client=client, zone=zone, sandbox=self.sandbox)
            usual = f'api_url = "{self.sandbox}/api/partners/v2.0"'
            elsewhere = api_urls.get(client)
            text += entry.replace(usual, f'api_url = "{elsewhere}"') if elsewhere else entry
        fresh = self.organizations.with_suffix(".new")
        fresh.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(text, encoding="utf-8")
        fresh.rename(self.organizations)

    def start_sandbox(self) -> None:
        self.start(
            "sandbox", "podero_admin.sandbox", "--port", str(self.sandbox_port), "--ledger", str(self.ledger),
            "--users", str(self.users), "--seed", str(self.seed),
        )  # fmt: skip
        self._wait(f"{self.sandbox}/sandbox/faults")

    def start_web(self) -> None:
        app = "tests.faults.prove.killing:application"
        self.start("web", *WEB, "--bind", f"127.0.0.1:{self.port}", app)
        self._wait(f"{self.address}/readyz")

    def start_worker(self) -> None:
        self.start("worker", *WORKER)

    def collect(self) -> None:
        collect_static(self)

    def kill_web_worker(self, choice: float) -> None:
        """SIGKILL for one of gunicorn's processes; its master starts another."""
        workers = psutil.Process(self.children["web"].pid).children()
        if workers:
            workers[int(choice * len(workers))].kill()

    def kill(self, name: str) -> None:
        """SIGKILL for a whole program, with all its processes."""
        os.killpg(self.children[name].pid, signal.SIGKILL)
        self.children[name].wait()

    def tracebacks(self) -> int:
        logs = (self.var / f"{name}.log" for name in ("web", "worker", "sandbox"))
        return sum(log.read_text(errors="replace").count("Traceback (most recent") for log in logs if log.exists())

    def _wait(self, address: str) -> None:
        end = time.monotonic() + READY_SECONDS
        while not answers(address):
            self.check_children()
            if time.monotonic() > end:
                raise TimeoutError(address)
            time.sleep(0.1)


def answers(address: str) -> bool:
    try:
        with session() as browser:
            return browser.get(address, timeout=5).status_code == 200
    except requests.RequestException:
        return False


def session() -> requests.Session:
    """Without the proxies of the shell around."""
    fresh = requests.Session()
    fresh.trust_env = False
    return fresh


class Control:
    """The sandbox's levers."""

    def __init__(self, address: str) -> None:
        self.address = f"{address}/sandbox"

    def call(self, method: str, path: str, content: object = None) -> object:
        with session() as browser:
            answer = browser.request(method, f"{self.address}/{path}", json=content, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def fault(self, *faults: dict[str, object]) -> None:
        if faults:
            self.call("POST", "faults", list(faults))

    def count(self, endpoint: str) -> dict[str, int]:
        """How often each customer was asked for at this endpoint, as far as the sandbox remembers."""
        found: dict[str, int] = {}
        for each in self.call("GET", f"requests/{endpoint}")["requests"]:  # type: ignore[index]
            user = each["path"].partition("/users/")[2].partition("/")[0]
            found[user] = found.get(user, 0) + 1
        return found


def database_of(url: str, name: str) -> str:
    """A database of this run's own on the server of `url`."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def drop_database(url: str, name: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


ORGANIZATION_IDS = {ALPENSTROM: "alpenstrom", NORDVOLT: "nordvolt"}
