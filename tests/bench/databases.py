"""Fresh databases: a file of SQLite, and a database of our own on a PostgreSQL that answers."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

LOCAL = "postgres://postgres@127.0.0.1:5432/postgres"
KINDS = ("sqlite", "postgresql")


def server_url() -> str:
    return os.environ.get("TEST_DATABASE_URL") or LOCAL


def answers() -> bool:
    try:
        psycopg.connect(server_url(), connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True


@contextmanager
def fresh(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database, set up as docs/install.md says, which goes with the block."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    name = f"podero_bench_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server_url(), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        server.execute(sql.SQL("ALTER DATABASE {} SET random_page_cost = 1.1").format(sql.Identifier(name)))
    try:
        yield urlsplit(server_url())._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server_url(), autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
