"""What the addresses of database, cache, mail and broker say; a ValueError where one cannot work."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import environ
from kombu.transport import TRANSPORT_ALIASES, resolve_transport

ENGINES = {"django.db.backends.sqlite3", "django.db.backends.postgresql"}
#: What DATABASE_URL may say after its "?" beside the options of libpq.
OPTIONS_OF_DJANGO = {"server_side_binding", "prepare_threshold", "isolation_level", "assume_role"}


def database(raw: str) -> dict[str, Any]:
    config: dict[str, Any] = dict(environ.Env.db_url_config(raw))
    if config["ENGINE"] not in ENGINES or config["NAME"] in {"", ":memory:"}:
        raise ValueError
    if config["ENGINE"].endswith("postgresql"):
        _libpq_knows(config.get("OPTIONS", {}).keys() - OPTIONS_OF_DJANGO)
    return config


def _libpq_knows(names: Iterable[str]) -> None:
    """One that it does not know would be refused with every connection, and so be taken for a server that is away."""
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415 - whoever has SQLite needs no libpq

    make_conninfo(**dict.fromkeys(names, ""))


REDIS = {"redis", "rediss"}


def cache(raw: str) -> dict[str, Any]:
    config: dict[str, Any] = dict(environ.Env.cache_url_config(raw))
    for address in raw.split(","):  # replicas may follow
        parts = urlsplit(address)
        if parts.scheme not in REDIS or not parts.hostname or not _is_redis_number(parts.path):
            raise ValueError
        _ = parts.port  # raises where it is none
    return config


def _is_redis_number(path: str) -> bool:
    return (path.strip("/") or "0").isdecimal()


def email(raw: str) -> dict[str, Any]:
    config: dict[str, Any] = dict(environ.Env.email_url_config(raw))
    if not config.get("EMAIL_BACKEND") or ("smtp" in config["EMAIL_BACKEND"] and not config["EMAIL_HOST"]):
        raise ValueError
    return config


def broker(raw: str) -> str:
    """Of a kind that Celery knows and whose library is installed."""
    for address in raw.split(";"):  # others to turn to may follow
        parts = urlsplit(address)
        transport = parts.scheme.partition("+")[0]
        if "://" not in address or transport not in TRANSPORT_ALIASES:
            raise ValueError
        resolve_transport(transport)
        if transport in {"redis", "rediss", "amqp", "amqps"}:
            _ = parts.port  # raises where it is none
        if parts.scheme in REDIS and not _is_redis_number(parts.path):
            raise ValueError
    return raw
