"""A server that answers as it is told to, byte by byte, on a loopback port, with or without TLS."""

import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from podero_admin.podero import (
    Credentials,
    MemoryTokenStore,
    PoderoClient,
    Timeouts,
    Token,
    TokenSource,
    Transport,
)

ORGANIZATION = UUID("016b78a7-0c7c-4241-a277-015c3ad3cb90")
CUSTOMER = UUID("1c1ba1b5-6a33-4a3c-bd9d-5a1f3f3c2f10")
VEHICLE = UUID("9d1f6a6e-3c0f-4d0b-8b8e-0e6f2f3a4b5c")
ATTEMPT = UUID("5b0c7f2e-6f0a-4a43-9a39-2f0d8f6d7c11")
QUICK = Timeouts(connect=0.4, read=0.4, deadline=0.5)  # for what never ends
PATIENT = Timeouts(connect=10, read=10, deadline=20)  # for what does, on however busy a machine


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Line = socket.socket
Say = bytes | Callable[[Line], None]


def http(status: int = 200, body: Any = b"", *, length: int | None = None, **headers: str) -> bytes:
    """One whole answer; `length` lies about the size of the body."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    said = {"Content-Type": "application/json", "Content-Length": str(len(content) if length is None else length)}
    said |= {name.replace("_", "-"): text for name, text in headers.items()}
    lines = "".join(f"{name}: {text}\r\n" for name, text in said.items())
    return f"HTTP/1.1 {status} Said\r\n{lines}\r\n".encode() + content


def drip(whole: bytes, pause: float = 0.03) -> Callable[[Line], None]:
    """Each byte comes well within the read time-out, all of them far too late."""

    def speak(line: Line) -> None:
        for byte in whole:
            line.sendall(bytes([byte]))
            time.sleep(pause)

    return speak


def reset_after(part: bytes) -> Callable[[Line], None]:
    """Say a part, then tear the connection down."""

    def speak(line: Line) -> None:
        line.sendall(part)
        time.sleep(0.05)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        socket.socket.close(line)

    return speak


def hang_up(line: Line) -> None:
    line.shutdown(socket.SHUT_RDWR)


def silence(line: Line) -> None:
    line.settimeout(2)
    line.recv(1)


@dataclass
class Wire:
    """Answers from `script`, its last entry again and again; or whatever `route` says to a request."""

    script: list[Say] = field(default_factory=list)
    route: Callable[[Request], Say] | None = None
    tls: ssl.SSLContext | None = None
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._guard = threading.Lock()
        self._door = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._lines: list[Line] = []
        self.port = self._door.getsockname()[1]
        self._thread = threading.Thread(target=self._welcome, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for line in self._lines:
            socket.socket.close(line)
        self._thread.join(2)

    def _welcome(self) -> None:
        while True:
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            self._lines.append(line)
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: Line) -> None:
        try:
            if self.tls:
                line = self.tls.wrap_socket(line, server_side=True)
                self._lines.append(line)
            self.connections += 1
            number = self.connections
            while request := self._heard(line, number):
                self._answer(line, request)
        except OSError:
            socket.socket.close(line)

    def _heard(self, line: Line, number: int) -> Request | None:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = line.recv(65536)
            if not piece:
                socket.socket.close(line)
                return None
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        first, *rest = head.decode().split("\r\n")
        headers = {name.lower(): text for name, _, text in (entry.partition(": ") for entry in rest)}
        while len(body) < int(headers.get("content-length", 0)):
            body += line.recv(65536)
        method, path, _ = first.split(" ")
        return Request(method, path, headers, body, number)

    def _answer(self, line: Line, request: Request) -> None:
        with self._guard:
            self.requests.append(request)
            say = self.route(request) if self.route else self.script.pop(0) if self.script[1:] else self.script[0]
        if callable(say):
            say(line)
        else:
            line.sendall(say)


def source(
    store: MemoryTokenStore | None = None, url: str = "http://127.0.0.1:9/oauth2/token/", **known: Any
) -> TokenSource:
    options = {name: known.pop(name) for name in ("clock", "timeouts", "ca_bundle", "breaker") if name in known}
    credentials = Credentials(**{"token_url": url, "client_id": "alpenstrom", "client_secret": "s3cret"} | known)
    return TokenSource(credentials, store or MemoryTokenStore(), key="a", allow_insecure=True, **options)


def with_token(text: str = "token-one") -> TokenSource:
    """A source that has its token already."""
    store = MemoryTokenStore()
    store.set("a", Token(text, expires_at=time.time() + 36000), 36000)
    return source(store)


def transport(url: str, tokens: TokenSource | None = None, **options: Any) -> Transport:
    options = {"timeouts": PATIENT, "allow_insecure": True} | options
    return Transport(f"{url}/api/partners/v2.0", tokens or with_token(), **options)


def client(url: str, **options: Any) -> PoderoClient:
    return PoderoClient(transport(url, **options), ORGANIZATION)
