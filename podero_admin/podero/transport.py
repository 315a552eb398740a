"""Sends one request to the API: bearer, time limits, body cap, what may be repeated, status → error."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import requests

from podero_admin.podero.address import require_address
from podero_admin.podero.auth import Token, TokenAtHand, TokenSource
from podero_admin.podero.deadline import Call, TimedAdapter, Timeouts, limits, on_the_clock, seconds_left
from podero_admin.podero.errors import AuthenticationFailed, Interrupted, PoderoError, TimedOut, Unreachable
from podero_admin.podero.exchange import Answer, Breaker, Exchange, Method, Request
from podero_admin.podero.reception import NETWORK_ERRORS, no_answer, refusal, whole

UNAUTHORIZED = 401
PERHAPS_LATER = frozenset({502, 503, 504})
BETWEEN_TRIES = 0.2


class Transport:
    """The way to one API. Safe to share between threads: each has connections of its own.

    A GET reuses its thread's connection and is tried once more after a time-out, a lost connection or a 502, 503 or
    504. A POST goes out once, on a connection made for it: one kept from before may have been closed by the other side
    just now, and then nobody can tell whether the request was read.
    """

    def __init__(
        self,
        base_url: str,
        token_source: TokenSource | TokenAtHand,
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
        """Send, and return the answer of a success.

        Args:
            method: GET or POST; only a GET may be sent twice.
            path: what follows the base URL, with its leading slash.
            request_id: sent as X-Request-ID, and carried by the answer and by every error.
            json: the body, of whatever JSON can say; None for no body.
            params: the query.
            headers: sent besides our own.
            body_cap: the most of an answer that is read, in bytes; None for the transport's own limit.

        Returns:
            An answer with an HTTP status of 2xx, whole.

        Raises:
            PoderoError: everything else, as one of its kinds: KnownAway, NotConfigured, Unreachable and
                AuthenticationFailed where nothing was done; TimedOut and Interrupted where nobody can tell;
                Rejected, ServerError, Redirected and ContractViolation where there was an answer.

        """
        cap, is_bulk = body_cap or self._body_cap, body_cap is not None
        request = Request(method, path, request_id, json, params, headers or {}, cap, is_bulk)
        try:
            if self._breaker:
                self._breaker.require(request.kind)
            return self._authorized(request)
        except PoderoError as error:
            error.request_id = request_id
            raise

    def _authorized(self, request: Request) -> Answer:
        """A 401 is given before any work is done, so one more try with a fresh token is safe for every method."""
        token = self._tokens.token()
        if seconds_left() <= 0:
            raise Unreachable("There was no time left for Podero to answer, so nothing was sent.", retryable=True)
        started = time.monotonic()
        answer = self._told(request, token, started)
        if answer.status == UNAUTHORIZED:
            answer = self._told(request, self._tokens.renew(token), started)
        if answer.status == UNAUTHORIZED:
            error = AuthenticationFailed("Podero does not accept our token, not even a fresh one.")
            error.sent = True
            raise answer.attached_to(error)
        if not answer.is_success:
            raise answer.attached_to(refusal(answer))
        return answer

    def _told(self, request: Request, token: Token, started: float) -> Answer:
        """All tries of a call are one for the breaker; a gateway's "perhaps later" is no answer of the API's."""
        reached = False
        try:
            answer = self._tried(request, token, started)
            reached = answer.status not in PERHAPS_LATER
        except PoderoError as failure:
            reached = not isinstance(failure, Unreachable)
            raise
        finally:
            if self._breaker:
                self._breaker.record(request.kind, reached=reached, seconds=time.monotonic() - started)
        return answer

    def _tried(self, request: Request, token: Token, started: float) -> Answer:
        if request.method == "GET":
            try:
                answer = self._exchanged(request, token, started)
            except (TimedOut, Interrupted):
                if self._seconds_left(started) <= BETWEEN_TRIES:
                    raise
            else:
                if answer.status not in PERHAPS_LATER or self._seconds_left(started) <= BETWEEN_TRIES:
                    return answer
            time.sleep(BETWEEN_TRIES)
        return self._exchanged(request, token, started)

    def _seconds_left(self, started: float) -> float:
        return min(started + self._timeouts.deadline - time.monotonic(), seconds_left())

    def _exchanged(self, request: Request, token: Token, started: float) -> Answer:
        """One request and what came of it, told to whoever measures."""
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
            if self._on_exchange:
                done = (request.method, request.path, status, call.duration_ms(), request.request_id, error)
                self._on_exchange(Exchange(*done))

    def _sent(self, request: Request, token: Token, call: Call) -> Answer:
        headers = {
            **request.headers,
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "Authorization": f"Bearer {token.access_token}",
            "User-Agent": self._user_agent,
            "X-Request-ID": request.request_id,
        }
        content = {"headers": headers, "json": request.json, "params": request.params}
        with on_the_clock(call), self._connections(request.method) as connections:
            try:
                prepared = requests.Request(request.method, self._base_url + request.path, **content).prepare()
                verify = self._ca_bundle or True
                response = connections.send(prepared, stream=True, timeout=limits(call), verify=verify)
            except NETWORK_ERRORS as error:
                raise no_answer(call, error) from error
            with response:
                return whole(response, request, call)

    @contextmanager
    def _connections(self, method: Method) -> Iterator[TimedAdapter]:
        """Not a session of requests: that would follow redirects, keep cookies and believe the environment."""
        if method == "GET":
            self._mine.kept = getattr(self._mine, "kept", None) or TimedAdapter()
            yield self._mine.kept
        else:
            with closing(TimedAdapter()) as fresh:
                yield fresh
