"""Presses of the button through the whole stack, against a bare POST of the same body; and a thousand in a row."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from threading import Lock, Thread
from typing import Any

import requests

from podero_admin.accounts.models import Staff
from podero_admin.accounts.selectors import access_of
from podero_admin.directory.models import Customer
from podero_admin.registrations.models import Attempt, Registration
from podero_admin.registrations.outcomes import Outcome
from podero_admin.registrations.submission import issue
from podero_admin.sandbox.demo import ALPENSTROM
from podero_admin.sandbox.demo.people import FIRST_NUMBER
from podero_admin.sandbox.endpoints import VEHICLES
from tests.bench.measuring import Browser
from tests.bench.serving import call
from tests.registering import FILLED

AT_ONCE = 4
CLIENT = ("alpenstrom", "alpenstrom-sandbox")


@dataclass(frozen=True)
class InARow:
    presses: int
    confirmed: int
    tokens: int
    seconds: float


@dataclass(frozen=True)
class Latency:
    """Seconds at the median: a press; the same POST on a kept connection and on a new one each time."""

    pressed: float
    kept: float
    new: float


def without_vehicle(known_to_sandbox: int) -> Iterator[Customer]:
    """Customers who have nothing yet, so that nobody is asked about duplicates."""
    return known(known_to_sandbox, vehicles=None)


def known(known_to_sandbox: int, **filters: Any) -> Iterator[Customer]:
    """Customers whom the stand-in knows."""
    some = Customer.objects.filter(organization_id=ALPENSTROM, deleted_at=None, external_user_id__gt="", **filters)
    order = some.select_related("organization").order_by("external_user_id")
    return (
        customer
        for customer in order
        if int(customer.external_user_id.partition("-")[2]) < FIRST_NUMBER + known_to_sandbox
    )


def press(browser: Browser, customer: Customer, agent: Staff) -> float:
    key = issue(access=access_of(agent), customer=customer, baseline=[])
    answer = browser.ask(f"/customers/{customer.id}/register/", by="agent", posted=FILLED | {"submission_key": key})
    if answer.status != requests.codes.found:
        raise RuntimeError(f"A press answered {answer.status}: {answer.body.decode()[:2000]}")
    return answer.seconds


def many(browsers: Sequence[Browser], customers: list[Customer], agent: Staff, sandbox_port: int) -> InARow:
    """Press for every customer, four at once over both workers, beginning without a token."""
    waiting, lock = list(customers), Lock()

    def work(browser: Browser) -> None:
        browser.connect()
        while True:
            with lock:
                if not waiting:
                    return
                customer = waiting.pop()
            press(browser, customer, agent)

    started = time.perf_counter()
    threads = [Thread(target=work, args=[browser]) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    confirmed = Registration.objects.filter(
        outcome=Outcome.CONFIRMED, customer__in=[customer.id for customer in customers]
    )
    tokens = call(sandbox_port, "/sandbox/requests")["token_requests"]
    return InARow(len(customers), confirmed.count(), tokens, seconds)


def against_bare(
    browser: Browser, customers: Iterator[Customer], agent: Staff, sandbox_port: int, *, rounds: int, latency: float
) -> Latency:
    call(sandbox_port, "/sandbox/settings", method="POST", content={"latency": latency})
    bare = _Bare(sandbox_port)
    pressed, kept, new = list[float](), list[float](), list[float]()
    browser.connect()
    for number in range(-3, rounds):
        times = (
            press(browser, next(customers), agent),
            bare.post(next(customers), keep=True),
            bare.post(next(customers), keep=False),
        )
        if number >= 0:
            for place, seconds in zip((pressed, kept, new), times, strict=True):
                place.append(seconds)
    call(sandbox_port, "/sandbox/settings", method="POST", content={"latency": 0.0})
    return Latency(median(pressed), median(kept), median(new))


class _Bare:
    """What one would write without us: the same body to the same place, with a token that is there already."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        granted = requests.post(
            f"{self.base}/oauth2/token/", data={"grant_type": "client_credentials"}, auth=CLIENT, timeout=30
        )
        self.headers = {"Authorization": f"Bearer {granted.json()['access_token']}"}
        self.session = requests.Session()
        self.body = json.loads(Attempt.objects.filter(outcome=Outcome.CONFIRMED).latest("created_at").payload)

    def post(self, customer: Customer, *, keep: bool) -> float:
        path = VEHICLES.format(org_id=ALPENSTROM, user_id=customer.id)
        send = self.session.post if keep else requests.post
        started = time.perf_counter()
        answer = send(self.base + path, json=self.body, headers=self.headers, timeout=30)
        answer.raise_for_status()
        answer.json()
        return time.perf_counter() - started
