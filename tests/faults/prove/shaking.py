"""What happens to the house meanwhile: kills, a locked database, an organisation's Podero out of reach, no tokens."""

import random
import socket
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from podero_admin.demo.people import ORGANIZATIONS
from tests.faults.prove.stage import Control, Stage

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

    def refused(self) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            self._away(f"http://127.0.0.1:{closed.getsockname()[1]}")

    def no_name(self) -> None:
        self._away("https://nobody.invalid")

    def no_tls(self) -> None:
        self._away(f"https://127.0.0.1:{self.stage.sandbox_port}")

    def hanging(self) -> None:
        with full_backlog() as port:
            self._away(f"http://127.0.0.1:{port}")

    def no_token(self) -> None:
        """All tokens end, and the next ones are not given."""
        kind = self.dice.choice(("503", "hang_before", "reset_before", "401", "html"))
        self.control.fault({"kind": kind, "match": "token", "times": self.dice.randint(2, 6), "delay": 1.2})
        self.control.call("DELETE", "tokens")

    def _away(self, address: str) -> None:
        name = self.dice.choice([client for _, _, client, _ in ORGANIZATIONS])
        self.stage.write_organizations(**{name: address})
        time.sleep(AWAY_SECONDS)
        self.stage.write_organizations()


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


@contextmanager
def full_backlog() -> Iterator[int]:
    """A port where nobody accepts and no place is left in the queue: connecting hangs."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        yield port
        for each in waiting:
            each.close()


def shake_while(threads: list[Any], shaking: Shaking, *, every: int, done: Any) -> None:
    """A trouble after each so many presses, from this thread, which is the parent of what is started again."""
    shaken = 0
    while not all(each.done() for each in threads):
        if every and done() >= (shaken + 1) * every:
            shaken += 1
            shaking.once()
        else:
            threading.Event().wait(0.1)
