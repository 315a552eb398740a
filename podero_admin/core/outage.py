"""The database or the cache is out of order for a moment, as against something being wrong with the program."""

import sqlite3

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string
from redis.exceptions import RedisError


def is_outage(error: BaseException | None) -> bool:
    """SQLite calls a table or column that is missing an operational error too; only its code tells them apart."""
    if isinstance(error, OperationalError | InterfaceError):
        return getattr(error.__cause__, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR
    return isinstance(error, RedisError)


def out_of_order() -> HttpResponse:
    """A page that needs neither of them."""
    return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "10"})
