"""Races: double click, refresh, back, two tabs, two agents, an expired key. One POST each, or one for each tick."""

import random
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.faults.prove.agent import Agent, fresh_key
from tests.faults.prove.levers import Control
from tests.faults.prove.pressing import Crew, at_once

OURS = 3600


class Races:
    def __init__(self, crew: Crew, control: Control, customers: Sequence[Any], seed: int) -> None:
        self.crew, self.control, self.customers, self.seed = crew, control, customers, seed
        self.wrong: list[str] = []
        self.run_of: Counter[str] = Counter()
        self.kinds = (
            self.double_click, self.triple_click, self.refresh, self.back, self.back_at_once, self.two_tabs,
            self.two_agents, self.expired, self.expired_meanwhile, self.ticked,
        )  # fmt: skip

    def run(self, at_once: int = 3) -> None:
        with ThreadPoolExecutor(at_once) as pool:
            expected = dict(pool.map(self._one, range(len(self.customers))))
        arrived = self.control.count("register")
        for user, (kind, posts) in expected.items():
            if arrived.get(user, 0) != posts:
                self.wrong.append(f"{kind}: {arrived.get(user, 0)} POSTs instead of {posts} for {user}")

    def _one(self, index: int) -> tuple[str, tuple[str, int]]:
        customer, kind = self.customers[index], self.kinds[index % len(self.kinds)]
        dice = random.Random(f"race-{self.seed}-{index}")
        self.run_of[kind.__name__] += 1
        try:
            posts = kind(customer, self.crew.agent(customer, dice), dice)
        except Exception as error:  # noqa: BLE001 - told at the end
            self.wrong.append(f"{kind.__name__} {index}: {type(error).__name__} {error}"[:300])
            posts = 1
        return str(customer.id), (kind.__name__, posts)

    def _expect(self, what: str, seen: Sequence[Any], *, references: int, others: set[int]) -> None:
        found = {each.reference for each in seen if each.reference}
        rest = {each.status for each in seen if not each.reference}
        if len(found) != references or not rest <= others:
            self.wrong.append(f"{what}: led to {found}, and to {rest}")

    def double_click(self, customer: Any, agent: Agent, _dice: random.Random, times: int = 2) -> int:
        key = agent.open_form(customer.id)
        seen = at_once([lambda: agent.press(customer.id, key)] * times)
        self._expect("double click", seen, references=1, others=set())
        return 1

    def triple_click(self, customer: Any, agent: Agent, dice: random.Random) -> int:
        return self.double_click(customer, agent, dice, times=3)

    def refresh(self, customer: Any, agent: Agent, _dice: random.Random) -> int:
        key = agent.open_form(customer.id)
        seen = [agent.press(customer.id, key) for _ in range(3)]
        self._expect("refresh", seen, references=1, others=set())
        return 1

    def back(self, customer: Any, agent: Agent, _dice: random.Random) -> int:
        """Back to the form, other values, the same key: refused in words."""
        key = agent.open_form(customer.id)
        seen = [agent.press(customer.id, key), agent.press(customer.id, key, device_model_model="Other")]
        self._expect("back", seen, references=1, others={409})
        return 1

    def back_at_once(self, customer: Any, agent: Agent, _dice: random.Random) -> int:
        key = agent.open_form(customer.id)
        seen = at_once([lambda: agent.press(customer.id, key),
                        lambda: agent.press(customer.id, key, device_model_model="Other")])  # fmt: skip
        self._expect("back at once", seen, references=1, others={409})
        return 1

    def two_tabs(self, customer: Any, agent: Agent, _dice: random.Random) -> int:
        return self._two(customer, agent, agent)

    def two_agents(self, customer: Any, agent: Agent, dice: random.Random) -> int:
        others = [each for each in self.crew.agents[customer.organization_id] if each is not agent]
        return self._two(customer, agent, dice.choice(others))

    def _two(self, customer: Any, one: Agent, other: Agent) -> int:
        keys = [(agent, agent.open_form(customer.id)) for agent in (one, other)]
        works = [lambda agent=agent, key=key: agent.press(customer.id, key) for agent, key in keys]
        self._expect("two at once", at_once(works), references=1, others={409, 422})
        return 1

    def expired(self, customer: Any, agent: Agent, _dice: random.Random) -> int:
        """Too old: the form comes again with a fresh key, which is then pressed twice at once."""
        seen = at_once([lambda: agent.press(customer.id, aged(agent, customer, OURS + 1))] * 2)
        self._expect("expired", seen, references=0, others={422})
        key = fresh_key(seen[0].text)
        self._expect("fresh key", at_once([lambda: agent.press(customer.id, key)] * 2), references=1, others=set())
        return 1

    def expired_meanwhile(self, customer: Any, agent: Agent, _dice: random.Random) -> int:
        """Pressed twice in its last second, and again after it: what was stored is found, else a fresh form comes."""
        key = aged(agent, customer, OURS - 1)
        seen = at_once([lambda: agent.press(customer.id, key)] * 2)
        time.sleep(2)
        seen.append(agent.press(customer.id, key))
        went_out = any(each.reference for each in seen)
        self._expect("expired meanwhile", seen, references=int(went_out), others={422})
        return int(went_out)

    def ticked(self, customer: Any, agent: Agent, _dice: random.Random) -> int:
        """A second car: the form asks, the person ticks, and it is sent."""
        first = agent.press(customer.id, agent.open_form(customer.id))
        key = agent.open_form(customer.id)
        asked = agent.press(customer.id, key)
        second = at_once([lambda: agent.press(customer.id, key, confirm_duplicate="on")] * 2)
        self._expect("not ticked", [asked], references=0, others={422})
        self._expect("ticked", [first, *second], references=2, others=set())
        return 2


def aged(agent: Agent, customer: Any, seconds: int) -> str:
    """A key of ours, given so long ago."""
    import uuid

    from django.core import signing
    from django.db import connection

    from podero_admin.accounts.models import Staff
    from podero_admin.registrations.payload import new_reference
    from podero_admin.registrations.submission import SALT

    staff_id = Staff.objects.get(email=agent.email).pk
    connection.close()  # this thread's, and threads are many
    content = [uuid.uuid4().hex, new_reference(), staff_id, str(customer.organization_id), str(customer.id),
               int(time.time()) - seconds, []]  # fmt: skip
    return signing.dumps(content, salt=SALT, compress=True)
