"""Agents who write all the time while worker and scheduler do: nobody may see a locked database, or be kept out."""

import argparse
import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.faults.prove.agent import Agent
from tests.faults.prove.pressing import Crew
from tests.faults.prove.stage import Stage
from tests.faults.prove.telling import percentile, say

LOCKED = ("database is locked", "database table is locked", "deadlock detected")
FINE = frozenset({200, 302, 409, 422})
#: The product takes 60 sign-ins a minute from one address, and all of these have one.
BETWEEN_SIGN_INS = 2.0


class Gate:
    """Lets one through, and nobody for a while after."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self._next, self._lock = seconds, 0.0, threading.Lock()

    def passes(self) -> bool:
        with self._lock:
            now = time.monotonic()
            if now < self._next:
                return False
            self._next = now + self.seconds
            return True


class Writer(threading.Thread):
    """One of them: with customers of her own, so that each registration is hers alone to settle."""

    def __init__(self, agent: Agent, supervisor: Agent, customers: Sequence[Any], gate: Gate, dice: random.Random):
        super().__init__(daemon=True)
        self.agent, self.supervisor, self.gate, self.dice = agent, supervisor, gate, dice
        self.customers = [str(customer.id) for customer in customers]
        self.ending = threading.Event()
        self.done: Counter[str] = Counter()
        self.seconds: list[float] = []
        self.odd: list[str] = []
        self.acts = (
            self.register, self.register, self.register, self.refresh, self.refresh, self.look, self.look,
            self.export, self.session,
        )  # fmt: skip

    def run(self) -> None:
        while not self.ending.is_set():
            act = self.dice.choice(self.acts)
            began = time.monotonic()
            try:
                act(self.dice.choice(self.customers))
            except Exception as error:  # noqa: BLE001 - told at the end
                self.odd.append(f"{act.__name__}: {type(error).__name__} {error}"[:300])
            self.seconds.append(time.monotonic() - began)

    def _told(self, what: str, status: int, text: str = "") -> None:
        self.done[what] += 1
        if status not in FINE or any(sentence in text for sentence in LOCKED):
            self.odd.append(f"{what}: {status} {text[:100]}")

    def register(self, customer: str) -> None:
        seen = self.agent.press(customer, self.agent.open_form(customer), confirm_duplicate="on")
        self._told("register", seen.status, seen.text)

    def refresh(self, customer: str) -> None:
        answer = self.agent.ask("POST", f"/customers/{customer}/refresh/", {})
        self._told("refresh", answer.status_code, answer.text)

    def look(self, customer: str) -> None:
        answer = self.agent.ask("GET", f"/customers/{customer}/")
        self._told("look", answer.status_code, answer.text)

    def export(self, customer: str) -> None:
        """Of one action only: with all of a long run's events it would be the only thing that is measured."""
        answer = self.supervisor.ask("POST", "/audit/export/", {"action": "events.exported"})
        self._told("export", answer.status_code, answer.text)

    def session(self, customer: str) -> None:
        if self.gate.passes():
            answer = self.agent.ask("POST", "/accounts/logout/", {})
            self._told("session", answer.status_code, answer.text)
            self._sign_in()

    def _sign_in(self, tries: int = 5) -> None:
        """Again after a while where she is refused: the sign-in's rate limit does so when its lock is not free at once."""
        for left in reversed(range(tries)):
            try:
                self.agent.sign_in()
            except AssertionError as refusal:
                if not left:
                    raise
                self.done[f"sign-in tried again after {refusal}"[:120]] += 1
                time.sleep(self.gate.seconds)
            else:
                return


class Writing:
    def __init__(
        self, stage: Stage, crew: Crew, customers: Sequence[Any], options: argparse.Namespace, stopping: threading.Event
    ) -> None:
        self.stage, self.options, self.stopping, self.problems = stage, options, stopping, list[str]()
        gate, share = Gate(BETWEEN_SIGN_INS), len(customers) // options.writers
        of = {key: [each for each in customers if each.organization_id == key] for key in crew.agents}
        hired = [(key, agent) for key, agents in crew.agents.items() for agent in agents]
        hired = sorted(hired, key=lambda pair: pair[1].email)[: options.writers]
        self.writers = [
            Writer(agent, crew.supervisors[key], self._own(of[key], share), gate, random.Random(f"{options.seed}-{n}"))
            for n, (key, agent) in enumerate(hired)
        ]

    @staticmethod
    def _own(customers: list[Any], share: int) -> list[Any]:
        """The next few of her organisation; where they run out, the last one is shared."""
        taken = customers[:share]
        del customers[: min(share, len(customers) - 1)]
        return taken

    def run(self) -> None:
        before = self._logs()
        for writer in self.writers:
            writer.start()
        self.stopping.wait(self.options.writers_seconds)
        for writer in self.writers:
            writer.ending.set()
        for writer in self.writers:
            writer.join(120)
        self._judge([log[before[name] :] for name, log in self._logs_read().items()])

    def _logs(self) -> dict[str, int]:
        return {name: len(log) for name, log in self._logs_read().items()}

    def _logs_read(self) -> dict[str, str]:
        paths = [self.stage.var / f"{name}.log" for name in ("web", "worker")]
        return {path.name: path.read_text(errors="replace") for path in paths}

    def _judge(self, logs: Sequence[str]) -> None:
        done, seconds = Counter[str](), [value for writer in self.writers for value in writer.seconds]
        for writer in self.writers:
            done.update(writer.done)
        odd = [text for writer in self.writers for text in writer.odd]
        locked = sum(log.count(sentence) for log in logs for sentence in LOCKED)
        chain = self._chain()
        told = ", ".join(f"{name} {count}" for name, count in sorted(done.items()))
        say(
            f"{len(self.writers)} writers for {self.options.writers_seconds:.0f} s: {sum(done.values())} acts ({told}), "
            f"p50 {percentile(seconds, 0.5):.2f} p95 {percentile(seconds, 0.95):.2f} max {max(seconds, default=0):.2f} s "
            f"· odd {len(odd)} · locked, in the logs {locked} · chain {chain}"
        )
        self.problems += [f"writers: {text}" for text in odd[:20]]
        self.problems += [f"writers: {locked} times a locked database in the logs"] if locked else []
        self.problems += [] if chain == "unbroken" else [f"writers: the chain is {chain}"]

    def _chain(self) -> str:
        from podero_admin.audit.services import verify_chain

        found = verify_chain()
        return "unbroken" if found.is_unbroken else f"broken: {found.problem}"
