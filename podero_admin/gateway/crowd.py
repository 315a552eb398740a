"""How many threads of this process may wait for Podero at once, so that the others can go on serving pages."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from podero_admin.podero.errors import KnownAway

_seats: threading.BoundedSemaphore | None = None
_has_seat: ContextVar[bool] = ContextVar("podero_has_seat", default=False)


def share_threads(threads: int | None) -> None:
    """Let half of a web process's threads wait, and at least one; None lets all, as in the worker and in commands."""
    global _seats  # noqa: PLW0603 - one limit for the whole process is what this is
    _seats = threading.BoundedSemaphore(max(1, threads // 2)) if threads else None


@contextmanager
def seat() -> Iterator[None]:
    """Hold one of the places to wait in, for all calls of this block; raises KnownAway at once where none is free."""
    seats = _seats
    if seats is None or _has_seat.get():
        yield
        return
    if not seats.acquire(blocking=False):
        raise KnownAway("Podero is busy: others here wait for it already, so nothing was sent.", retryable=True)
    before = _has_seat.set(True)
    try:
        yield
    finally:
        _has_seat.reset(before)
        seats.release()
