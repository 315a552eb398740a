"""One run: start everything, kill a worker on the way, wait until everybody was asked about, and judge."""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from podero_admin.core.progress import Progress
from podero_admin.sandbox.world import World
from tests.faults.fill import checking, showing
from tests.faults.fill.fleet import Fleet
from tests.faults.prove.levers import Control


def say(text: str) -> None:
    print(text, flush=True)


class Stream:
    """The progress line of management commands, on standard error."""

    isatty = staticmethod(sys.stderr.isatty)
    flush = staticmethod(sys.stderr.flush)

    @staticmethod
    def write(text: str, ending: str = "\n") -> None:
        sys.stderr.write(text + ending)


class Filling:
    """`options` are those of the command line."""

    def __init__(self, fleet: Fleet, options: argparse.Namespace) -> None:
        self.fleet, self.options = fleet, options
        self.control = Control(fleet.sandbox)
        self.peaks: dict[str, float] = {}
        self.killed = False
        self.seconds = 0.0

    def run(self) -> int:
        with self.part("start"):
            self.start()
        with self.part("fill"):
            self.fill()
        with self.part("check"):
            problems = list(self.problems())
        return self.tell(problems)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        self.seconds = time.monotonic() - started
        say(f"{name}: {self.seconds:.0f} s")

    def start(self) -> None:
        import django

        self.fleet.start_sandbox()
        self.control.call("POST", "settings", {"latency": self.options.latency_ms / 1000})
        self.fleet.collect()
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0, skip_checks=True)
        self.fleet.start_web()
        for number in range(self.options.workers):
            self.fleet.start_fleet_worker(number + 1)
        self.fleet.start_scheduler()
        self.first_list()

    def first_list(self) -> None:
        """The scheduler would ask for it within a minute."""
        from celery import current_app

        import podero_admin.celery  # noqa: F401 - the application that sends

        current_app.send_task("directory.refresh_due")

    def fill(self) -> None:
        wanted, end = self.options.users, time.monotonic() + self.options.limit
        progress = Progress("Fill", wanted, stream=Stream)
        while (done := self.done()) < wanted:
            self.fleet.check_children()
            if time.monotonic() > end:
                say(f"Given up after {self.options.limit:.0f} s.")
                break
            for name, megabytes in self.fleet.memory().items():
                self.peaks[name] = max(self.peaks.get(name, 0.0), megabytes)
            if self.options.kill and not self.killed and done > wanted * self.options.kill_at:
                self.fleet.forget_killed("worker-1")
                self.killed = True
                say(f"Killed worker-1 after {done} customers.")
            progress.show(done=done, failed=self.failed())
            time.sleep(self.options.look_every)
        progress.end(done=self.done(), failed=self.failed())

    def done(self) -> int:
        from podero_admin.directory.models import Customer

        return Customer.objects.filter(vehicles_asked_at__isnull=False).count()

    def failed(self) -> int:
        from django.db.models import Sum

        from podero_admin.mirror.models import Pass

        return int(Pass.objects.aggregate(failed=Sum("failed"))["failed"] or 0)

    def problems(self) -> Iterator[str]:
        world = World.demo(seed=self.options.seed, users=self.options.users)
        yield from checking.differences(world)
        yield from showing.differences(world, self.fleet.address)
        asked = self.control.count("vehicles")
        in_the_air = 2 * self.options.at_once * max(1, int(self.options.per_second / self.options.at_once / 4))
        yield from checking.asked_too_often(asked, most_twice=in_the_air if self.killed else 0)
        if self.options.kill and not self.killed:
            yield "no worker was killed: it was over too soon"
        if tracebacks := self.logged_tracebacks():
            yield f"{tracebacks} tracebacks in the logs of the run"

    def logged_tracebacks(self) -> int:
        logs = [path for path in self.fleet.var.glob("*.log") if path.stem != "sandbox"]
        return sum(path.read_text(errors="replace").count("Traceback (most recent") for path in logs)

    def tell(self, problems: list[str]) -> int:
        from podero_admin.vehicles.models import Vehicle

        say(f"{self.done()} customers, {Vehicle.objects.count()} vehicles; {self.failed()} could not be asked about")
        peaks = ", ".join(f"{name} {megabytes:.0f} MB" for name, megabytes in sorted(self.peaks.items()))
        say(f"largest resident memory seen: {peaks}")
        for problem in problems:
            say(f"WRONG: {problem}")
        say("wrong" if problems else "every customer and vehicle, list, number and search is as in the sandbox")
        return 1 if problems else 0
