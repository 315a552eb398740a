"""The real processes of a run: sandbox, one web, one scheduler, some workers; with a broker and a database of its own."""

from dataclasses import dataclass

import psutil

from podero_admin.demo.people import organizations_file
from tests.faults.prove.stage import WEB, Stage

CELERY = ("celery", "--quiet", "--app", "podero_admin.celery")
QUIET = ("--loglevel", "WARNING")
BEAT = (*CELERY, "beat", "--scheduler", "celery.beat:Scheduler", "--pidfile=", "--schedule", "none", *QUIET)


@dataclass
class Fleet(Stage):
    """As many workers as wanted, each a process of its own, and one scheduler for them all."""

    broker_url: str = ""
    per_second: float = 10.0
    at_once: int = 4
    deadline: float = 40.0
    threads: int = 4

    def environment(self) -> dict[str, str]:
        """Whatever was asked about is not asked about again during the run, but for what is urgent."""
        limits = {
            "PODERO_READ_TIMEOUT": str(min(30.0, self.deadline)),
            "PODERO_DEADLINE": str(self.deadline),
            "TIME_SCALE": "0.05" if self.deadline < 40 else "1",
            "DIRECTORY_MAX_AGE": "900",
            "MIRROR_MAX_AGE": "86400",
            "MIRROR_PER_SECOND": str(self.per_second),
            "MIRROR_AT_ONCE": str(self.at_once),
            "SETTLE_SCHEDULE": "2,5,10,20,40,80,160,300",
            "SETTLE_WINDOW": "300",
            "PODERO_CONNECT_TIMEOUT": "3",
            "BROKER_URL": self.broker_url,
            "CACHE_URL": self.broker_url,
        }
        found = super().environment() | {name: value for name, value in limits.items() if value}
        return found if self.broker_url else {name: value for name, value in found.items() if name != "BROKER_URL"}

    def write(self) -> None:
        self.organizations.parent.mkdir(parents=True, exist_ok=True)
        self.organizations.write_text(organizations_file(self.sandbox), encoding="utf-8")

    def start_web(self) -> None:
        self.start("web", *WEB, "--bind", f"127.0.0.1:{self.port}")
        self._wait(f"{self.address}/readyz")

    def start_scheduler(self) -> None:
        self.start("scheduler", *BEAT)

    def start_fleet_worker(self, number: int) -> None:
        pool = ("--pool", "threads", "--concurrency", str(self.threads))
        self.start(f"worker-{number}", *CELERY, "worker", *pool, "--without-gossip", "--without-mingle", *QUIET)

    def memory(self) -> dict[str, float]:
        """Resident megabytes of each worker that lives."""
        workers = {name: child for name, child in self.children.items() if name.startswith("worker")}
        return {name: _megabytes(child.pid) for name, child in workers.items() if child.poll() is None}

    def forget_killed(self, name: str) -> None:
        """What was killed on purpose is no failure of the run."""
        self.kill(name)
        del self.children[name]


def _megabytes(pid: int) -> float:
    try:
        return float(psutil.Process(pid).memory_info().rss) / 1e6
    except psutil.Error:
        return 0.0
