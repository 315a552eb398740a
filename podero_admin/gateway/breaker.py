"""Keeps everybody from waiting for a Podero that is away or slow; one at a time finds out whether it is back."""

import math
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, replace

from django.conf import settings

from podero_admin.core.lease import lease
from podero_admin.gateway.facts import AWAY_AFTER, Line, Lines, keep, lines_of, note_error
from podero_admin.gateway.tokens import CachedTokenStore
from podero_admin.podero.deadline import seconds_left
from podero_admin.podero.errors import KnownAway
from podero_admin.podero.exchange import Kind

#: What a page may wait in all; a longer read is too slow for a page.
QUICK_SECONDS: float = settings.PAGE_PATIENCE
#: What a call that only finds out whether Podero is back may take.
PROBE_SECONDS = 3.0
#: How long nobody asks after the last failure.
AWAY_SECONDS = 5.0 * settings.TIME_SCALE
#: Longer than any probe takes, so that a process that dies in one holds nobody up for long.
LEASE_SECONDS = 15.0
#: An answer that took longer came late.
LATE_AFTER: dict[Kind, float] = {"token": 3.0, "reads": QUICK_SECONDS, "list": math.inf, "register": 5.0}
NEARLY_OVER = 0.05

AWAY = "Podero is known to be away, so it was not asked."
SLOW = "Podero is slow at the moment, so it was not asked while you wait."


@dataclass
class _Probe:
    was_answered: bool = False


_probe: ContextVar[_Probe | None] = ContextVar("podero_probe", default=None)
_counting = threading.Lock()


class CachedBreaker:
    """What the calls of one organisation may do, by what the calls of all processes have met.

    Three calls of a kind in a row without an answer make it "away": only one probe at a time goes through, a read of
    one user, and any answer to it ends that. Three late answers in a row make it "slow": then only those who have
    little patience, the pages, are kept from asking.
    """

    def __init__(
        self, key: str, *, patience: float = math.inf, ask: Callable[[float], object] = lambda _: None
    ) -> None:
        self.key, self.patience, self.ask = key, patience, ask
        self.is_hasty = patience <= QUICK_SECONDS
        self._mine = threading.local()

    def require(self, kind: Kind) -> None:
        """Let a call be tried, if need be after a probe; raises KnownAway. A token alone is never worth a probe."""
        self._mine.spotless = False
        if _probe.get():
            return
        lines = self._lines()
        self._mine.spotless = kind not in lines
        problem = self._problem(kind, lines)
        if problem and kind != "token" and self.find_out():
            problem = self._problem(kind, self._lines())
        if problem:
            raise KnownAway(problem, retryable=True)

    def _problem(self, kind: Kind, lines: Lines) -> str:
        concerned = [lines[each] for each in {"token": ("token",)}.get(kind, ("reads", kind)) if each in lines]
        if any(line.is_away for line in concerned) or (kind != "token" and self._lacks_token(lines)):
            return AWAY
        return SLOW if self.is_hasty and any(line.is_slow for line in concerned) else ""

    def _lacks_token(self, lines: Lines) -> bool:
        """A token from before still serves while nobody can get a new one."""
        if "token" not in lines or not lines["token"].is_away:
            return False
        token = CachedTokenStore().get(self.key)
        return token is None or not token.is_fresh(time.time())

    def find_out(self) -> bool:
        """Ask whether Podero is back, unless somebody does so now or did a moment ago; True if it answered."""
        if not self._is_due():
            return False
        with lease(f"podero:probe:{self.key}", seconds=LEASE_SECONDS) as is_mine:
            if not is_mine or not self._is_due():
                return False
            probe = _Probe()
            before = _probe.set(probe)
            try:
                self.ask(min(self.patience, PROBE_SECONDS))
            finally:
                _probe.reset(before)
            self._learn(probe)
            return probe.was_answered

    def _is_due(self) -> bool:
        found = [line.at for line in self._lines().values() if line.trouble]
        return bool(found) and not 0 <= time.time() - max(found) < AWAY_SECONDS

    def _learn(self, probe: _Probe) -> None:
        """After an answer every kind may be tried again, but the next failure of what failed makes it away anew."""
        with _counting:
            for kind, line in self._lines().items():
                if probe.was_answered and line.is_away:
                    keep(self.key, kind, replace(line, failures=AWAY_AFTER - 1))
                elif line.trouble:
                    keep(self.key, kind, replace(line, at=time.time()))

    def record(self, kind: Kind, *, reached: bool, seconds: float) -> None:
        """Learn how a call ended. One that began with nothing against its kind, and ended well, changes nothing."""
        if _in_time(kind, reached=reached, seconds=seconds) and getattr(self._mine, "spotless", False):
            return
        probe = _probe.get()
        if probe and reached and kind == "reads":
            probe.was_answered = True
        with _counting:
            line = self._lines().get(kind, Line())
            after = self._after(line, kind, reached=reached, seconds=seconds)
            if after != line:
                keep(self.key, kind, after)
        if not reached and after != line:
            note_error(self.key, "Podero could not be reached.")

    def _after(self, line: Line, kind: Kind, *, reached: bool, seconds: float) -> Line:
        """How the line goes on; of a side that is slow, or asked for a long list, nobody in haste expects an answer."""
        if _in_time(kind, reached=reached, seconds=seconds):
            return Line()
        if reached:
            return Line(late=AWAY_AFTER if line.is_away else min(line.late + 1, AWAY_AFTER), at=time.time())
        was_known = line.is_away and not _probe.get()
        is_expected = self.is_hasty and (kind == "list" or (line.is_slow and seconds_left() < NEARLY_OVER))
        if was_known or is_expected:
            return line
        return Line(min(line.failures + 1, AWAY_AFTER), line.late, time.time())

    def answered(self) -> None:
        """Podero was seen to work: all is forgotten."""
        for kind in self._lines():
            keep(self.key, kind, Line())

    def _lines(self) -> Lines:
        return lines_of([self.key])[self.key]


def _in_time(kind: Kind, *, reached: bool, seconds: float) -> bool:
    return reached and seconds <= LATE_AFTER[kind]
