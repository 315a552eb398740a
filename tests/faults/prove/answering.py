"""Answers of every kind through the real client into real pages: nothing breaks, nothing of it is more than text."""

import argparse
import json
import random
import re
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from podero_admin.sandbox.world import World
from tests.faults.prove.agent import Agent
from tests.faults.prove.inspecting import MARK, unsafe
from tests.faults.prove.levers import Control
from tests.faults.prove.mutating import mutated
from tests.faults.prove.pressing import Crew
from tests.faults.prove.stage import ALPENSTROM, Stage
from tests.faults.prove.telling import say
from tests.faults.prove.weighing import Weighing

THREADS, WARM_UP = 3, 0.1
EVENT = re.compile(r'href="(/audit/\d+/)"')
VEHICLE = re.compile(r'href="(/vehicles/[0-9a-f-]{36}/)"')
CUSTOMER = re.compile(r'href="(/customers/[0-9a-f-]{36}/)"')


class Answering:
    """By seed and number: whom it is about, which answer is spoiled how, and which pages show it."""

    def __init__(
        self, stage: Stage, control: Control, crew: Crew, customers: Sequence[Any], options: argparse.Namespace
    ) -> None:
        self.stage, self.control, self.options, self.problems = stage, control, options, list[str]()
        self.seniors = {str(key): senior for key, senior in crew.seniors.items()}
        self.customers = {key: [str(each.id) for each in customers if str(each.organization_id) == key]
                          for key in self.seniors}  # fmt: skip
        self.vehicles = {
            user: [str(uuid.uuid4()) for _ in range(3)] for some in self.customers.values() for user in some
        }
        known = World.demo(seed=options.seed, users=60)
        self.models = [model for user in known.users() for model in known.vehicles_of(user.id)]
        self.pages, self.kinds, self.shown = Counter[int](), Counter[str](), 0
        self._users_at_once = threading.Lock()

    def run(self, stopping: threading.Event) -> None:
        for number, user in enumerate(self.vehicles):
            self._list(user, self._senior(user), random.Random(number), spoil=lambda value, _dice: value)
        warm = max(int(self.options.mutations * WARM_UP), THREADS)
        self._all(range(warm), stopping)
        weighing = Weighing(self.stage)
        self._all(range(warm, self.options.mutations), stopping)
        weight, too_heavy = weighing.judge()
        self.problems += [f"mutations: {text}" for text in too_heavy]
        self.control.call("DELETE", "faults")
        kinds = ", ".join(f"{name} {count}" for name, count in sorted(self.kinds.items()))
        answers = ", ".join(f"{status}: {count}" for status, count in sorted(self.pages.items()))
        say(f"{sum(self.kinds.values())} mutated answers ({kinds}), pages {answers}, of which {self.shown} showed "
            f"something that would be markup or script · problems {len(self.problems)} · "
            f"memory of a process {weight}")  # fmt: skip

    def _all(self, numbers: range, stopping: threading.Event) -> None:
        with ThreadPoolExecutor(THREADS, thread_name_prefix="answers") as pool:
            for number in numbers:
                pool.submit(self._one, number, stopping)

    def _one(self, number: int, stopping: threading.Event) -> None:
        if stopping.is_set():
            return
        dice = random.Random(f"{self.options.seed}-answer-{number}")
        act = dice.choice((self._list, self._list, self._detail, self._detail, self._register, self._users))
        user = dice.choice(self.customers[ALPENSTROM])  # the lists of users are spoiled for the others
        try:
            act(user, self._senior(user), dice, spoil=mutated)
            self.kinds[act.__name__.strip("_")] += 1
        except Exception as error:  # noqa: BLE001 - told at the end, with its number
            self.problems.append(f"mutation {number}: {type(error).__name__} {error}"[:300])

    def _senior(self, user: str) -> Agent:
        return next(self.seniors[key] for key, users in self.customers.items() if user in users)

    def _deliver(self, endpoint: str, value: object, user: str = "") -> None:
        text = value if isinstance(value, str) else json.dumps(value)
        self.control.fault({"kind": "body", "match": endpoint, "user": user, "value": text})

    def _told(self, user: str, vehicle: str, dice: random.Random) -> dict[str, Any]:
        """A car in some state, as the API would tell of one that is this customer's."""
        model = dice.choice(self.models)
        return model | {"id": vehicle, "owner": model["owner"] | {"id": user}}

    def _list(self, user: str, agent: Agent, dice: random.Random, *, spoil: Callable[..., Any]) -> None:
        told = [self._told(user, vehicle, dice) for vehicle in self.vehicles[user]]
        self._deliver("vehicles", spoil(told, dice), user)
        self._see(agent, "POST", f"/customers/{user}/refresh/")
        page = self._see(agent, "GET", f"/customers/{user}/")
        for path in set(VEHICLE.findall(page)[:3]):
            self._see(agent, "GET", path)
        self._see(agent, "GET", "/vehicles/")
        self._event(agent)

    def _detail(self, user: str, agent: Agent, dice: random.Random, *, spoil: Callable[..., Any]) -> None:
        vehicle = dice.choice(self.vehicles[user])
        self._deliver("vehicle", spoil(self._told(user, vehicle, dice), dice), user)
        self._see(agent, "POST", f"/vehicles/{vehicle}/refresh/")
        self._see(agent, "GET", f"/vehicles/{vehicle}/")
        self._see(agent, "POST", f"/vehicles/{vehicle}/position/")
        self._see(agent, "GET", f"/customers/{user}/")
        self._event(agent)

    def _register(self, user: str, agent: Agent, dice: random.Random, *, spoil: Callable[..., Any]) -> None:
        key = agent.open_form(user)
        self._deliver("register", spoil(self._told(user, str(uuid.uuid4()), dice), dice), user)
        seen = agent.press(user, key, confirm_duplicate="on")
        self.problems += [f"the form: {problem}" for problem in unsafe(seen.text)]
        if seen.reference:
            page = self._see(agent, "GET", f"/registrations/{seen.reference}/")
            for path in set(VEHICLE.findall(page)[:2]):
                self._see(agent, "GET", path)
        self._see(agent, "GET", f"/customers/{user}/")
        self._event(agent)

    def _users(self, _user: str, _agent: Agent, dice: random.Random, *, spoil: Callable[..., Any]) -> None:
        """The other organisation's list, whose customers nobody needs any more."""
        key = next(key for key in self.customers if key != ALPENSTROM)
        agent, users = self.seniors[key], self.customers[key]
        told = [self._person(user, dice) for user in users] + [self._person(str(uuid.uuid4()), dice) for _ in range(3)]
        with self._users_at_once:
            self._deliver("users", spoil(told, dice))
            self._see(agent, "POST", "/customers/refresh/")
            page = self._see(agent, "GET", "/customers/")
            self._see(agent, "POST", "/customers/", {"q": "e"})
        for path in set(CUSTOMER.findall(page)[:2]):
            self._see(agent, "GET", path)
            self._see(agent, "GET", f"{path}register/")

    def _person(self, user: str, dice: random.Random) -> dict[str, Any]:
        person = dice.choice(self.models)["owner"]
        return {"id": user, "email": person["email"], "role": "user", "first_name": person["first_name"],
                "last_name": person["last_name"], "external_user_id": person["external_id"], "zip_code": "1010",
                "town": "Wien", "country": "AT", "latitude": 48.2, "longitude": 16.4, "deleted_at": None,
                "location_last_updated": None, "street_and_number": "Ring 1", "street_add_info": None}  # fmt: skip

    def _event(self, agent: Agent) -> None:
        for path in EVENT.findall(self._see(agent, "GET", "/audit/"))[:1]:
            self._see(agent, "GET", path)

    def _see(self, agent: Agent, method: str, path: str, data: dict[str, str] | None = None) -> str:
        answer = agent.ask(method, path, (data or {}) if method == "POST" else None)
        self.pages[answer.status_code] += 1
        self.shown += MARK in answer.text
        self.problems += [f"{method} {path}: {problem}" for problem in unsafe(answer.text)]
        return answer.text
