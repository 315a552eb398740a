"""A threaded HTTP/1.1 server for the stand-in, able to lose, cut, drip and reset a connection on demand."""

import io
import socket
import socketserver
import struct
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote

from podero_admin.sandbox.app import WsgiApp, create_app
from podero_admin.sandbox.request import BIGGEST_BODY
from podero_admin.sandbox.world import World

LINGER_NOT = struct.pack("ii", 1, 0)  # close answers with RST


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """One daemon thread per connection; all connections are closed at the end."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], world: World) -> None:
        self.world = world
        self.app: WsgiApp = create_app(world)
        self.connections: set[socket.socket] = set()
        super().__init__(address, Handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        if request.fileno() >= 0 and request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER):
            request.close()
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), (ConnectionError, TimeoutError)):  # the caller went away, which is its right
            super().handle_error(request, client_address)

    def close_all(self) -> None:
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class Handler(BaseHTTPRequestHandler):
    """One connection: requests in, answers out, troubles on the wire where an answer wants one."""

    server: Server
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
        _DELIVER[wire](self, body, seconds)

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
            "wsgi.url_scheme": "http",
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
        self._headers_buffer: list[bytes] = []
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
}


@dataclass(frozen=True, slots=True)
class Running:
    """A server at work in its own thread."""

    server: Server
    thread: threading.Thread
    base_url: str

    @property
    def port(self) -> int:
        return self.server.port

    @property
    def api_url(self) -> str:
        return f"{self.base_url}/api/partners/v2.0"

    @property
    def token_url(self) -> str:
        return f"{self.base_url}/oauth2/token/"

    @property
    def world(self) -> World:
        return self.server.world

    def stop(self) -> None:
        """End it, with whatever hangs or drips."""
        self.server.world.stopping.set()
        self.server.shutdown()
        self.server.server_close()
        self.server.close_all()
        self.thread.join(timeout=5)


def serve(world: World, port: int = 0, host: str = "127.0.0.1") -> Running:
    """Start serving at once; port 0 takes a free one."""
    world.stopping.clear()
    server = Server((host, port), world)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="sandbox", daemon=True)
    thread.start()
    return Running(server=server, thread=thread, base_url=f"http://{host}:{server.port}")
