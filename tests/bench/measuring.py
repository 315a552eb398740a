"""Ours, the floor and the peer, one after the other over one kept connection, in random order."""

import gzip
import http.client
import random
import socket
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from threading import Thread
from urllib.parse import urlencode

from tests.bench.pages import FLOOR, Page

CSRF = "b" * 32
FLOORS_PER_ROUND = 2
ROUNDS_PER_PEER = 3
THREADS_WARMED = 32


@dataclass(frozen=True)
class Answer:
    status: int
    seconds: float
    sent: int
    body: bytes
    headers: Mapping[str, str]


class Browser:
    """One connection that stays open, the cookies of one person, and gzip as browsers ask for it."""

    def __init__(self, port: int, sessions: Mapping[str, str]) -> None:
        self.port, self.sessions = port, sessions
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def connect(self) -> None:
        """A new connection goes to whichever worker is free."""
        self.connection.close()
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, path: str, *, by: str, posted: Mapping[str, str] | None = None) -> Answer:
        cookie = f"podero_session={self.sessions.get(by, '')}; podero_csrf={CSRF}"
        headers = {"Cookie": cookie, "Accept-Encoding": "gzip", "Accept": "text/html"}
        body = None
        if posted:
            body = urlencode({"csrfmiddlewaretoken": CSRF, **posted})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        started = time.perf_counter()
        self.connection.request("POST" if posted else "GET", path, body, headers)
        response = self.connection.getresponse()
        sent = response.read()
        seconds = time.perf_counter() - started
        given = {name.lower(): value for name, value in response.getheaders()}
        plain = gzip.decompress(sent) if given.get("content-encoding") == "gzip" else sent
        return Answer(response.status, seconds, len(sent), plain, given)


@dataclass
class Times:
    """Seconds of each page: ours and the peer's; and the floor's for each person who looks."""

    ours: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    peers: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    floors: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def floor(self, by: str) -> float:
        return median(self.floors[by])


def checked(answer: Answer, path: str) -> Answer:
    if answer.status != http.HTTPStatus.OK:
        raise RuntimeError(f"{path} answered {answer.status}: {answer.body[:400]!r}")
    return answer


def warm(port: int, sessions: Mapping[str, str], pages: Sequence[Page] = ()) -> None:
    """Make every thread of both workers what it is an hour after the start: connected, with its statements prepared."""

    def ask() -> None:
        browser = Browser(port, sessions)
        for _ in range(3):
            browser.connect()
            browser.ask(FLOOR, by="supervisor")
            for page in pages:
                browser.ask(page.path, by=page.by, posted=page.posted)

    threads = [Thread(target=ask) for _ in range(THREADS_WARMED)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def measure(browser: Browser, pages: list[Page], *, rounds: int, unmeasured: int) -> Times:
    times, draw = Times(), random.Random(3)
    people = sorted({page.by for page in pages} | {"root"})
    plan: list[tuple[str, Page | str]] = [("ours", page) for page in pages] + [
        ("peers", page) for page in pages if page.peer
    ]
    plan += [("floors", by) for by in people] * FLOORS_PER_ROUND
    for number in range(-unmeasured, rounds):
        browser.connect()
        draw.shuffle(plan)
        for kind, what in plan:
            if kind == "peers" and number % ROUNDS_PER_PEER:
                continue  # they take most of the time, and nobody needs their third digit
            seconds = _one(browser, kind, what)
            if number >= 0:
                getattr(times, kind)[what if isinstance(what, str) else what.name].append(seconds)
    return times


def _one(browser: Browser, kind: str, what: Page | str) -> float:
    if isinstance(what, str):
        return checked(browser.ask(FLOOR, by=what), FLOOR).seconds
    if kind == "peers":
        return checked(browser.ask(what.peer, by="root"), what.peer).seconds
    return checked(browser.ask(what.path, by=what.by, posted=what.posted), what.path).seconds
