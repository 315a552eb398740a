"""How many threads of this process may wait for Podero at once, so that the others can go on serving pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from podero_admin.core.seats import Seats
from podero_admin.podero.errors import KnownAway

_seats = Seats()
share_threads = _seats.share
_has_seat: ContextVar[bool] = ContextVar("podero_has_seat", default=False)


@contextmanager
def seat() -> Iterator[None]:
    """Hold one of the places to wait in, for all calls of this block; raises KnownAway at once where none is free."""
    if _has_seat.get():
        yield
        return
    with _seats.taken() as is_mine:
        if not is_mine:
            raise KnownAway("Podero is busy: others here wait for it already, so nothing was sent.", retryable=True)
        before = _has_seat.set(True)
        try:
            yield
        finally:
            _has_seat.reset(before)
