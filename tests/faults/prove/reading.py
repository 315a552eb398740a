"""Agents who read: a page, a pause, the next page, each in a browser of her own."""

import random
import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from tests.faults.prove.agent import PATIENCE, Agent
from tests.faults.prove.levers import session
from tests.faults.prove.pressing import Crew

SHOWN = 12
#: What each page says of the age of what Podero told; "?" where it has nothing of Podero's.
AGES: Mapping[str, str] = {
    "/": r"as Podero told us <time|No vehicle needs action",
    "/customers/": r"list of <time",
    "/customers/{customer}/": r"told us <time|Podero has not told us of vehicles yet",
    "/vehicles/{vehicle}/": r"As Podero reported it <time",
    "/customers/{customer}/register/": r"as Podero told us <time|vehicles not known",
    "/registrations/": "",
    "/status/": r"Last token</dt><dd><time",
}
AWAY = 'data-podero="away"'


@dataclass(frozen=True)
class Look:
    """One page as it was seen; `began` and `seconds` by the clock of this machine."""

    page: str
    began: float
    seconds: float
    status: int
    has_age: bool
    says_away: bool


@dataclass(frozen=True)
class Sights:
    """What there is to look at in one organisation."""

    customers: Sequence[str]
    vehicles: Sequence[str]

    @classmethod
    def shown_to(cls, crew: Crew) -> dict[Any, "Sights"]:
        """A few customers whose vehicles are fetched now, and some that nobody has opened yet."""
        return {key: cls._of(agents[0], key) for key, agents in crew.agents.items()}

    @classmethod
    def _of(cls, agent: Agent, organization_id: Any) -> "Sights":
        from podero_admin.directory.models import Customer
        from podero_admin.vehicles.models import Vehicle

        here = Customer.objects.filter(organization_id=organization_id, is_gone=False, deleted_at=None, role="user")
        customers = [str(key) for key in here.order_by("id").values_list("id", flat=True)[: 2 * SHOWN]]
        for customer in customers[:SHOWN]:
            agent.patiently("POST", f"/customers/{customer}/refresh/", {})
        known = Vehicle.objects.filter(customer_id__in=customers).values_list("id", flat=True)
        return cls(customers, [str(key) for key in known])


class Reader(threading.Thread):
    def __init__(self, agent: Agent, sights: Sights, pace: tuple[float, float], dice: random.Random) -> None:
        super().__init__(daemon=True)
        self.agent, self.sights, self.pace, self.dice = agent, sights, pace, dice
        self.ending = threading.Event()
        self.looks: list[Look] = []

    def run(self) -> None:
        with session() as browser:
            while not self.ending.wait(self.dice.uniform(*self.pace)):
                self.looks.append(self._look(browser, self.dice.choice(list(AGES))))

    def _look(self, browser: requests.Session, page: str) -> Look:
        path = page.format(customer=self.dice.choice(self.sights.customers), vehicle=self._vehicle())
        began = time.monotonic()
        try:
            answer = browser.get(
                self.agent.address + path, cookies=self.agent.cookies, timeout=PATIENCE, allow_redirects=False
            )
        except requests.RequestException:
            return Look(page, began, time.monotonic() - began, 599, has_age=False, says_away=False)
        seconds = time.monotonic() - began
        has_age = not AGES[page] or re.search(AGES[page], answer.text) is not None
        return Look(page, began, seconds, answer.status_code, has_age, AWAY in answer.text)

    def _vehicle(self) -> str:
        return self.dice.choice(self.sights.vehicles)


class Readers:
    """All of them; they read on through whatever happens, and are asked afterwards what they saw when."""

    def __init__(self, crew: Crew, sights: Mapping[Any, Sights], count: int, pace: str, seed: int) -> None:
        low, high = (float(part) for part in pace.split(","))
        places = [(agent, sights[key]) for key, agents in crew.agents.items() for agent in agents]
        self.all = [
            Reader(*places[number % len(places)], (low, high), random.Random(f"{seed}-reader-{number}"))
            for number in range(count)
        ]

    def start(self) -> None:
        for reader in self.all:
            reader.start()

    def end(self) -> None:
        for reader in self.all:
            reader.ending.set()
        for reader in self.all:
            reader.join(PATIENCE)

    def saw(self, start: float, end: float) -> list[Look]:
        """What was opened in this time, in whatever time it came."""
        return [look for reader in self.all for look in list(reader.looks) if start <= look.began < end]
