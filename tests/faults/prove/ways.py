"""The ways in which a Podero can be away, each for as long as a block lasts."""

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from tests.faults.prove.levers import Control
from tests.faults.prove.stage import Stage


@contextmanager
def refused(_stage: Stage, _control: Control) -> Iterator[str]:
    """A port that is taken, and where nobody listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{closed.getsockname()[1]}"


@contextmanager
def no_name(_stage: Stage, _control: Control) -> Iterator[str]:
    yield "https://nobody.invalid"


@contextmanager
def no_tls(stage: Stage, _control: Control) -> Iterator[str]:
    """The port that speaks plain HTTP: the handshake fails."""
    yield f"https://127.0.0.1:{stage.sandbox_port}"


@contextmanager
def full_backlog(_stage: Stage, _control: Control) -> Iterator[str]:
    """A port where nobody accepts and no place is left in the queue: connecting hangs."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        yield f"http://127.0.0.1:{port}"
        for each in waiting:
            each.close()


@contextmanager
def silent(_stage: Stage, _control: Control) -> Iterator[str]:
    """A port that connects, takes what is sent and never answers: the kernel accepts, and nobody else does."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1024)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def unavailable(stage: Stage, control: Control) -> Iterator[str]:
    """503 to everything, the token endpoint included."""
    control.fault({"kind": "503", "match": "*", "times": None})
    try:
        yield ""
    finally:
        control.call("DELETE", "faults")


WAYS: dict[str, Callable[[Stage, Control], AbstractContextManager[str]]] = {
    "refused": refused,
    "no name": no_name,
    "no TLS": no_tls,
    "hangs on connect": full_backlog,
    "accepts and is silent": silent,
    "answers 503": unavailable,
}


@contextmanager
def away(stage: Stage, control: Control, way: str, clients: Sequence[str]) -> Iterator[None]:
    """Send these organisations there for the block; an empty address leaves them where they are."""
    with WAYS[way](stage, control) as address:
        stage.write_organizations(**dict.fromkeys(clients, address))
        try:
            yield
        finally:
            stage.write_organizations()
