"""How many threads of this process the mirror may use, so that settling and the other work always find one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_seats: threading.BoundedSemaphore | None = None


def share_threads(threads: int | None) -> None:
    """Let the mirror use half of a worker's threads, and at least one; None lets it use all, as in commands."""
    global _seats  # noqa: PLW0603 - one limit for the whole process is what this is
    _seats = threading.BoundedSemaphore(max(1, threads // 2)) if threads else None


@contextmanager
def seat() -> Iterator[bool]:
    """A place in this process, for one run; False where all are taken."""
    seats = _seats
    has_seat = seats is None or seats.acquire(blocking=False)
    try:
        yield has_seat
    finally:
        if seats is not None and has_seat:
            seats.release()
