"""What happens to the house meanwhile: kills, a locked database, an organisation's Podero out of reach, no tokens."""

import random
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from podero_admin.demo.people import ORGANIZATIONS
from tests.faults.prove.levers import Control
from tests.faults.prove.stage import Stage
from tests.faults.prove.ways import away

LOCKED_SECONDS = 2.0
AWAY_SECONDS = 2.0
TABLES = "registrations_registration"


class Shaking:
    """One trouble after the other, by seed; everything that was killed is started again."""

    def __init__(self, stage: Stage, control: Control, seed: int) -> None:
        self.stage, self.control, self.dice = stage, control, random.Random(f"shaking-{seed}")
        self.happened: Counter[str] = Counter()
        self.kinds = (
            self.web_process, self.web_process, self.web, self.worker, self.worker, self.locked, self.locked,
            self.refused, self.no_name, self.no_tls, self.hanging, self.no_token,
        )  # fmt: skip

    def once(self) -> None:
        kind = self.dice.choice(self.kinds)
        kind()
        self.happened[kind.__name__] += 1

    def web_process(self) -> None:
        self.stage.kill_web_worker(self.dice.random())

    def web(self) -> None:
        self.stage.kill("web")
        self.stage.start_web()

    def worker(self) -> None:
        self.stage.kill("worker")
        self.stage.start_worker()

    def locked(self) -> None:
        with locked(self.stage.database_url or f"sqlite:///{self.stage.database}"):
            time.sleep(LOCKED_SECONDS)

    def no_token(self) -> None:
        """All tokens end, and the next ones are not given."""
        kind = self.dice.choice(("503", "hang_before", "reset_before", "401", "html"))
        self.control.fault({"kind": kind, "match": "token", "times": self.dice.randint(2, 6), "delay": 1.2})
        self.control.call("DELETE", "tokens")

    def refused(self) -> None:
        self._away("refused")

    def no_name(self) -> None:
        self._away("no name")

    def no_tls(self) -> None:
        self._away("no TLS")

    def hanging(self) -> None:
        self._away("hangs on connect")

    def _away(self, way: str) -> None:
        name = self.dice.choice([client for _, _, client, _ in ORGANIZATIONS])
        with away(self.stage, self.control, way, [name]):
            time.sleep(AWAY_SECONDS)


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Another connection holds what a writer needs."""
    if url.startswith("sqlite"):
        connection: Any = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=30, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
    else:
        import psycopg

        connection = psycopg.connect(url)
        connection.execute(f"LOCK TABLE {TABLES} IN EXCLUSIVE MODE")
    yield
    connection.rollback() if not url.startswith("sqlite") else connection.execute("ROLLBACK")
    connection.close()


def shake_while(threads: list[Any], shaking: Shaking, *, every: int, done: Any) -> None:
    """A trouble after each so many presses, from this thread, which is the parent of what is started again."""
    shaken = 0
    while not all(each.done() for each in threads):
        if every and done() >= (shaken + 1) * every:
            shaken += 1
            shaking.once()
        else:
            threading.Event().wait(0.1)
