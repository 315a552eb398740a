"""The one place where settings meet the API client: which credentials, which limits, where the token is kept."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.cache import cache

from podero_admin.env import ConfigurationError, OrganizationSettings, Secret, read_organizations
from podero_admin.podero import Credentials, MemoryTokenStore, PoderoClient, Timeouts, Token, TokenSource, Transport
from podero_admin.podero.errors import KnownAway, NotConfigured, PoderoError

QUICK_SECONDS = 4.0
TOKEN_LOCK_SECONDS = 20.0
AWAY_AFTER = 3
AWAY_SECONDS = 15.0 * settings.TIME_SCALE


@lru_cache(maxsize=1)
def _cipher(secret_key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"token cache:{secret_key}".encode()).digest()))


class CachedTokenStore:
    """Tokens for all processes, encrypted in the shared cache."""

    def get(self, key: str) -> Token | None:
        sealed = cache.get(f"podero:token:{key}")
        if not sealed:
            return None
        try:
            opened = json.loads(_cipher(settings.SECRET_KEY).decrypt(sealed.encode()))
        except (InvalidToken, ValueError):
            return None
        return Token(**opened)

    def set(self, key: str, token: Token, ttl: float) -> None:
        opened = {"access_token": token.access_token, "expires_at": token.expires_at, "renew_at": token.renew_at}
        cache.set(
            f"podero:token:{key}", _cipher(settings.SECRET_KEY).encrypt(json.dumps(opened).encode()).decode(), ttl
        )
        note(key, token_at=time.time())

    def delete(self, key: str) -> None:
        cache.delete(f"podero:token:{key}")

    @contextmanager
    def lock(self, key: str) -> Iterator[bool]:
        """Hold a short lease in the cache; whoever waits looks every 20 ms, and gives up rather than hang."""
        name, mine, until = (
            f"podero:token-lock:{key}",
            f"{threading.get_ident()}-{time.monotonic_ns()}",
            time.monotonic() + TOKEN_LOCK_SECONDS,
        )
        acquired = cache.add(name, mine, TOKEN_LOCK_SECONDS)
        while not acquired and time.monotonic() < until:
            time.sleep(0.02)
            acquired = cache.add(name, mine, TOKEN_LOCK_SECONDS)
        try:
            yield acquired
        finally:
            if acquired and cache.get(name) == mine:
                cache.delete(name)

    def get_hint(self, key: str) -> str | None:
        hint = cache.get(f"podero:token-body:{key}")
        return hint if isinstance(hint, str) else None

    def set_hint(self, key: str, encoding: str) -> None:
        cache.set(f"podero:token-body:{key}", encoding, None)


class CachedBreaker:
    """Remembers for all processes that an organisation's Podero is away, so that nobody waits for it over and over."""

    def __init__(self, key: str) -> None:
        self.name = f"podero:away:{key}"
        self.key = key

    def allows(self) -> bool:
        return not self.is_away()

    def is_away(self) -> bool:
        return self.is_doubtful() and time.time() < self._kept()[1] + AWAY_SECONDS

    def is_doubtful(self) -> bool:
        """It was away, and no call has got an answer since."""
        return self._kept()[0] >= AWAY_AFTER

    def _kept(self) -> tuple[int, float]:
        failures, since = cache.get(self.name) or (0, 0.0)
        return int(failures), float(since)

    def record(self, *, reached: bool) -> None:
        kept = cache.get(self.name)
        if reached:
            if kept:
                cache.delete(self.name)
            return
        failures = (kept[0] if kept else 0) + 1
        cache.set(self.name, (failures, time.time()), 600)
        note(self.key, error_at=time.time(), error="Podero could not be reached.")


def note(key: str, **facts: Any) -> None:
    """Keep what the connections page tells: when the last token came, what went wrong last."""
    name = f"podero:facts:{key}"
    cache.set(name, (cache.get(name) or {}) | facts, None)


def connection_facts(organization_id: UUID) -> dict[str, Any]:
    facts: dict[str, Any] = dict(cache.get(f"podero:facts:{organization_id}") or {})
    return facts | {"is_away": CachedBreaker(str(organization_id)).is_away()}


@dataclass(frozen=True)
class _Stamp:
    """Which version of the organisations file was read."""

    path: str
    changed: int
    size: int


def _stamp(path: Path) -> _Stamp:
    try:
        state = path.stat()
    except OSError:
        return _Stamp(str(path), 0, 0)
    return _Stamp(str(path), state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _entries(stamp: _Stamp) -> dict[UUID, OrganizationSettings]:
    """Read again when the file changes, so that a rotated secret needs no restart."""
    entries = read_organizations(Path(stamp.path), allow_insecure=settings.ALLOW_INSECURE_UPSTREAM)
    return {entry.id: entry for entry in entries}


def _entry(organization_id: UUID) -> OrganizationSettings:
    try:
        return _entries(_stamp(settings.PODERO_ORGANIZATIONS))[organization_id]
    except ConfigurationError as error:
        raise NotConfigured(str(error)) from None
    except KeyError:
        raise NotConfigured(
            "This organisation is no longer in the organisations file: its data can be read, but Podero is not called."
        ) from None


def _late(secret: Secret | None) -> Callable[[], str]:
    return secret.read if secret else str


def _credentials(entry: OrganizationSettings) -> Credentials:
    return Credentials(
        token_url=entry.token_url,
        client_id=entry.client_id.read(),
        client_secret=_late(entry.client_secret),
        grant=entry.grant,  # type: ignore[arg-type] # env.py lets only these through
        username=_late(entry.username),
        password=_late(entry.password),
        client_auth=entry.client_auth,  # type: ignore[arg-type]
        token_body=entry.token_body,  # type: ignore[arg-type]
        scope=entry.scope,
    )


def _timeouts(seconds: float | None) -> Timeouts:
    limits = (settings.PODERO_CONNECT_TIMEOUT, settings.PODERO_READ_TIMEOUT, settings.PODERO_DEADLINE)
    connect, read, deadline = (min(limit, seconds) if seconds else limit for limit in limits)
    return Timeouts(connect=connect, read=read, deadline=deadline)


@lru_cache(maxsize=64)
def _source(entry: OrganizationSettings) -> TokenSource:
    return TokenSource(
        _credentials(entry),
        CachedTokenStore(),
        key=str(entry.id),
        timeouts=_timeouts(None),
        allow_insecure=settings.ALLOW_INSECURE_UPSTREAM,
    )


@lru_cache(maxsize=128)
def _client(entry: OrganizationSettings, seconds: float | None) -> PoderoClient:
    transport = Transport(
        entry.api_url,
        _source(entry),
        timeouts=_timeouts(seconds),
        allow_insecure=settings.ALLOW_INSECURE_UPSTREAM,
        breaker=CachedBreaker(str(entry.id)),
    )
    return PoderoClient(transport, entry.id)


def podero_client(organization_id: UUID, *, seconds: float | None = None) -> PoderoClient:
    """The client of one organisation, shared by the threads of this process; `seconds` shortens every time limit."""
    return _client(_entry(organization_id), seconds)


def ready_to_send(organization_id: UUID, *, user_id: UUID) -> None:
    """Make sure of a token now, so that a registration does not wait for one later; raises PoderoError.

    Where Podero was away and has not answered since, a read finds out whether it is back: never a registration.
    """
    entry, breaker = _entry(organization_id), CachedBreaker(str(organization_id))
    if not breaker.is_away():
        _source(entry).token()
        if breaker.is_doubtful():
            _probe(entry, user_id)
    if breaker.is_doubtful():
        raise KnownAway("Podero is known to be away, so nothing was sent.", retryable=True)


def _probe(entry: OrganizationSettings, user_id: UUID) -> None:
    """Any answer will do: what the breaker learns of it counts."""
    with suppress(PoderoError):
        _client(entry, QUICK_SECONDS).get_user(user_id)


def try_connection(organization_id: UUID) -> tuple[bool, str]:
    """Ask for a fresh token and the list of users; say in one sentence how that went."""
    try:
        entry = _entry(organization_id)
        source = TokenSource(
            _credentials(entry),
            MemoryTokenStore(),
            key="test",
            timeouts=_timeouts(None),
            allow_insecure=settings.ALLOW_INSECURE_UPSTREAM,
        )
        transport = Transport(
            entry.api_url, source, timeouts=_timeouts(None), allow_insecure=settings.ALLOW_INSECURE_UPSTREAM
        )
        users = PoderoClient(transport, entry.id).list_users().value
    except PoderoError as error:
        note(str(organization_id), error_at=time.time(), error=str(error))
        return False, str(error)
    note(str(organization_id), token_at=time.time(), error="")
    CachedBreaker(str(organization_id)).record(reached=True)
    return True, f"A token was given and the list of users was read: {len(users)} users."
