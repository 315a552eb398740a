"""Hands out clients of the API: with the organisation's credentials, limits, breaker and a place to wait in."""

import math
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from django.conf import settings

from podero_admin.env import OrganizationSettings
from podero_admin.gateway.breaker import CachedBreaker
from podero_admin.gateway.crowd import seat
from podero_admin.gateway.entries import credentials, entry_of
from podero_admin.gateway.facts import note, note_error
from podero_admin.gateway.tokens import CachedTokenStore
from podero_admin.podero import Breaker, MemoryTokenStore, PoderoClient, Timeouts, TokenAtHand, TokenSource, Transport
from podero_admin.podero.deadline import within
from podero_admin.podero.errors import KnownAway, PoderoError
from podero_admin.podero.exchange import Answer, Kind

#: How long a press waits for a token or for a sign of life, before anything is sent.
READY_SECONDS = 10.0
NOBODY = UUID(int=0)


class _SharedTransport(Transport):
    """Takes one of the places to wait in; a read, with its token and its tries, ends after `seconds`."""

    def __init__(self, *args: Any, seconds: float, **options: Any) -> None:
        super().__init__(*args, **options)
        self._seconds = seconds

    def request(self, method: Any, *args: Any, **options: Any) -> Answer:
        """A registration has the time limits of its one POST: what came before must not shorten them."""
        with seat(), within(self._seconds if method == "GET" else math.inf):
            return super().request(method, *args, **options)


@dataclass(frozen=True)
class _LetThrough:
    """A breaker that was asked just now, and goes on learning."""

    breaker: CachedBreaker

    def require(self, kind: Kind) -> None:
        """Nobody asks twice within one press."""

    def record(self, kind: Kind, *, reached: bool, seconds: float) -> None:
        self.breaker.record(kind, reached=reached, seconds=seconds)


def _timeouts(seconds: float = math.inf) -> Timeouts:
    limits = (settings.PODERO_CONNECT_TIMEOUT, settings.PODERO_READ_TIMEOUT, settings.PODERO_DEADLINE)
    connect, read, deadline = (min(limit, seconds) for limit in limits)
    return Timeouts(connect=connect, read=read, deadline=deadline)


def _connecting() -> dict[str, Any]:
    """Which addresses will do, and whose certificates."""
    return {"allow_insecure": settings.ALLOW_INSECURE_UPSTREAM, "ca_bundle": settings.PODERO_CA_BUNDLE}


@lru_cache(maxsize=64)
def _source(entry: OrganizationSettings) -> TokenSource:
    return TokenSource(
        credentials(entry),
        CachedTokenStore(),
        key=str(entry.id),
        timeouts=_timeouts(),
        **_connecting(),
        breaker=CachedBreaker(str(entry.id)),
    )


def _breaker(entry: OrganizationSettings, *, seconds: float = math.inf, user_id: UUID = NOBODY) -> CachedBreaker:
    return CachedBreaker(str(entry.id), patience=seconds, ask=partial(_probe, entry, user_id))


def _probe(entry: OrganizationSettings, user_id: UUID, seconds: float) -> None:
    """Any answer will do, also that there is no such user: what the breaker learns of it counts."""
    with suppress(PoderoError):
        _client(entry, seconds).get_user(user_id)


@lru_cache(maxsize=128)
def _client(entry: OrganizationSettings, seconds: float) -> PoderoClient:
    return PoderoClient(_transport(entry, _source(entry), _breaker(entry, seconds=seconds), seconds), entry.id)


def _transport(
    entry: OrganizationSettings, tokens: TokenSource | TokenAtHand, breaker: Breaker, seconds: float = math.inf
) -> Transport:
    return _SharedTransport(
        entry.api_url,
        tokens,
        seconds=min(seconds, settings.PODERO_DEADLINE),
        timeouts=_timeouts(seconds),
        **_connecting(),
        breaker=breaker,
    )


def podero_client(organization_id: UUID, *, seconds: float | None = None) -> PoderoClient:
    """The client of one organisation, shared by the threads of this process; `seconds` is for a read in all."""
    return _client(entry_of(organization_id), seconds or math.inf)


def ready_to_send(organization_id: UUID, *, user_id: UUID) -> PoderoClient:
    """A client with a token at hand, so that the one registration it is for waits for nothing; raises PoderoError.

    Where Podero was away and has not answered since, a read finds out whether it is back: never a registration.
    """
    entry = entry_of(organization_id)
    breaker = _breaker(entry, user_id=user_id)
    with seat(), within(READY_SECONDS):
        breaker.require("register")
        tokens = TokenAtHand(_source(entry))
    return PoderoClient(_transport(entry, tokens, _LetThrough(breaker)), entry.id)


def look_again(organization_id: UUID, *, user_id: UUID = NOBODY) -> bool:
    """Where Podero was away or slow, ask whether it is back, by reading this user; True if it answered just now."""
    return _breaker(entry_of(organization_id), user_id=user_id).find_out()


def try_connection(organization_id: UUID) -> tuple[bool, str]:
    """Ask for a fresh token and the list of users; say in one sentence how that went."""
    try:
        with seat():
            return _tried(organization_id)
    except KnownAway as busy:
        return False, str(busy)


def _tried(organization_id: UUID) -> tuple[bool, str]:
    key = str(organization_id)
    try:
        users = _test_client(entry_of(organization_id)).list_users().value
    except PoderoError as error:
        note_error(key, str(error))
        return False, str(error)
    note(key, token_at=time.time(), error="")
    CachedBreaker(key).answered()
    return True, f"A token was given and the list of users was read: {len(users)} users."


def _test_client(entry: OrganizationSettings) -> PoderoClient:
    """With a token of its own, and whatever the breaker says."""
    limits: dict[str, Any] = {"timeouts": _timeouts(), **_connecting()}
    source = TokenSource(credentials(entry), MemoryTokenStore(), key="test", **limits)
    return PoderoClient(Transport(entry.api_url, source, **limits), entry.id)
