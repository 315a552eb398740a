"""A right that one process at a time holds, over all machines, in the shared cache."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from django.core.cache import cache

LOOKED_EVERY = 0.02


@contextmanager
def lease(name: str, *, seconds: float, patience: float = 0.0) -> Iterator[bool]:
    """Hold it, perhaps after waiting; False where somebody else still does.

    Of a process that dies it is free again after `seconds`. Whoever took longer leaves it to the next holder.
    """
    mine, until = uuid4().hex, time.monotonic() + patience
    is_mine = cache.add(name, mine, seconds)
    while not is_mine and time.monotonic() < until:
        time.sleep(LOOKED_EVERY)
        is_mine = cache.add(name, mine, seconds)
    try:
        yield is_mine
    finally:
        if is_mine and cache.get(name) == mine:
            cache.delete(name)
