"""One clock over one whole call, and certainty about whether a byte of it was sent.

The time limits of requests hold per received piece, so a server that drips one byte a second, in its headers or its
body, holds a caller for ever. Here every read of the answer, from the status line to the last byte of the body, is
given the time that the whole call has left. That needs no watchdog thread and works for TLS too: http.client reads
everything through one file object, which `_TimedResponse` replaces. Only the name look-up escapes the clock (the
system's resolver has limits of its own); the time it took is still counted, and a call whose time is over is not sent.

Whether anything was sent is not guessed from the exceptions of three libraries: `_TimedConnection.send` notes it in
the moment before the first byte leaves an established connection.
"""

import http.client
import io
import math
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

CHUNK = 65536


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, between two pieces of an answer, and for the whole call."""

    connect: float = 3
    read: float = 30
    deadline: float = 40


@dataclass(slots=True)
class Call:
    """One call on its way: when it must end, whether it was sent, whether its time ran out."""

    timeouts: Timeouts
    started: float = field(default_factory=time.monotonic)
    sent: bool = False
    timed_out: bool = False

    def left(self, limit: float) -> float:
        """Return the seconds for the next step: `limit`, or what the call has left; raises TimeoutError at nothing."""
        left = min(limit, self.started + self.timeouts.deadline - time.monotonic(), seconds_left())
        if left <= 0:
            self.timed_out = True
            raise TimeoutError
        return left

    def duration_ms(self) -> int:
        """Return how long the call has taken so far, in milliseconds."""
        return round((time.monotonic() - self.started) * 1000)


_call: ContextVar[Call] = ContextVar("podero_call")
_until: ContextVar[float] = ContextVar("podero_until", default=math.inf)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """End all waits of this block after so many `seconds` in all: of a call's token, tries and pauses together."""
    before = _until.set(min(_until.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _until.reset(before)


def seconds_left() -> float:
    """Return what the surrounding `within` has left, in seconds; infinite where there is none."""
    return _until.get() - time.monotonic()


@contextmanager
def on_the_clock(call: Call) -> Iterator[None]:
    """Put everything sent in this block under the clock of `call`."""
    before = _call.set(call)
    try:
        yield
    finally:
        _call.reset(before)


class _TimedReader(io.RawIOBase):
    """Reads a socket with the time that is left."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw, self._sock = raw, sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        call = _call.get()
        self._sock.settimeout(call.left(call.timeouts.read))
        try:
            return cast("int | None", self._raw.readinto(buffer))
        except TimeoutError:
            call.timed_out = True
            raise

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(_TimedReader(self.fp.detach(), sock))


class _TimedConnection(HTTPConnection):
    response_class = _TimedResponse

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        call = _call.get()
        self.sock.settimeout(call.left(call.timeouts.read))
        call.sent = True
        try:
            super().send(data)
        except TimeoutError:
            call.timed_out = True
            raise


class _TimedTLSConnection(_TimedConnection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _TimedConnection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TimedTLSConnection


class TimedAdapter(HTTPAdapter):
    """Keeps the clock; connections live as long as it does."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make connections of ours; requests calls it."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}


def limits(call: Call) -> tuple[float, float]:
    """Return the connect and read time-outs for requests, in seconds, cut to what the call has left.

    Raises TimeoutError where nothing is left.
    """
    return call.left(call.timeouts.connect), call.left(call.timeouts.read)


def pieces(response: requests.Response, cap: int) -> Iterator[bytes]:
    """Read an answer piece by piece, unpacked, until `cap` bytes are passed: a packed bomb costs one piece too much.

    Raises what urllib3 raises: HTTPError or OSError, TimeoutError included.
    """
    size = 0
    while size <= cap and (piece := response.raw.read1(CHUNK, decode_content=True)):
        size += len(piece)
        yield piece
