"""A progress line for work in the foreground: how far, how fast, how long still, how many errors."""

import time
from typing import Any

WIDTH = 24
TERMINAL_SECONDS = 0.1
LOG_SECONDS = 10.0


class Progress:
    """Redraws one line in a terminal; elsewhere a plain line now and then. What was done before counts for no speed."""

    def __init__(self, title: str, total: int, *, stream: Any, done: int = 0) -> None:
        self.title, self.total, self.stream = title, total, stream
        self.is_terminal = bool(stream.isatty())
        self.done, self.failed, self.before, self.waiting = done, 0, done, ""
        self.started = self.shown = time.monotonic()

    def step(self, *, failed: bool = False) -> None:
        self.show(done=self.done + 1, failed=self.failed + failed)

    def show(self, *, done: int, failed: int, waiting: str = "") -> None:
        """With `waiting` it says what is waited for in place of a speed and an end that nobody can know."""
        self.done, self.failed, self.waiting = done, failed, waiting
        pause = TERMINAL_SECONDS if self.is_terminal else LOG_SECONDS
        if time.monotonic() - self.shown >= pause:
            self._show(ending="")

    def end(self, *, done: int | None = None, failed: int | None = None) -> None:
        self.done = self.done if done is None else done
        self.failed = self.failed if failed is None else failed
        self.waiting = ""
        self._show(ending="\n")

    def line(self) -> str:
        passed = max(time.monotonic() - self.started, 0.001)
        rate = (self.done - self.before) / passed
        share = min(self.done / self.total, 1.0) if self.total else 1.0
        bar = "#" * int(share * WIDTH)
        left = _clock((self.total - self.done) / rate) if rate > 0 else "?"
        pace = self.waiting or f"{rate:.1f}/s  {left} left"
        errors = f"{self.failed} {'error' if self.failed == 1 else 'errors'}"
        return f"{self.title} [{bar:<{WIDTH}}] {self.done}/{self.total}  {pace}  {errors}"

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
