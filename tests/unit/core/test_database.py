"""How PostgreSQL is asked: statements are prepared, unless the operator's pooler does not know them."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.db import connection

from podero_admin.directory.models import Customer

POSTGRESQL = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite prepares what it is asked by itself")
SHOWN = "from podero_admin.settings import DATABASES; print(DATABASES['default'].get('OPTIONS'))"


@POSTGRESQL
def test_what_is_asked_again_is_prepared(db: Any) -> None:
    for _ in range(3):
        assert not Customer.objects.filter(email="nobody@example.com").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%directory_customer%%'")
        assert cursor.fetchone()[0] > 0


@pytest.mark.parametrize(("after", "is_prepared"), [("", True), ("?server_side_binding=false", False)])
def test_behind_a_pooler_it_can_be_switched_off(after: str, *, is_prepared: bool) -> None:
    environment = os.environ | {"DATABASE_URL": f"postgres://u:p@h/n{after}"}
    shown = subprocess.run([sys.executable, "-c", SHOWN], env=environment, capture_output=True, text=True, check=True)
    assert ("'server_side_binding': True" in shown.stdout) is is_prepared


@pytest.mark.parametrize(
    ("after", "seconds", "milliseconds"),
    [("", "5", "20000"), ("?connect_timeout=11&tcp_user_timeout=60000", "11", "60000")],
)
def test_a_connection_that_hangs_is_given_up_as_the_operator_says(after: str, seconds: str, milliseconds: str) -> None:
    environment = os.environ | {"DATABASE_URL": f"postgres://u:p@h/n{after}"}
    shown = subprocess.run([sys.executable, "-c", SHOWN], env=environment, capture_output=True, text=True, check=True)
    assert f"'connect_timeout': {seconds}" in shown.stdout
    assert f"'tcp_user_timeout': {milliseconds}" in shown.stdout
    assert "'keepalives_idle': 10" in shown.stdout


@POSTGRESQL
def test_a_long_statement_is_not_cut(db: Any) -> None:
    """Its server says nothing meanwhile, but its kernel does; so with limits that are shorter than the statement."""
    own = connection.copy()
    own.settings_dict["OPTIONS"] |= {"tcp_user_timeout": 1000, "keepalives_idle": 1, "keepalives_interval": 1}
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT 'done' FROM pg_sleep(4)")
            assert cursor.fetchone() == ("done",)
    finally:
        own.close()
