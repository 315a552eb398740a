"""How many threads of a process one kind of work may use, so that the other kinds always find one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Seats:
    """Places for one kind of work, as many as there is room for; without a number, for all."""

    def __init__(self) -> None:
        self._places: threading.BoundedSemaphore | None = None

    def share(self, threads: int | None) -> None:
        """Half of a process's threads, and at least one; None takes the limit away, as in commands."""
        self._places = threading.BoundedSemaphore(max(1, threads // 2)) if threads else None

    @contextmanager
    def taken(self) -> Iterator[bool]:
        """One of them for this block; False at once where all are taken."""
        places = self._places
        has_place = places is None or places.acquire(blocking=False)
        try:
            yield has_place
        finally:
            if places is not None and has_place:
                places.release()
