"""SIGKILL at each boundary of a press and of a settler's pass; the agent presses again, and the settler finishes."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from podero_admin.demo.processes import ROOT
from tests.faults.prove import places
from tests.faults.prove.levers import Control
from tests.faults.prove.plan import post
from tests.faults.prove.pressing import Crew, Pressing
from tests.faults.prove.settlers import lose
from tests.faults.prove.stage import Stage

SLOW = {"sent": "slow", "carried out": "slow_after"}


class Kills:
    def __init__(self, stage: Stage, crew: Crew, control: Control, pressing: Pressing) -> None:
        self.stage, self.crew, self.control, self.pressing = stage, crew, control, pressing
        self.died: Counter[str] = Counter()
        self.survived: Counter[str] = Counter()

    def of_presses(self, customers: Sequence[Any]) -> None:
        """One after the other, so that a connection that is lost was lost by this kill."""
        names = list(places.PRESS)
        for number, customer in enumerate(customers):
            self._press(customer, names[number % len(names)])

    def _press(self, customer: Any, place: str) -> None:
        agent, user = self.crew.agent(customer, random.Random(str(customer.id))), str(customer.id)
        if place in SLOW:
            self.control.fault(post(SLOW[place], delay=0.45, user=user))
        try:
            key = agent.open_form(user)
            seen = agent.press(user, key, die=place)
            self.pressing.again[seen.reference] = True
            self.pressing.names[seen.reference] = f"killed: {place}"
            (self.died if seen.was_lost else self.survived)[place] += 1
        except Exception as error:  # noqa: BLE001 - told at the end
            self.crew.tally.wonder(f"killed at {place}: {type(error).__name__} {error}"[:300])

    def of_settlers(self, customers: Sequence[Any], times: int) -> None:
        """No worker runs; registrations whose answer was lost wait, and one settler after the other dies of them."""
        for seen in lose(self.crew, self.control, customers):
            self.pressing.names[seen.reference] = "settler killed"
        time.sleep(1)
        for place in places.SETTLE:
            for _ in range(times):
                command = [sys.executable, "-m", "tests.faults.prove.killing", place]
                done = subprocess.run(command, cwd=ROOT, env=self.stage.environment(), check=False, capture_output=True)
                (self.died if done.returncode == -9 else self.survived)[f"settler {place}"] += 1
