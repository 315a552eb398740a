"""Eight settlers at once: each registration is looked for by one of them, and none is left."""

import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from podero_admin.demo.processes import ROOT
from tests.faults.prove.agent import Seen
from tests.faults.prove.levers import Control
from tests.faults.prove.plan import post
from tests.faults.prove.pressing import Crew
from tests.faults.prove.stage import Stage

LATENCY = 0.05
#: Seconds for all rounds; a slow machine needs a third of it for a thousand.
PATIENCE = 900


def lose(crew: Crew, control: Control, customers: Sequence[Any]) -> list[Seen]:
    """Registrations that were carried out and answered with a 500, which does not make Podero known to be away."""
    import random

    seen = []
    for customer in customers:
        control.fault(post("500_after", user=str(customer.id)))
        agent = crew.agent(customer, random.Random(str(customer.id)))
        seen.append(agent.press(customer.id, agent.open_form(customer.id)))
    return seen


def settle_at_once(stage: Stage, control: Control, customers: Sequence[Any], settlers: int) -> list[str]:
    """Rounds of settlers until nothing is open; what they did twice, or not at all."""
    from podero_admin.registrations.models import Registration

    users = [str(customer.id) for customer in customers]
    before = control.count("vehicles")
    control.call("POST", "settings", {"latency": LATENCY})
    end = time.monotonic() + PATIENCE
    mine = Registration.objects.filter(customer_id__in=users)
    while mine.exclude(outcome="confirmed").exists() and time.monotonic() < end:
        command = [sys.executable, "manage.py", "settle"]
        running = [subprocess.Popen(command, cwd=ROOT, env=stage.environment(), stdout=subprocess.DEVNULL)
                   for _ in range(settlers)]  # fmt: skip
        for each in running:
            each.wait(120)
    control.call("POST", "settings", {"latency": 0.0})
    after = control.count("vehicles")
    looks = {user: after.get(user, 0) - before.get(user, 0) for user in users}
    left = mine.exclude(outcome="confirmed").count()
    wrong = [f"{user} was looked for {count} times" for user, count in looks.items() if count != 1]
    return wrong + ([f"{left} were lost"] if left else [])
