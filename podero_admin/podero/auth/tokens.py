"""What we may do now: the token, and where it is kept for all who ask."""

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

EARLY = 300.0


@dataclass(frozen=True, slots=True)
class Token:
    """What we may do now. Times are seconds since the epoch."""

    access_token: str = field(repr=False)
    expires_at: float
    renew_at: float | None = None

    def is_fresh(self, now: float) -> bool:
        """Ask the clock, in seconds since the epoch, and not the server.

        A token kept without `renew_at` is renewed five minutes before its end.
        """
        return now < (self.expires_at - EARLY if self.renew_at is None else self.renew_at)


class TokenStore(Protocol):
    """Where tokens are kept for all threads and processes."""

    def get(self, key: str) -> Token | None:
        """Return the token kept under this key."""

    def set(self, key: str, token: Token, ttl: float) -> None:
        """Keep the token for `ttl` seconds."""

    def delete(self, key: str) -> None:
        """Forget the token."""

    def lock(self, key: str) -> AbstractContextManager[bool]:
        """Wait, but not for ever, until nobody else fetches for this key; yield whether that was reached."""

    def get_hint(self, key: str) -> str | None:
        """Return the body encoding that worked last."""

    def set_hint(self, key: str, encoding: str) -> None:
        """Remember the body encoding that worked."""


class MemoryTokenStore:
    """A store for one process."""

    def __init__(self, patience: float = 20) -> None:
        self._patience = patience
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._tokens: dict[str, tuple[Token, float]] = {}
        self._hints: dict[str, str] = {}

    def get(self, key: str) -> Token | None:
        """Return the token kept under this key, if its time is not over."""
        token, until = self._tokens.get(key, (None, 0.0))
        return token if time.monotonic() < until else None

    def set(self, key: str, token: Token, ttl: float) -> None:
        """Keep the token for `ttl` seconds."""
        self._tokens[key] = (token, time.monotonic() + ttl)

    def delete(self, key: str) -> None:
        """Forget the token."""
        self._tokens.pop(key, None)

    @contextmanager
    def lock(self, key: str) -> Iterator[bool]:
        """Wait, but not for ever, until nobody else fetches for this key; yield whether that was reached."""
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        acquired = lock.acquire(timeout=self._patience)
        try:
            yield acquired
        finally:
            if acquired:
                lock.release()

    def get_hint(self, key: str) -> str | None:
        """Return the body encoding that worked last."""
        return self._hints.get(key)

    def set_hint(self, key: str, encoding: str) -> None:
        """Remember the body encoding that worked."""
        self._hints[key] = encoding
