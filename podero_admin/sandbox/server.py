"""A threaded HTTP/1.1 server for the stand-in, with TLS where it is given a certificate."""

import socket
import socketserver
import ssl
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from podero_admin.sandbox.app import WsgiApp, create_app
from podero_admin.sandbox.handler import Handler
from podero_admin.sandbox.world import World

#: The caller went away, or speaks no TLS, or none of ours.
CALLERS_RIGHT = (ConnectionError, TimeoutError, ssl.SSLError)


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """One daemon thread per connection; all connections are closed at the end."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], world: World, tls: ssl.SSLContext | None = None) -> None:
        self.world, self.tls = world, tls
        self.app: WsgiApp = create_app(world)
        self.connections: set[socket.socket] = set()
        super().__init__(address, Handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def scheme(self) -> str:
        return "https" if self.tls else "http"

    def get_request(self) -> tuple[Any, Any]:
        """The handshake is left to the connection's own thread: one that is slow with it holds nobody else up."""
        connection, address = super().get_request()
        if self.tls:
            connection = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

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
        if not isinstance(sys.exception(), CALLERS_RIGHT):
            super().handle_error(request, client_address)

    def close_all(self) -> None:
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


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


def tls_of(certificate: Path, key: Path) -> ssl.SSLContext:
    """What a server needs to speak TLS with this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def serve(world: World, port: int = 0, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Running:
    """Start serving at once; port 0 takes a free one. Several servers may share one world."""
    world.stopping.clear()
    server = Server((host, port), world, tls)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="sandbox", daemon=True)
    thread.start()
    return Running(server=server, thread=thread, base_url=f"{server.scheme}://{host}:{server.port}")
