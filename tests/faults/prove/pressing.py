"""The long part: agents press for one customer after the other, each with its trouble, while the house shakes."""

import random
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.faults.prove import plan
from tests.faults.prove.agent import Agent, Seen, Tally
from tests.faults.prove.levers import Control

MOST_AGAIN = 3
ONBOARDED = {"comment": None, "device_model": None}


@dataclass
class Crew:
    """The agents, seniors and supervisors of the organisations, by organisation id."""

    agents: dict[Any, list[Agent]]
    seniors: dict[Any, Agent]
    supervisors: dict[Any, Agent]
    tally: Tally

    def everybody(self) -> list[Agent]:
        agents = [agent for some in self.agents.values() for agent in some]
        return [*agents, *self.seniors.values(), *self.supervisors.values()]

    def agent(self, customer: Any, dice: random.Random) -> Agent:
        return dice.choice(self.agents[customer.organization_id])


@dataclass
class Pressing:
    """One press per customer."""

    crew: Crew
    control: Control
    customers: Sequence[Any]
    seed: int
    share: float
    only: str = ""
    names: dict[str, str] = field(default_factory=dict)
    again: dict[str, bool] = field(default_factory=dict)
    done: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    def start(self, threads: int) -> tuple[ThreadPoolExecutor, list[Any]]:
        pool = ThreadPoolExecutor(threads, thread_name_prefix="agent")
        return pool, [pool.submit(self._one, index) for index in range(len(self.customers))]

    def _one(self, index: int) -> None:
        if self.stopping.is_set():
            return
        customer = self.customers[index]
        trouble, dice = plan.trouble(self.seed, index, self.share, self.only)
        try:
            self._press(customer, trouble, dice)
        except Exception as error:  # noqa: BLE001 - told at the end, with its seed
            self.crew.tally.wonder(f"{index} {trouble.name}: {type(error).__name__} {error}"[:300])
        self.done += 1
        if self.done % 500 == 0:
            print(f"{self.done} registrations pressed", flush=True)

    def _press(self, customer: Any, trouble: plan.Trouble, dice: random.Random) -> None:
        agent, user = self.crew.agent(customer, dice), str(customer.id)
        self.control.fault(*({**fault, "user": user} for fault in trouble.opening))
        key = agent.open_form(user)
        self.control.fault(*({**fault, "user": user} for fault in trouble.pressing))
        self._meanwhile(trouble.meanwhile, user)
        values = {"device_model_model": f"Proof {dice.randrange(10**6)}"}
        if trouble.meanwhile == "old tag":
            refused = agent.press(user, key, comment="[pa:ABCDEFGHJK-1] pasted", **values)
            if refused.status != 422:
                self.crew.tally.wonder(f"a pasted tag was taken: {refused.status}")
        self._note(self._way(agent, user, key, values, dice), trouble)
        if trouble.meanwhile == "deleted later":
            self._delete(user)

    def _way(self, agent: Agent, user: str, key: str, values: dict[str, str], dice: random.Random) -> Seen:
        """Once; or as a double click; or once more after the page came."""
        way = dice.choices(("once", "double", "refresh"), (84, 10, 6))[0]
        seen = pressed(agent, user, key, 2 if way == "double" else 1, values)
        if way == "refresh":
            seen += pressed(agent, user, key, 1, values)
        if len({each.reference for each in seen}) > 1:
            self.crew.tally.wonder(f"one key led to {[each.reference or each.status for each in seen]}")
        return seen[0]

    def _note(self, seen: Seen, trouble: plan.Trouble) -> None:
        if not seen.reference:
            self.crew.tally.wonder(f"{trouble.name}: a press was answered with {seen.status}")
            return
        self.names[seen.reference] = trouble.name
        self.again[seen.reference] = trouble.sends_again

    def _meanwhile(self, what: str, user: str) -> None:
        if what == "onboarded":
            self.control.call("POST", "vehicles", {"user": user})
        elif what == "deleted":
            self._delete(user)

    def _delete(self, user: str) -> None:
        self.control.call("POST", f"users/{user}", {"deleted_at": datetime.now(tz=UTC).isoformat()})


def pressed(agent: Agent, user: str, key: str, times: int, values: dict[str, str]) -> list[Seen]:
    return at_once([lambda: agent.press(user, key, **values)] * times)


def at_once(works: Sequence[Any]) -> list[Any]:
    """All of them at the same moment; what each returned."""
    if len(works) == 1:
        return [works[0]()]
    gate = threading.Barrier(len(works))

    def run(work: Any) -> Any:
        gate.wait(30)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


class SecondLine(threading.Thread):
    """An agent who goes through what was not sent or is absent, and presses "Send again" for most of it."""

    def __init__(self, pressing: Pressing) -> None:
        super().__init__(name="second line", daemon=True)
        self.pressing, self.ending, self.dice = pressing, threading.Event(), random.Random(pressing.seed)
        self.sent: dict[str, int] = {}

    def run(self) -> None:
        from django.db import connection

        while not self.ending.wait(0.5):
            for registration in list(self._due()):
                self._again(registration)
        connection.close()

    def _due(self) -> Iterator[Any]:
        from podero_admin.registrations.models import Registration

        for row in Registration.objects.filter(outcome__in=["not_sent", "absent"]).order_by("id"):
            if self.pressing.again.get(row.reference) and self.sent.get(row.reference, 0) < MOST_AGAIN:
                yield row

    def _again(self, row: Any) -> None:
        self.sent[row.reference] = self.sent.get(row.reference, 0) + 1
        if self.dice.random() < 0.2:  # one in five is left alone, for the watch of seven days
            self.sent[row.reference] = MOST_AGAIN
            return
        agent = self.pressing.crew.agent(row, self.dice)
        try:
            agent.send_again(row.reference, row.attempt_number)
        except Exception as error:  # noqa: BLE001
            self.pressing.crew.tally.wonder(f"send again {row.reference}: {type(error).__name__} {error}"[:300])

    def end(self) -> None:
        self.ending.set()
        self.join(120)


def open_count() -> int:
    from podero_admin.registrations.models import Registration

    return int(Registration.objects.filter(outcome__in=["pending", "sending", "unknown"]).count())
