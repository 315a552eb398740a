"""The wire and a certificate, as fixtures."""

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.certificate import write

from .wire import Say, Wire


@pytest.fixture
def wire() -> Iterator[Callable[..., Wire]]:
    opened: list[Wire] = []

    def open_wire(*script: Say, **options: Any) -> Wire:
        opened.append(Wire(list(script), **options))
        return opened[-1]

    yield open_wire
    for one in opened:
        one.close()


@dataclass
class Certificate:
    bundle: str
    server: ssl.SSLContext


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for 127.0.0.1 that nobody trusts unless told to."""
    place = write(tmp_path_factory.mktemp("tls") / "server.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place)
    return Certificate(str(place), context)
