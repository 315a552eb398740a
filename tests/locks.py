"""The audit log as somebody meets it who has the database in hand."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from podero_admin.audit import triggers


@contextmanager
def lifted() -> Iterator[None]:
    """The tables of the log without their locks, for as long as the block runs."""
    triggers.lift(connection)
    try:
        yield
    finally:
        triggers.install(connection)
