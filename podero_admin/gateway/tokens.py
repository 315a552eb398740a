"""Where tokens are kept for all processes: encrypted, in the shared cache."""

import base64
import hashlib
import json
import time
from contextlib import AbstractContextManager
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.cache import cache

from podero_admin.core.lease import lease
from podero_admin.gateway.facts import note
from podero_admin.podero import Token
from podero_admin.podero.deadline import seconds_left

TOKEN_LOCK_SECONDS = 20.0


@lru_cache(maxsize=1)
def _cipher(secret_key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"token cache:{secret_key}".encode()).digest()))


@lru_cache(maxsize=64)
def _opened(sealed: str, secret_key: str) -> Token | None:
    """Every call needs the token, and a process opens the same one once."""
    try:
        return Token(**json.loads(_cipher(secret_key).decrypt(sealed.encode())))
    except (InvalidToken, ValueError):
        return None


class CachedTokenStore:
    """Tokens for all processes, encrypted in the shared cache."""

    def get(self, key: str) -> Token | None:
        sealed = cache.get(f"podero:token:{key}")
        if not sealed:
            return None
        return _opened(sealed, settings.SECRET_KEY)

    def set(self, key: str, token: Token, ttl: float) -> None:
        opened = {"access_token": token.access_token, "expires_at": token.expires_at, "renew_at": token.renew_at}
        cache.set(
            f"podero:token:{key}", _cipher(settings.SECRET_KEY).encrypt(json.dumps(opened).encode()).decode(), ttl
        )
        note(key, token_at=time.time())

    def delete(self, key: str) -> None:
        cache.delete(f"podero:token:{key}")

    def lock(self, key: str) -> AbstractContextManager[bool]:
        """Hold the only right to ask for a token; whoever waits gives up rather than hang."""
        patience = min(TOKEN_LOCK_SECONDS, seconds_left())
        return lease(f"podero:token-lock:{key}", seconds=TOKEN_LOCK_SECONDS, patience=patience)

    def get_hint(self, key: str) -> str | None:
        hint = cache.get(f"podero:token-body:{key}")
        return hint if isinstance(hint, str) else None

    def set_hint(self, key: str, encoding: str) -> None:
        cache.set(f"podero:token-body:{key}", encoding, None)
