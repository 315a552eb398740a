"""The real processes of a run: sandbox, dashboard, worker and database, with time limits scaled down."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from podero_admin.demo.__main__ import collect_static
from podero_admin.demo.people import ALPENSTROM, NORDVOLT, ORGANIZATION, ORGANIZATIONS
from podero_admin.demo.processes import ROOT, Demo
from tests import certificate
from tests.faults.prove.levers import answers

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
#: As in operation, but that the list of customers is wanted anew much more often, so that its page asks for it too.
IN_OPERATION = {"DIRECTORY_MAX_AGE": "30", "LOG_FORMAT": "json"}
STOPPING = ("web", "worker")
WEB = ("gunicorn", "--config", "python:podero_admin.gunicorn")
WORKER = (
    "celery", "--quiet", "--app", "podero_admin.celery", "worker", "--pool", "threads", "--concurrency", "4",
    "--with-scheduler", "--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat",
)  # fmt: skip
READY_SECONDS = 300.0
PASSWORD = "a long pass phrase for proofs"


@dataclass
class Stage(Demo):
    """What runs; each child's output is kept in a file of the run's own folder."""

    database_url: str = ""
    users: int = 60
    seed: int = 1
    tls_port: int = 0
    limits: Mapping[str, str] = field(default_factory=lambda: LIMITS)

    @property
    def ledger(self) -> Path:
        return self.var / "ledger.jsonl"

    @property
    def certificate(self) -> Path:
        """The stand-in's, with its key; nobody trusts it but who is told to."""
        path = self.var / "certificate.pem"
        return path if path.exists() else certificate.write(path)

    def address_for(self, client: str) -> str:
        """One of the two organisations talks TLS with its Podero, and nothing else."""
        return f"https://127.0.0.1:{self.tls_port}" if client == OVER_TLS else self.sandbox

    def environment(self) -> dict[str, str]:
        chosen = {"DATABASE_URL": self.database_url, "BROKER_URL": os.environ.get("TEST_BROKER_URL", "")}
        trusted = {"PODERO_CA_BUNDLE": str(self.certificate)}
        return super().environment() | self.limits | trusted | {name: value for name, value in chosen.items() if value}

    def start(self, name: str, *arguments: str) -> None:
        with (self.var / f"{name}.log").open("ab") as output:
            self.children[name] = subprocess.Popen(
                [sys.executable, "-m", *arguments], cwd=ROOT, env=self.environment(), stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip

    def write_organizations(self, **addresses: str) -> None:
        """The organisations file, written by a rename; `nordvolt="http://…"` sends one of them elsewhere."""
        text = "".join(
            ORGANIZATION.format(
                id=key, name=name, client=client, zone=zone, sandbox=addresses.get(client) or self.address_for(client)
            )
            for key, name, client, zone in ORGANIZATIONS
        )
        fresh = self.organizations.with_suffix(".new")
        fresh.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(text, encoding="utf-8")
        fresh.rename(self.organizations)

    def start_sandbox(self) -> None:
        self.start(
            "sandbox", "podero_admin.sandbox", "--port", str(self.sandbox_port), "--ledger", str(self.ledger),
            "--users", str(self.users), "--seed", str(self.seed), "--tls-port", str(self.tls_port),
            "--certificate", str(self.certificate), "--key", str(self.certificate),
        )  # fmt: skip
        self._wait(f"{self.sandbox}/sandbox/faults")

    def start_web(self) -> None:
        app = "tests.faults.prove.killing:application"
        self.start("web", *WEB, "--bind", f"127.0.0.1:{self.port}", app)
        self._wait(f"{self.address}/readyz")

    def start_worker(self) -> None:
        self.start("worker", *WORKER)

    def restart(self, limits: Mapping[str, str]) -> None:
        """Dashboard and worker, ended as an operator does and started with other time limits."""
        self.limits = limits
        for name in STOPPING:
            if child := self.children.pop(name, None):
                child.terminate()
                child.wait(60)
        self.start_web()
        self.start_worker()

    def collect(self) -> None:
        collect_static(self)

    def web_workers(self) -> list[psutil.Process]:
        """Gunicorn's processes that answer, without their master."""
        return psutil.Process(self.children["web"].pid).children()

    def kill_web_worker(self, choice: float) -> None:
        """SIGKILL for one of gunicorn's processes; its master starts another."""
        workers = self.web_workers()
        if workers:
            workers[int(choice * len(workers))].kill()

    def kill(self, name: str) -> None:
        """SIGKILL for a whole program, with all its processes."""
        os.killpg(self.children[name].pid, signal.SIGKILL)
        self.children[name].wait()

    def tracebacks(self) -> int:
        """In the logs of all; web and worker write each as one line of JSON. What Django refuses is answered with 400."""
        logs = (self.var / f"{name}.log" for name in ("web", "worker", "sandbox"))
        lines = (line for log in logs if log.exists() for line in log.read_text(errors="replace").splitlines())
        return sum("Traceback (most recent" in line or is_failure(line) for line in lines)

    def _wait(self, address: str) -> None:
        end = time.monotonic() + READY_SECONDS
        while not answers(address):
            self.check_children()
            if time.monotonic() > end:
                raise TimeoutError(address)
            time.sleep(0.1)


OVER_TLS = "nordvolt"
ORGANIZATION_IDS = {ALPENSTROM: "alpenstrom", NORDVOLT: "nordvolt"}


def is_failure(line: str) -> bool:
    return '"error"' in line and '"exc_type"' in line and '"django.security' not in line
