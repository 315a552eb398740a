"""Twenty pages a second, as from a room full of agents: how long each took, and whether the workers grew."""

import http
import itertools
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles
from threading import Thread

import psutil

from tests.bench.measuring import Browser
from tests.bench.pages import Page
from tests.bench.report import Fact
from tests.bench.serving import unique_megabytes

PER_SECOND = 20
PEOPLE = 16
#: The part after which a worker has seen everything, and should not grow any more.
SETTLED = 1 / 6
P95, P99, GROWTH = 100, 300, 2.0


@dataclass(frozen=True)
class Steady:
    """Milliseconds from the moment a page was due; memory of the larger worker, in MB, once settled and at the end."""

    times: Sequence[float]
    failed: int
    settled: float
    end: float


def steady(
    port: int, sessions: Mapping[str, str], pages: Sequence[Page], workers: psutil.Process, *, seconds: int
) -> Steady:
    """Each of `PEOPLE` takes the next page when it is due, so that a slow one makes the others late, not fewer."""
    count, draw = PER_SECOND * seconds, random.Random(5)
    wanted = [draw.choice(pages) for _ in range(count)]
    numbers, times, failed, settled = itertools.count(), list[float](), list[str](), list[float]()
    begun = time.perf_counter() + 0.5

    def work() -> None:
        browser = Browser(port, sessions)
        browser.connect()
        while (number := next(numbers)) < count:
            due = begun + number / PER_SECOND
            time.sleep(max(due - time.perf_counter(), 0))
            page = wanted[number]
            if browser.ask(page.path, by=page.by, posted=page.posted).status != http.HTTPStatus.OK:
                failed.append(page.name)
            times.append((time.perf_counter() - due) * 1000)
            if number == int(count * SETTLED):
                settled.append(max(unique_megabytes(workers)))

    threads = [Thread(target=work) for _ in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Steady(times, len(failed) + count - len(times), settled[0], max(unique_megabytes(workers)))


def facts(found: Steady, *, seconds: int) -> list[Fact]:
    cuts = quantiles(found.times, n=100)
    grew = 100 * (found.end - found.settled) / found.settled
    named = f"{PER_SECOND} pages a second for {seconds} s"
    after = f"{len(found.times) * (1 - SETTLED):,.0f} requests"
    return [
        (f"{named}: 95 of 100 took at most", f"{cuts[94]:.0f} ms", f"≤ {P95} ms", cuts[94] <= P95),
        (f"{named}: 99 of 100 took at most", f"{cuts[98]:.0f} ms", f"≤ {P99} ms", cuts[98] <= P99),
        (f"{named}: that failed", str(found.failed), "0", not found.failed),
        (
            f"a worker's memory after {after} more",
            f"{found.end:.0f} MB ({grew:+.1f} %)",
            f"≤ +{GROWTH:g} %",
            grew <= GROWTH,
        ),
    ]
