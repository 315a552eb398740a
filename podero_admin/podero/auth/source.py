"""One fetch of a token, however many ask for it."""

import copy
import time
from collections.abc import Callable

from podero_admin.podero.address import require_address
from podero_admin.podero.auth.answer import away
from podero_admin.podero.auth.credentials import Credentials
from podero_admin.podero.auth.endpoint import Encoding, ask, silence_loggers
from podero_admin.podero.auth.tokens import EARLY, Token, TokenStore
from podero_admin.podero.deadline import Call, Timeouts, seconds_left
from podero_admin.podero.errors import AuthenticationFailed, PoderoError, Unreachable
from podero_admin.podero.exchange import Breaker


class TokenSource:
    """Hands out one token to all who ask. Safe to share between threads."""

    def __init__(
        self,
        credentials: Credentials,
        store: TokenStore,
        *,
        key: str,
        timeouts: Timeouts | None = None,
        allow_insecure: bool = False,
        ca_bundle: str | None = None,
        clock: Callable[[], float] = time.time,
        breaker: Breaker | None = None,
    ) -> None:
        require_address(credentials.token_url, allow_insecure=allow_insecure, name="token address")
        silence_loggers()
        self._credentials, self._store, self._key = credentials, store, key
        self._timeouts, self._ca_bundle, self._clock = timeouts or Timeouts(), ca_bundle, clock
        self._breaker = breaker
        self._failure: tuple[float, PoderoError] | None = None

    def token(self) -> Token:
        """Return the kept token, or a new one when its end is near.

        Raises NotConfigured, Unreachable or AuthenticationFailed where a new one cannot be had; nothing was sent to the
        API then.
        """
        return self._kept() or self._fetched_once(unwanted=None)

    def renew(self, stale: Token) -> Token:
        """Return a token in place of one that the API refused; a new one, unless somebody has fetched it already.

        Raises NotConfigured, Unreachable or AuthenticationFailed.
        """
        return self._fetched_once(unwanted=stale.access_token)

    def _kept(self) -> Token | None:
        token = self._store.get(self._key)
        return token if token and token.is_fresh(self._clock()) else None

    def _fetched_once(self, unwanted: str | None) -> Token:
        asked = time.monotonic()
        with self._store.lock(self._key):
            if token := self._kept():
                if token.access_token != unwanted:
                    return token
                self._store.delete(self._key)
            self._share_failure_since(asked)
            if seconds_left() <= 0:
                raise Unreachable(away("did not answer in time"), retryable=True)
            return self._fetched()

    def _share_failure_since(self, asked: float) -> None:
        """Whoever waited while a fetch failed takes its failure, or fifty would fail one after the other."""
        if self._failure and self._failure[0] >= asked:
            raise copy.copy(self._failure[1])

    def _fetched(self) -> Token:
        now = self._clock()
        try:
            access_token, lifetime = self._told()
        except PoderoError as error:
            self._failure = (time.monotonic(), error)
            raise
        early = EARLY if lifetime >= 2 * EARLY else lifetime / 2
        token = Token(access_token, expires_at=now + lifetime, renew_at=now + lifetime - early)
        self._store.set(self._key, token, lifetime - early)
        return token

    def _told(self) -> tuple[str, int]:
        """A refusal is an answer; a setting of ours that is wrong says nothing of the other side."""
        if not self._breaker:
            return self._asked()
        self._breaker.require("token")
        began = time.monotonic()
        try:
            asked = self._asked()
        except (Unreachable, AuthenticationFailed) as error:
            reached = isinstance(error, AuthenticationFailed)
            self._breaker.record("token", reached=reached, seconds=time.monotonic() - began)
            raise
        self._breaker.record("token", reached=True, seconds=time.monotonic() - began)
        return asked

    def _asked(self) -> tuple[str, int]:
        """Ask in the encoding that is configured or known to work; on exactly one refusal, once in the other."""
        call = Call(self._timeouts)
        first, *others = self._encodings()
        try:
            return ask(self._credentials, first, call, self._ca_bundle)
        except AuthenticationFailed as refused:
            if not others or (refused.status, refused.code) != (400, "unsupported_grant_type"):
                raise
        answer = ask(self._credentials, others[0], call, self._ca_bundle)
        self._store.set_hint(self._key, others[0])
        return answer

    def _encodings(self) -> list[Encoding]:
        if self._credentials.token_body != "auto":  # noqa: S105  # an encoding, not a secret
            return [self._credentials.token_body]
        return ["form", "json"] if self._store.get_hint(self._key) == "form" else ["json", "form"]


class TokenAtHand:
    """A token that was just had, for one short task, and where to go when it is refused."""

    def __init__(self, source: TokenSource) -> None:
        """Have the token; raises NotConfigured, Unreachable or AuthenticationFailed."""
        self._source, self._token = source, source.token()

    def token(self) -> Token:
        """Return it without looking again."""
        return self._token

    def renew(self, stale: Token) -> Token:
        """Return another; raises NotConfigured, Unreachable or AuthenticationFailed."""
        return self._source.renew(stale)
