"""Podero away in six ways while agents read: what they wait, whether a page says how old it is, when it is over."""

import argparse
import threading
import time
from collections.abc import Sequence

from podero_admin.demo.people import ORGANIZATIONS
from tests.faults.prove.agent import Agent
from tests.faults.prove.levers import Control
from tests.faults.prove.pressing import Crew
from tests.faults.prove.reading import Look, Readers
from tests.faults.prove.stage import Stage
from tests.faults.prove.telling import percentile, say
from tests.faults.prove.ways import away

LONGEST_WAIT, BACK_WITHIN, LAST_HOPE, MORE_TIME = 1.0, 30.0, 90.0, 20.0
CLIENTS = tuple(client for _, _, client, _ in ORGANIZATIONS)


class Watching:
    """For each way: how it is with Podero there, then away, then back; a line says what was seen."""

    def __init__(
        self, stage: Stage, control: Control, readers: Readers, crew: Crew, options: argparse.Namespace,
        stopping: threading.Event,
    ) -> None:  # fmt: skip
        self.stage, self.control, self.readers, self.options = stage, control, readers, options
        self.stopping, self.problems = stopping, list[str]()
        self.witnesses = [agents[0] for agents in crew.agents.values()]

    def run(self, ways: Sequence[str]) -> None:
        self.readers.start()
        for way in ways:
            if not self.stopping.is_set():
                self._one(way)
        self.readers.end()

    def _one(self, way: str) -> None:
        healthy = self._look_on(self.options.readers_seconds / 2)
        with away(self.stage, self.control, way, CLIENTS):
            seen = self._look_on(self.options.readers_seconds, until_told=MORE_TIME)
        seconds = self._back()
        self._judge(way, healthy, seen, seconds)

    def _look_on(self, seconds: float, *, until_told: float = 0.0) -> list[Look]:
        """What they see in this time; a little longer where nobody has been told yet, as in a run of a few seconds."""
        start = time.monotonic()
        self.stopping.wait(seconds)
        seen = self.readers.saw(start, time.monotonic())
        while (
            until_told and not any(look.says_away for look in seen) and time.monotonic() < start + seconds + until_told
        ):
            time.sleep(0.25)
            seen = self.readers.saw(start, time.monotonic())
        return seen

    def _back(self) -> float:
        """How long the strip that says "away" stays on anybody's page after it is over; bounded."""
        start = time.monotonic()
        while any(self._is_told_away(witness) for witness in self.witnesses):
            if time.monotonic() - start > LAST_HOPE:
                break
            time.sleep(0.25)
        return time.monotonic() - start

    @staticmethod
    def _is_told_away(witness: Agent) -> bool:
        return "data-podero=" in witness.patiently("GET", "/registrations/").text

    def _judge(self, way: str, healthy: Sequence[Look], seen: Sequence[Look], back: float) -> None:
        seconds, usual = [look.seconds for look in seen], [look.seconds for look in healthy]
        wrong = [look for look in seen if look.status != 200]
        ageless = [look for look in seen if look.status == 200 and not look.has_age]
        slow = [look for look in seen if look.seconds > LONGEST_WAIT]
        told = sum(look.says_away for look in seen)
        say(
            f"away, {way}: {len(self.readers.all)} agents, {len(seen)} pages, p50 {percentile(seconds, 0.5):.2f} "
            f"p95 {percentile(seconds, 0.95):.2f} max {max(seconds, default=0):.2f} s (healthy: p50 "
            f"{percentile(usual, 0.5):.2f} p95 {percentile(usual, 0.95):.2f} max {max(usual, default=0):.2f}) · not 200: "
            f"{len(wrong)} · without age {len(ageless)} · over {LONGEST_WAIT:.0f} s {len(slow)} · {told} said that it is "
            f"away · normal after {back:.1f} s"
        )
        self._note(way, "answered with", [f"{look.page} {look.status}" for look in wrong])
        self._note(way, "without its age", [look.page for look in ageless])
        if not told:
            self.problems.append(f"away, {way}: no page said so")
        if self.options.judge_times:
            self._note(way, "too slow", [f"{look.page} {look.seconds:.2f} s" for look in slow])
        if back > (BACK_WITHIN if self.options.judge_times else LAST_HOPE):
            self.problems.append(f"away, {way}: not normal again after {back:.0f} s")

    def _note(self, way: str, what: str, found: Sequence[str]) -> None:
        if found:
            self.problems.append(f"away, {way}: {len(found)} pages {what}: {', '.join(found[:8])}")
