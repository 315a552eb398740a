"""Sends one request to the API: bearer, time limits, body cap, what may be repeated, status → error."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

import requests
from urllib3.exceptions import DecodeError, HTTPError, NameResolutionError

from podero_admin.podero.address import require_address
from podero_admin.podero.auth import Token, TokenSource
from podero_admin.podero.deadline import Call, TimedSession, Timeouts, limits, on_the_clock, pieces
from podero_admin.podero.errors import (
    AuthenticationFailed,
    ContractViolation,
    Interrupted,
    KnownAway,
    PoderoError,
    TimedOut,
    Unreachable,
    error_for,
)
from podero_admin.podero.reading import read_json, read_leniently, readable_id

Method = Literal["GET", "POST"]
Failure = TypeVar("Failure", bound=PoderoError)

SUCCESS = 2
UNAUTHORIZED = 401
PERHAPS_LATER = frozenset({502, 503, 504})
BETWEEN_TRIES = 0.2
REFUSAL_CAP = 65_536
HEADERS_KEPT = ("Content-Type", "Date", "Retry-After", "X-Request-ID")
NETWORK_ERRORS = (requests.RequestException, HTTPError, OSError)


class Breaker(Protocol):
    """Knows whether the other side is away, so that nobody waits for it again and again."""

    def allows(self) -> bool:
        """Say whether a call may be tried now."""

    def record(self, *, reached: bool) -> None:
        """Learn whether a call got an answer."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What became of one request, for metrics; `status` is None where there was no answer."""

    method: str
    path: str
    status: int | None
    duration_ms: int
    request_id: str
    error: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the API as it came, unpacked."""

    status: int
    body: bytes = field(repr=False)
    duration_ms: int
    request_id: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def is_success(self) -> bool:
        return self.status // 100 == SUCCESS

    @property
    def text(self) -> str:
        """The body as text that can be stored."""
        return self.body.decode("utf-8-sig", "replace").replace("\0", "�")

    def json(self) -> Any:
        """Read the body as JSON; raises ContractViolation, with the id if one can be read."""
        try:
            return read_json(self.body)
        except ValueError as why:
            found = readable_id(read_leniently(self.body))
            error = ContractViolation(f"Podero's answer cannot be read: {type(why).__name__}.", readable_id=found)
            raise self.attached_to(error) from None

    def attached_to(self, error: Failure) -> Failure:
        """Give an error what was seen of this exchange."""
        return error.seen(status=self.status, body=self.text, duration_ms=self.duration_ms, request_id=self.request_id)


@dataclass(frozen=True, slots=True)
class _Request:
    method: Method
    path: str
    request_id: str
    json: Any
    params: Mapping[str, str] | None
    headers: Mapping[str, str]
    body_cap: int


class Transport:
    """The way to one API. Safe to share between threads: each has a session of its own.

    A GET reuses its thread's connection and is tried once more after a time-out, a lost connection or a 502, 503 or
    504. A POST goes out once, on a connection made for it: one kept from before may have been closed by the other side
    just now, and then nobody can tell whether the request was read.
    """

    def __init__(
        self,
        base_url: str,
        token_source: TokenSource,
        *,
        timeouts: Timeouts | None = None,
        allow_insecure: bool = False,
        body_cap: int = 2_000_000,
        user_agent: str = "podero_admin",
        ca_bundle: str | None = None,
        breaker: Breaker | None = None,
        on_exchange: Callable[[Exchange], None] | None = None,
    ) -> None:
        require_address(base_url, allow_insecure=allow_insecure, name="address")
        self._base_url, self._tokens = base_url.rstrip("/"), token_source
        self._timeouts = timeouts or Timeouts()
        self._body_cap, self._user_agent, self._ca_bundle = body_cap, user_agent, ca_bundle
        self._breaker, self._on_exchange = breaker, on_exchange
        self._mine = threading.local()

    def request(
        self,
        method: Method,
        path: str,
        *,
        request_id: str,
        json: Any = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body_cap: int | None = None,
    ) -> Answer:
        """Send, and return the answer of a success (2xx); everything else raises a PoderoError."""
        request = _Request(method, path, request_id, json, params, headers or {}, body_cap or self._body_cap)
        try:
            if self._breaker and not self._breaker.allows():
                raise KnownAway("Podero is known to be away, so nothing was sent.", retryable=True)
            return self._authorized(request)
        except PoderoError as error:
            error.request_id = request_id
            raise

    def _authorized(self, request: _Request) -> Answer:
        """A 401 is given before any work is done, so one more try with a fresh token is safe for every method."""
        token = self._tokens.token()
        started = time.monotonic()
        answer = self._tried(request, token, started)
        if answer.status == UNAUTHORIZED:
            answer = self._tried(request, self._tokens.renew(token), started)
        if answer.status == UNAUTHORIZED:
            error = AuthenticationFailed("Podero does not accept our token, not even a fresh one.")
            error.sent = True
            raise answer.attached_to(error)
        if not answer.is_success:
            raise answer.attached_to(_refusal(answer))
        return answer

    def _tried(self, request: _Request, token: Token, started: float) -> Answer:
        if request.method == "GET":
            try:
                answer = self._exchanged(request, token, started)
            except (TimedOut, Interrupted):
                if time.monotonic() - started + BETWEEN_TRIES >= self._timeouts.deadline:
                    raise
            else:
                if answer.status not in PERHAPS_LATER:
                    return answer
            time.sleep(BETWEEN_TRIES)
        return self._exchanged(request, token, started)

    def _exchanged(self, request: _Request, token: Token, started: float) -> Answer:
        """One request and what came of it, told to the breaker and to whoever measures."""
        call, status, error = Call(self._timeouts, started), None, ""
        try:
            answer = self._sent(request, token, call)
        except PoderoError as failure:
            status, error = failure.status, type(failure).__name__
            raise
        else:
            status = answer.status
            return answer
        finally:
            if self._breaker:
                self._breaker.record(reached=status is not None and status not in PERHAPS_LATER)
            if self._on_exchange:
                done = (request.method, request.path, status, call.duration_ms(), request.request_id, error)
                self._on_exchange(Exchange(*done))

    def _sent(self, request: _Request, token: Token, call: Call) -> Answer:
        headers = {
            **request.headers,
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "Authorization": f"Bearer {token.access_token}",
            "User-Agent": self._user_agent,
            "X-Request-ID": request.request_id,
        }
        options = {"json": request.json, "params": request.params, "allow_redirects": False, "stream": True}
        with on_the_clock(call), self._session(request.method) as session:
            try:
                url = self._base_url + request.path
                response = session.request(request.method, url, headers=headers, timeout=limits(call), **options)
            except NETWORK_ERRORS as error:
                raise _no_answer(call, error) from error
            with response:
                return _whole(response, request, call)

    @contextmanager
    def _session(self, method: Method) -> Iterator[requests.Session]:
        if method == "GET":
            self._mine.session = getattr(self._mine, "session", None) or self._new_session()
            yield self._mine.session
        else:
            with self._new_session() as session:
                yield session

    def _new_session(self) -> requests.Session:
        session = TimedSession()
        session.settle(self._ca_bundle)
        return session


def _no_answer(call: Call, error: Exception) -> Unreachable:
    """Tell apart what was certainly not sent from what perhaps was; the clock's own notes decide, not the exception."""
    kind, text = Unreachable, _why_not_sent(call, error)
    if call.sent or isinstance(error, requests.ReadTimeout):
        kind, text = Interrupted, "The connection to Podero broke after the request was sent."
    if kind is Interrupted and (call.timed_out or isinstance(error, requests.ReadTimeout)):
        kind, text = TimedOut, "Podero did not answer in time."
    failure = kind(text, retryable=True)
    failure.duration_ms = call.duration_ms()
    return failure


def _why_not_sent(call: Call, error: Exception) -> str:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(error, requests.exceptions.SSLError):
        return "No secure connection to Podero could be made, so nothing was sent."
    if isinstance(reason, NameResolutionError):
        return "Podero's name was not found, so nothing was sent."
    if isinstance(error, requests.ConnectTimeout) or call.timed_out:
        return "No connection to Podero came about in time, so nothing was sent."
    return "Podero refused the connection, so nothing was sent."


def _whole(response: requests.Response, request: _Request, call: Call) -> Answer:
    """Read the answer. A refusal is one even when its text is cut; a success has to be whole."""
    is_success = response.status_code // 100 == SUCCESS
    cap = request.body_cap if is_success else min(request.body_cap, REFUSAL_CAP)
    body, broken = bytearray(), None
    try:
        for piece in pieces(response, cap):
            body += piece
    except NETWORK_ERRORS as error:
        broken = error
    headers = {name: response.headers[name] for name in HEADERS_KEPT if name in response.headers}
    answer = Answer(response.status_code, bytes(body[:cap]), call.duration_ms(), request.request_id, headers)
    failure = _half(answer, broken, call, is_too_long=len(body) > cap) if is_success else None
    if failure:
        raise answer.attached_to(failure)
    return answer


def _half(answer: Answer, broken: Exception | None, call: Call, *, is_too_long: bool) -> PoderoError | None:
    """Say what is wrong with the body of a success.

    An object or a list shows its own end. Where it has arrived, it counts, however the connection went down after it:
    TLS in particular is often torn off behind the last byte.
    """
    if is_too_long:
        return ContractViolation("Podero's answer is far larger than any documented one.")
    if broken is None or isinstance(read_leniently(answer.body), dict | list):
        return None
    if isinstance(broken, DecodeError):
        return ContractViolation("Podero's answer cannot be unpacked.")
    if call.timed_out:
        return TimedOut("Podero's answer did not arrive in time.", retryable=True)
    return Interrupted("The connection to Podero broke in the middle of the answer.", retryable=True)


def _refusal(answer: Answer) -> PoderoError:
    return error_for(answer.status, read_leniently(answer.body), answer.headers.get("Retry-After", ""))
