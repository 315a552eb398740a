"""The one place where settings meet the API client: credentials, limits, tokens, and whether Podero is there at all."""

from podero_admin.gateway.breaker import AWAY_SECONDS, PROBE_SECONDS, QUICK_SECONDS, CachedBreaker
from podero_admin.gateway.clients import look_again, podero_client, ready_to_send, try_connection
from podero_admin.gateway.crowd import share_threads
from podero_admin.gateway.facts import AWAY_AFTER, connection_facts, note, troubles
from podero_admin.gateway.tokens import CachedTokenStore
from podero_admin.podero.deadline import within

__all__ = [
    "AWAY_AFTER",
    "AWAY_SECONDS",
    "PROBE_SECONDS",
    "QUICK_SECONDS",
    "CachedBreaker",
    "CachedTokenStore",
    "connection_facts",
    "look_again",
    "note",
    "podero_client",
    "ready_to_send",
    "share_threads",
    "troubles",
    "try_connection",
    "within",
]
