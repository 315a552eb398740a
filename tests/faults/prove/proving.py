"""One run from the empty database to the verdict: races, kills, settlers, the long part, the end."""

import argparse
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.faults.prove.agent import Agent, Tally
from tests.faults.prove.checking import Verdict, check
from tests.faults.prove.kills import Kills
from tests.faults.prove.pressing import Crew, Pressing, SecondLine, open_count
from tests.faults.prove.races import Races
from tests.faults.prove.settlers import lose, settle_at_once
from tests.faults.prove.shaking import Shaking, shake_while
from tests.faults.prove.stage import ORGANIZATION_IDS, PASSWORD, Control, Stage

SETTLED_WITHIN = 240.0
AGENTS = 5


def say(text: str) -> None:
    print(text, flush=True)


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
        with self.part("end"):
            verdict = self.end()
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
        self.crew = Crew(*self.people(), self.tally)
        self.stage.start_web()
        for agents in self.crew.agents.values():
            for agent in agents:
                agent.sign_in()
        for senior in self.crew.seniors.values():
            senior.sign_in()
        self.left = self.all_customers()
        random.Random(self.options.seed).shuffle(self.left)

    def people(self) -> tuple[dict[Any, list[Agent]], dict[Any, Agent]]:
        from podero_admin.accounts.services import staff_add
        from podero_admin.core.access import Role
        from podero_admin.directory.services import customers_refresh
        from podero_admin.organizations.models import Organization
        from podero_admin.organizations.selectors import system_access
        from podero_admin.organizations.services import organizations_load_at_start

        organizations_load_at_start()
        agents, seniors = {}, {}
        for organization in Organization.objects.all():
            name = ORGANIZATION_IDS[str(organization.id)]
            customers_refresh(access=system_access(), organization_id=organization.id)

            def add(who: str, role: str, organization: Any = organization, name: str = name) -> Agent:
                email = f"{who}@{name}.example"
                staff_add(access=system_access(), email=email, role=Role(role), name=who.title(),
                          organization_id=organization.id, password=PASSWORD)  # fmt: skip
                return Agent(self.stage.address, email, self.tally)

            agents[organization.id] = [add(f"agent{number}", "agent") for number in range(AGENTS)]
            seniors[organization.id] = add("senior", "senior")
        return agents, seniors

    def all_customers(self) -> list[Any]:
        from podero_admin.directory.models import Customer

        return list(Customer.objects.filter(is_gone=False, deleted_at=None, role="user").order_by("id"))

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
                say(f"not killed: {dict(kills.survived)}")

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
        """What a person and seven days do: reviews decided, the watch moved forward, one nightly sweep."""
        self.decide_reviews()
        self.control.call("DELETE", "faults")
        self.watch()
        before = check(self.stage.ledger, self.tally.presses)
        say(f"before the sweep: {before.line()}")
        self.problems += [f"before the sweep: {text}" for name in ("duplicates", "lost", "shown_wrongly", "unsettled")
                          for text in getattr(before, name)]  # fmt: skip
        self.look_over()
        verdict = check(self.stage.ledger, self.tally.presses)
        self.stage.manage("audit_verify")
        return verdict

    def decide_reviews(self) -> None:
        """Seniors decide every second one: the vehicle of the ledger, or none; the others wait for the truth."""
        from podero_admin.registrations.models import Registration
        from tests.faults.prove.checking import ledger

        made = {str(each.attempt): each.vehicle for each in ledger(self.stage.ledger)}
        reviews = list(Registration.objects.filter(outcome="review").order_by("id"))
        for row in reviews[::2]:
            vehicles = [made[str(each.id)] for each in row.attempts.all() if str(each.id) in made]
            choice = vehicles[0] if vehicles else "none"
            if vehicles and choice not in row.candidate_ids:
                self.problems.append(f"{row.reference}: the vehicle is not among the candidates")
            status = self.crew.seniors[row.organization_id].decide(row.reference, choice)
            if status != 302:
                self.problems.append(f"{row.reference}: the decision was answered with {status}")
        say(f"reviews: {len(reviews)}, of which seniors decided {len(reviews[::2])}")

    def watch(self) -> None:
        """The looks of the seven days after, now: due times are moved, the product's own settler does the rest."""
        from django.core.management import call_command
        from django.utils import timezone

        from podero_admin.registrations.models import Registration

        watched = Registration.objects.filter(outcome__in=["not_sent", "absent"], next_check_at__isnull=False)
        say(f"watched for seven days: {watched.count()}")
        moment = timezone.now()
        watched.update(next_check_at=moment)
        end = time.monotonic() + SETTLED_WITHIN
        while Registration.objects.filter(next_check_at__lte=moment).exists() and time.monotonic() < end:
            call_command("settle", stdout=sys.stderr)
            time.sleep(0.2)

    def look_over(self) -> None:
        """The nightly sweep: nobody else would find a second car of a registration that is confirmed."""
        from django.core.management import call_command

        with (self.stage.var / "sweep.log").open("w") as output:
            call_command("sweep", stdout=output, stderr=output)
        say((self.stage.var / "sweep.log").read_text().strip().splitlines()[-1])

    def tell(self, verdict: Verdict, pressing: Pressing) -> int:
        for text in verdict.details(pressing.names):
            say(text)
        for title, entries in (("odd", self.tally.odd), ("error", self.tally.errors), ("problem", self.problems)):
            for text in entries[:30]:
                say(f"  {title}: {text}")
        tracebacks = self.stage.tracebacks()
        say(f"{verdict.line()} · answers 5xx {len(self.tally.errors)} · odd {len(self.tally.odd)} · "
            f"problems {len(self.problems)} · tracebacks in logs {tracebacks} · seed {self.options.seed}")  # fmt: skip
        return 0 if verdict.is_clean and not (self.problems or self.tally.odd or self.tally.errors) else 1
