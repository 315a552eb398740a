"""One run from the empty database to the verdict: races, kills, settlers, the long part, the end."""

import argparse
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.faults.prove.agent import Tally
from tests.faults.prove.checking import Verdict, check
from tests.faults.prove.crowds import Crowds, crowd_customers
from tests.faults.prove.ending import SETTLED_WITHIN, Ending
from tests.faults.prove.kills import Kills
from tests.faults.prove.levers import Control
from tests.faults.prove.pressing import Pressing, SecondLine, open_count
from tests.faults.prove.races import Races
from tests.faults.prove.settlers import lose, settle_at_once
from tests.faults.prove.shaking import Shaking, shake_while
from tests.faults.prove.stage import NORDVOLT, Stage
from tests.faults.prove.starting import Hiring, all_customers
from tests.faults.prove.telling import say

AGENTS = 5


def agents_of(options: argparse.Namespace) -> int:
    """In each organisation: at least the usual few, and enough for every crowd."""
    return max(AGENTS, -(-max(options.readers, options.writers) // 2))


class Proof:
    def __init__(self, stage: Stage, options: argparse.Namespace) -> None:
        self.stage, self.options, self.tally = stage, options, Tally()
        self.control = Control(stage.sandbox)
        self.problems: list[str] = []

    def run(self) -> int:
        say(f"seed {self.options.seed} · {'PostgreSQL' if self.stage.database_url else 'SQLite'} · "
            f"{self.options.registrations} registrations, {self.options.fault_share:.0%} with a fault")  # fmt: skip
        with self.part("start"):
            self.start()
        pressing = Pressing(self.crew, self.control, self.customers(self.options.registrations),
                            self.options.seed, self.options.fault_share, self.options.only)  # fmt: skip
        self.races()
        self.settlers(pressing)
        self.kills(pressing)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: pressing.stopping.set())  # press no more, and judge what there is
        with self.part("presses"):
            self.presses(pressing)
        crowds = self.crowds(pressing.stopping)
        crowds.before_the_end()
        with self.part("end"):
            verdict = self.end()
        crowds.after_the_end()
        return self.tell(verdict, pressing)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        say(f"{name}: {time.monotonic() - started:.0f} s")

    # The parts

    def start(self) -> None:
        import django

        self.stage.start_sandbox()
        self.stage.collect()
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0, skip_checks=True)
        self.crew = Hiring(self.stage, self.tally, agents_of(self.options)).crew()
        self.stage.start_web()
        for person in self.crew.everybody():
            person.sign_in()
        self.left = all_customers(self.options.seed)

    def customers(self, count: int) -> list[Any]:
        """The next so many that nobody has registered anything for."""
        taken, self.left = self.left[:count], self.left[count:]
        assert len(taken) == count, "there are not enough customers"
        return taken

    def races(self) -> None:
        if not self.options.races:
            return
        with self.part("races"):
            races = Races(self.crew, self.control, self.customers(self.options.races), self.options.seed)
            races.run()
            kinds = ", ".join(f"{name} {count}" for name, count in sorted(races.run_of.items()))
            say(f"{sum(races.run_of.values())} races ({kinds}): {len(races.wrong)} wrong")
            self.problems += races.wrong

    def settlers(self, pressing: Pressing) -> None:
        if not self.options.settlers:
            return
        with self.part("settlers"):
            customers = self.customers(self.options.settled)
            for seen in lose(self.crew, self.control, customers):
                pressing.names[seen.reference] = "eight settlers"
            wrong = settle_at_once(self.stage, self.control, customers, self.options.settlers)
            say(f"{self.options.settlers} settlers at once over {len(customers)} registrations: {len(wrong)} wrong")
            self.problems += wrong

    def kills(self, pressing: Pressing) -> None:
        from tests.faults.prove.places import PRESS, SETTLE

        if not self.options.kills:
            return
        with self.part("kills"):
            kills = Kills(self.stage, self.crew, self.control, pressing)
            kills.of_settlers(self.customers(self.options.kills * len(SETTLE)), self.options.kills)
            self.stage.start_worker()
            kills.of_presses(self.customers(self.options.kills * len(PRESS)))
            say("killed at: " + ", ".join(f"{place} {count}" for place, count in kills.died.items()))
            if kills.survived:
                self.problems.append(f"not killed: {dict(kills.survived)}")

    def crowds(self, stopping: threading.Event) -> Crowds:
        """What is no matter of one registration; the last of it spoils what the checker looks at, so it comes after."""
        customers = self.customers(crowd_customers(self.options))
        return Crowds(self.stage, self.control, self.crew, customers, self.options, self.part, stopping, self.problems)

    def presses(self, pressing: Pressing) -> None:
        if "worker" not in self.stage.children:
            self.stage.start_worker()
        shaking, second_line = Shaking(self.stage, self.control, self.options.seed), SecondLine(pressing)
        second_line.start()
        pool, running = pressing.start(self.options.threads)
        shake_while(running, shaking, every=self.options.shake_every, done=lambda: pressing.done)
        pool.shutdown()
        say(f"troubles of the house: {dict(shaking.happened)}")
        started = time.monotonic()
        self.calm_down()
        second_line.end()
        self.calm_down()
        say(f"all presses done; settled after {time.monotonic() - started:.0f} s more")

    def calm_down(self) -> None:
        """Until nothing is open and nothing is to be carried out late; bounded, since the checker counts what is left."""
        end = time.monotonic() + SETTLED_WITHIN
        while (open_count() or self.control.call("GET", "late")) and time.monotonic() < end:
            time.sleep(0.5)

    def end(self) -> Verdict:
        ending = Ending(self.stage, self.crew, self.problems)
        ending.decide_reviews()
        self.control.call("DELETE", "faults")
        ending.watch()
        before = check(self.stage.ledger, self.tally.presses)
        say(f"before the sweep: {before.line()}")
        self.problems += [f"before the sweep: {text}" for name in ("duplicates", "lost", "shown_wrongly", "unsettled")
                          for text in getattr(before, name)]  # fmt: skip
        ending.look_over()
        verdict = check(self.stage.ledger, self.tally.presses)
        self.stage.manage("audit_verify")
        return verdict

    def tell(self, verdict: Verdict, pressing: Pressing) -> int:
        for text in verdict.details(pressing.names):
            say(text)
        for title, entries in (("odd", self.tally.odd), ("error", self.tally.errors), ("problem", self.problems)):
            for text in entries[:30]:
                say(f"  {title}: {text}")
        say(over_tls())
        tracebacks = self.stage.tracebacks()
        say(f"{verdict.line()} · answers 5xx {len(self.tally.errors)} · odd {len(self.tally.odd)} · "
            f"problems {len(self.problems)} · tracebacks in logs {tracebacks} · seed {self.options.seed}")  # fmt: skip
        return 0 if verdict.is_clean and not (self.problems or self.tally.odd or self.tally.errors) else 1


def over_tls() -> str:
    """One of the two organisations talks TLS with its Podero, and so do all of its registrations."""
    from podero_admin.registrations.models import Registration

    share = Registration.objects.filter(organization_id=NORDVOLT).count()
    return f"over TLS: {share} of {Registration.objects.count()} registrations"
