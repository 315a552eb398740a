"""A Redis database of one run's own: one in which nothing is, emptied afterwards."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast
from urllib.parse import urlsplit


@contextmanager
def redis_number(url: str) -> Iterator[str]:
    """The address of a free number of this Redis, so that others' workers and pages take nothing of ours; "" for ""."""
    found = _taken(url) if url else ""
    try:
        yield found
    finally:
        if found:
            import redis

            with redis.Redis.from_url(found) as server:
                server.flushdb()


def _taken(url: str) -> str:
    import redis

    for number in range(15, 0, -1):
        found = urlsplit(url)._replace(path=f"/{number}").geturl()
        with redis.Redis.from_url(found) as server:
            if server.set("podero-admin-test", os.getpid(), nx=True) and cast("int", server.dbsize()) == 1:
                return found
    raise RuntimeError("Every database of this Redis is in use.")
