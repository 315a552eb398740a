"""What is over in a moment is told from what is wrong with the program, by the errors that databases really raise."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection

from podero_admin.core.outage import is_outage

POSTGRESQL = pytest.mark.skipif(connection.vendor != "postgresql", reason="only a server ends a connection")
SQLITE = pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite locks as a whole")


@pytest.fixture
def own(db: None) -> Iterator[Any]:
    """A second connection, beside the transaction of this test."""
    own = connection.copy()
    yield own
    own.close()


def error_of(own: Any, statement: str) -> DatabaseError:
    with pytest.raises(DatabaseError) as caught, own.cursor() as cursor:
        cursor.execute(statement)
    return caught.value


def test_a_table_or_column_that_is_missing_is_no_outage(own: Any) -> None:
    assert not is_outage(error_of(own, "SELECT 1 FROM nowhere"))
    assert not is_outage(error_of(own, "SELECT nothing FROM django_migrations"))


@SQLITE
def test_a_lock_that_is_not_freed_is_one(own: Any) -> None:
    own.settings_dict["OPTIONS"]["timeout"] = 0.1
    assert is_outage(error_of(own, "DELETE FROM django_session"))


@POSTGRESQL
def test_a_server_that_ends_the_connection_is_one(own: Any) -> None:
    assert is_outage(error_of(own, "SELECT pg_terminate_backend(pg_backend_pid())"))


@POSTGRESQL
def test_a_server_that_is_not_there_is_one(own: Any) -> None:
    own.settings_dict |= {"HOST": "127.0.0.1", "PORT": "9"}
    assert is_outage(error_of(own, "SELECT 1"))
