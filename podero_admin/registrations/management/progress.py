"""A progress line for work in the foreground: how far, how fast, how long still, how many errors."""

import time
from typing import Any

WIDTH = 24
TERMINAL_SECONDS = 0.1
LOG_SECONDS = 10.0


class Progress:
    """Redraws one line in a terminal; elsewhere a plain line now and then."""

    def __init__(self, title: str, total: int, *, stream: Any) -> None:
        self.title, self.total, self.stream = title, total, stream
        self.is_terminal = bool(stream.isatty())
        self.done = self.failed = 0
        self.started = self.shown = time.monotonic()

    def step(self, *, failed: bool = False) -> None:
        self.done += 1
        self.failed += failed
        pause = TERMINAL_SECONDS if self.is_terminal else LOG_SECONDS
        if time.monotonic() - self.shown >= pause:
            self._show(ending="")

    def end(self) -> None:
        self._show(ending="\n")

    def line(self) -> str:
        passed = max(time.monotonic() - self.started, 0.001)
        rate = self.done / passed
        share = self.done / self.total if self.total else 1.0
        bar = "#" * int(share * WIDTH)
        left = _clock((self.total - self.done) / rate) if rate else "?"
        errors = f"{self.failed} {'error' if self.failed == 1 else 'errors'}"
        return f"{self.title} [{bar:<{WIDTH}}] {self.done}/{self.total}  {rate:.1f}/s  {left} left  {errors}"

    def _show(self, ending: str) -> None:
        self.shown = time.monotonic()
        if self.is_terminal:
            self.stream.write(f"\r{self.line()}\x1b[K", ending=ending)
        else:
            self.stream.write(self.line(), ending="\n")
        self.stream.flush()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"
