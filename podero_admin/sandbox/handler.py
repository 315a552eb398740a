"""One connection of the stand-in: requests in, answers out, troubles on the wire where an answer wants one."""

import io
import socket
import ssl
import struct
from collections.abc import Iterable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from podero_admin.sandbox.request import BIGGEST_BODY

if TYPE_CHECKING:
    from podero_admin.sandbox.server import Server

LINGER_NOT = struct.pack("ii", 1, 0)  # close answers with RST
#: A record of TLS with data that no key decrypts.
NOISE = b"\x17\x03\x03\x00\x20" + b"\xff" * 32
ENDS_WELL = frozenset({"", "drip"})


class Handler(BaseHTTPRequestHandler):
    server: "Server"
    ends_well = True
    _headers_buffer: list[bytes]
    protocol_version = "HTTP/1.1"
    server_version = "PoderoSandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1

    def answer(self) -> None:
        environ = self._environ()
        body = b"".join(self.server.app(environ, self._start_response))
        wire, seconds = environ["sandbox.wire"]
        if self.headers.get("Transfer-Encoding"):  # we read no chunks, so what follows would be taken for a request
            self.close_connection = True
        self.ends_well = wire in ENDS_WELL
        _DELIVER[wire](self, body, seconds)

    def finish(self) -> None:
        """TLS has an end of its own, said before the connection's; whoever waits for the other's, waits long."""
        super().finish()
        if self.ends_well and isinstance(self.connection, ssl.SSLSocket):
            self.connection.settimeout(0)
            with suppress(OSError, ValueError):
                self.connection.unwrap()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = answer  # noqa: N815

    def _environ(self) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        host, port = self.server.server_address[:2]
        length = int(self.headers.get("Content-Length") or 0)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "PATH_INFO": unquote(path),
            "QUERY_STRING": query,
            "SERVER_NAME": host,
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.request_version,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(length),
            "wsgi.url_scheme": self.server.scheme,
            "wsgi.input": io.BytesIO(self._read(length)),
        }
        own = {"content-type", "content-length"}
        given = ((name, value) for name, value in self.headers.items() if name.lower() not in own)
        return environ | {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in given}

    def _read(self, length: int) -> bytes:
        """The body; one that is too big is read and dropped, so that the refusal arrives."""
        if length <= BIGGEST_BODY:
            return self.rfile.read(max(length, 0))
        while length > 0:
            length -= len(self.rfile.read(min(length, BIGGEST_BODY))) or length
        return b""

    def _start_response(self, status: str, headers: Iterable[tuple[str, str]]) -> None:
        code, _, phrase = status.partition(" ")
        self.send_response(int(code), phrase)
        for name, value in headers:
            self.send_header(name, value)

    def deliver(self, body: bytes, _seconds: float) -> None:
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def close_unanswered(self, _body: bytes, _seconds: float) -> None:
        self._drop_headers()

    def reset(self, _body: bytes, _seconds: float) -> None:
        self._drop_headers()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)

    def hang(self, _body: bytes, seconds: float) -> None:
        self._drop_headers()
        self.server.world.pause(seconds)

    def cut(self, body: bytes, seconds: float) -> None:
        self.deliver(body[: len(body) // 2], seconds)
        self.close_connection = True

    def torn(self, body: bytes, seconds: float) -> None:
        """The whole answer, of no stated length, and the connection closed without a word."""
        self._headers_buffer = [line for line in self._headers_buffer if not line.startswith(b"Content-Length")]
        self.close_connection = True
        self.deliver(body, seconds)

    def garbled(self, body: bytes, seconds: float) -> None:
        self.torn(body, seconds)
        self._make_noise()

    def cut_garbled(self, body: bytes, seconds: float) -> None:
        self.garbled(body[: len(body) // 2], seconds)

    def noise(self, _body: bytes, _seconds: float) -> None:
        self._drop_headers()
        self._make_noise()

    def _make_noise(self) -> None:
        """Past TLS, straight onto the socket under it."""
        socket.socket.sendall(self.connection, NOISE)

    def drip(self, body: bytes, seconds: float) -> None:
        """The body evenly over so many seconds, byte after byte."""
        self.deliver(b"", seconds)
        for place in range(len(body)):
            self.server.world.pause(seconds / len(body))
            self.wfile.write(body[place : place + 1])
            self.wfile.flush()
            if self.server.world.stopping.is_set():
                self.close_connection = True
                return

    def _drop_headers(self) -> None:
        self._headers_buffer = []
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: the world keeps its own record."""


_DELIVER = {
    "": Handler.deliver,
    "close": Handler.close_unanswered,
    "reset": Handler.reset,
    "hang": Handler.hang,
    "cut": Handler.cut,
    "drip": Handler.drip,
    "torn": Handler.torn,
    "garbled": Handler.garbled,
    "cut_garbled": Handler.cut_garbled,
    "noise": Handler.noise,
}
