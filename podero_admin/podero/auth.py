"""The OAuth2 token: who we are, what we may do now, and one fetch however many ask."""

import copy
import io
import json
import logging
import math
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import requests
from oauthlib.oauth2 import BackendApplicationClient, LegacyApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session
from urllib3.exceptions import HTTPError

from podero_admin.podero.deadline import Call, TimedSession, Timeouts, limits, on_the_clock, pieces
from podero_admin.podero.errors import AuthenticationFailed, NotConfigured, PoderoError, Unreachable

Secret = str | Callable[[], str]
Encoding = Literal["json", "form"]

EARLY = 300.0
SHORT_LIFE = 300
LONGEST_LIFE = 86_400
BODY_CAP = 65_536
TRY_LATER = frozenset({408, 429})
USABLE_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")
REFUSALS = {
    "invalid_client": "it does not accept the client id or the client secret",
    "invalid_grant": "it does not accept the user name or the password",
    "unauthorized_client": "this client may not use this grant",
    "unsupported_grant_type": "it does not offer this grant, or not in this encoding",
    "invalid_scope": "it does not grant this scope",
    "invalid_request": "it finds the request incomplete",
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who we are. Secrets may be callables, asked late, so that a rotated secret works without a restart."""

    token_url: str
    client_id: str
    client_secret: Secret = field(repr=False)
    grant: Literal["client_credentials", "password"] = "client_credentials"
    username: Secret = field(default="", repr=False)
    password: Secret = field(default="", repr=False)
    client_auth: Literal["basic", "body"] = "basic"
    token_body: Literal["auto", "json", "form"] = "auto"  # noqa: S105  # an encoding, not a secret
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """What we may do now. Times are seconds since the epoch."""

    access_token: str = field(repr=False)
    expires_at: float
    renew_at: float | None = None

    def is_fresh(self, now: float) -> bool:
        """Ask the clock, not the server; a token kept without `renew_at` is renewed five minutes before its end."""
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
    ) -> None:
        require_address(credentials.token_url, allow_insecure=allow_insecure, name="token address")
        _silence_loggers()
        self._credentials, self._store, self._key = credentials, store, key
        self._timeouts, self._ca_bundle, self._clock = timeouts or Timeouts(), ca_bundle, clock
        self._failure: tuple[float, PoderoError] | None = None

    def token(self) -> Token:
        """Return the kept token, or a new one when its end is near."""
        return self._kept() or self._fetched_once(unwanted=None)

    def renew(self, stale: Token) -> Token:
        """Replace a token that the API refused, unless somebody has replaced it already."""
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
            return self._fetched()

    def _share_failure_since(self, asked: float) -> None:
        """Whoever waited while a fetch failed takes its failure, or fifty would fail one after the other."""
        if self._failure and self._failure[0] >= asked:
            raise copy.copy(self._failure[1])

    def _fetched(self) -> Token:
        now = self._clock()
        try:
            access_token, lifetime = self._asked()
        except PoderoError as error:
            self._failure = (time.monotonic(), error)
            raise
        early = EARLY if lifetime >= 2 * EARLY else lifetime / 2
        token = Token(access_token, expires_at=now + lifetime, renew_at=now + lifetime - early)
        self._store.set(self._key, token, lifetime - early)
        return token

    def _asked(self) -> tuple[str, int]:
        """Ask in the encoding that is configured or known to work; on exactly one refusal, once in the other."""
        call = Call(self._timeouts)
        first, *others = self._encodings()
        try:
            return self._ask(first, call)
        except AuthenticationFailed as refused:
            if not others or (refused.status, refused.code) != (400, "unsupported_grant_type"):
                raise
        answer = self._ask(others[0], call)
        self._store.set_hint(self._key, others[0])
        return answer

    def _encodings(self) -> list[Encoding]:
        if self._credentials.token_body != "auto":  # noqa: S105  # an encoding, not a secret
            return [self._credentials.token_body]
        return ["form", "json"] if self._store.get_hint(self._key) == "form" else ["json", "form"]

    def _ask(self, encoding: Encoding, call: Call) -> tuple[str, int]:
        known = self._credentials
        scope: Any = known.scope.split() or None
        grant = BackendApplicationClient if known.grant == "client_credentials" else LegacyApplicationClient
        client = grant(known.client_id, scope=scope)
        with _TokenSession(client, known.token_url, encoding, call, self._ca_bundle) as session, on_the_clock(call):
            try:
                token = session.fetch_token("https://token.endpoint", **_proof(known))
            except (requests.RequestException, HTTPError, OSError) as error:
                raise Unreachable(_away("did not answer"), retryable=True) from error
        return token["access_token"], token["expires_in"]


class _TokenSession(TimedSession, OAuth2Session):
    """One fetch of one token: with time limits, without redirects, to the configured address.

    The library refuses `http:` unless an environment variable of the whole process says otherwise, and looks only at
    the address it is called with. The scheme is our own check (`require_address`), so it is called with a stand-in and
    `request` puts the true address in.
    """

    def __init__(self, client: Any, url: str, encoding: Encoding, call: Call, ca_bundle: str | None) -> None:
        super().__init__(client=client)
        self.settle(ca_bundle)
        self._address, self._encoding, self._on_its_way = url, encoding, call
        hooks: Any = self.compliance_hook
        hooks["access_token_request"].add(self._encoded)
        hooks["access_token_response"].add(_checked)

    def _encoded(self, url: str, headers: dict[str, str], options: dict[str, Any]) -> tuple[str, Any, Any]:
        headers = {"Accept": "application/json", "Cache-Control": "no-cache"}
        return url, headers, {"json" if self._encoding == "json" else "data": options["data"]}

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override]  # noqa: ARG002
        options |= {"timeout": limits(self._on_its_way), "allow_redirects": False, "stream": True}
        with requests.Session.request(self, method, self._address, **options) as response:
            body = b"".join(pieces(response, BODY_CAP))
        response.raw = io.BytesIO(body)
        response.encoding = "utf-8"
        return response


def require_address(url: str, *, allow_insecure: bool, name: str) -> None:
    """Refuse an address that is no plain https URL; with `allow_insecure`, http will do."""
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        raise NotConfigured(f"The {name} of the API is no usable URL.") from None
    if not usable or parts.query or parts.fragment or parts.username is not None:
        raise NotConfigured(f"The {name} of the API is no plain URL: a scheme, a host and a path are expected.")
    if parts.scheme not in (("https", "http") if allow_insecure else ("https",)):
        raise NotConfigured(f"The {name} of the API must begin with https://.")


def _proof(known: Credentials) -> dict[str, Any]:
    """How we show who we are, as `fetch_token` wants it."""
    secret = _plain(known.client_secret, "client secret")
    proof: dict[str, Any] = {"include_client_id": True, "client_secret": secret}
    if known.client_auth == "basic":
        proof = {"auth": HTTPBasicAuth(known.client_id.encode(), secret.encode())}
    if known.grant == "password":
        proof |= {"username": _plain(known.username, "user name"), "password": _plain(known.password, "password")}
    return proof


def _plain(secret: Secret, name: str) -> str:
    try:
        value = secret if isinstance(secret, str) else secret()
        value.encode()
    except (OSError, LookupError, ValueError):
        raise NotConfigured(f"The {name} for the API cannot be read.") from None
    if not value:
        raise NotConfigured(f"The {name} for the API is empty.")
    return value


def _checked(response: requests.Response) -> SimpleNamespace:
    """Judge the answer; hand on only what oauthlib can read without objections."""
    status, answer = response.status_code, _object(response.content)
    code = answer.get("error")
    known = code if isinstance(code, str) and code in REFUSALS else ""
    if status // 100 not in (2, 4) or status in TRY_LATER:
        raise Unreachable(_away(f"answered with HTTP {status}"), status=status, retryable=True)
    if status // 100 == 4 or code:  # noqa: PLR2004  # the hundred of refusals
        why = REFUSALS.get(known, f"HTTP {status}")
        raise AuthenticationFailed(f"Podero's token endpoint refused us: {why}.", status=status, code=known)
    token = answer.get("access_token")
    if not isinstance(token, str) or not USABLE_TOKEN.fullmatch(token):
        raise Unreachable(_away("gave no usable token"), status=status)
    text = {"access_token": token, "token_type": "Bearer", "expires_in": lifetime_in_seconds(answer.get("expires_in"))}
    return SimpleNamespace(text=json.dumps(text))


def _object(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body) if len(body) <= BODY_CAP else None
    except (ValueError, RecursionError):
        answer = None
    return answer if isinstance(answer, dict) else {}


def _away(what: str) -> str:
    return f"There is no token, so nothing was sent: Podero's token endpoint {what}."


def lifetime_in_seconds(expires_in: object) -> int:
    """Read `expires_in` of any shape. Missing or senseless means a short life, and none is longer than a day."""
    if isinstance(expires_in, bool) or not isinstance(expires_in, int | float | str):
        return SHORT_LIFE
    try:
        seconds = float(expires_in)
    except OverflowError:
        return LONGEST_LIFE if isinstance(expires_in, int) and expires_in > 0 else SHORT_LIFE
    except ValueError:
        return SHORT_LIFE
    if math.isnan(seconds) or seconds <= 0:
        return SHORT_LIFE
    return max(int(min(seconds, LONGEST_LIFE)), 1)


class _NothingBelowWarning(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING


_quiet = _NothingBelowWarning()


def _silence_loggers() -> None:
    """These write tokens and secrets at DEBUG; a filter holds whatever level the application sets."""
    for name in ("requests_oauthlib.oauth2_session", "oauthlib"):
        logging.getLogger(name).addFilter(_quiet)
