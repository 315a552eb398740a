"""The variables of the environment, with the defaults of docs/configuration.md."""

import os
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from podero_admin.env import connections
from podero_admin.env.addresses import is_local, origin, public_url
from podero_admin.env.problems import ConfigurationError

LONGEST_SECONDS = 1_000_000
MOST_PROXIES = 10
MOST_AT_ONCE = 64
MOST_DAYS = 36_500
SHORTEST_KEY = 32
#: Values that are never repeated, not even when they are wrong.
HIDDEN = {"SECRET_KEY", "DATABASE_URL", "CACHE_URL", "BROKER_URL", "EMAIL_URL"}


@dataclass(frozen=True)
class Environment:
    """Everything that the environment may say, with the defaults of docs/configuration.md."""

    secret_key: str = field(repr=False)
    public_url: str
    debug: bool
    allowed_hosts: list[str]
    database: dict[str, Any] = field(repr=False)
    cache: dict[str, Any] | None = field(repr=False)
    broker_url: str = field(repr=False)
    organizations_path: Path
    allow_insecure_upstream: bool
    embed_origins: list[str]
    trusted_proxies: int
    time_zone: str
    email: dict[str, Any] | None = field(repr=False)
    connect_timeout: float
    read_timeout: float
    deadline: float
    ca_bundle: str
    settle_schedule: tuple[float, ...]
    settle_window: float
    time_scale: float
    directory_max_age: float
    mirror_max_age: float
    mirror_at_once: int
    mirror_per_second: float
    readings_kept_days: int
    var_dir: Path | None
    url_prefix: str
    log_format: str

    @property
    def is_loopback(self) -> bool:
        parts = urlsplit(self.public_url)
        return parts.scheme == "http" and is_local(parts.hostname)


class _Reader:
    """Reads one variable after the other and collects what is wrong, so that one start names every mistake."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.problems: list[str] = []

    def get(self, name: str, convert: Callable[[str], Any], default: Any, hint: str) -> Any:
        raw = self.values.get(name, "").strip()
        if not raw:
            if default is None:
                self.problems.append(f"{name} is not set: {hint}.")
            return default
        try:
            return convert(raw)
        except Exception:  # noqa: BLE001 - whatever a converter dislikes is the same sentence to the operator
            shown = "" if name in HIDDEN else f" ({raw[:60]!r})"
            self.problems.append(f"{name}{shown} cannot be used: {hint}.")
            return default


def _key(raw: str) -> str:
    if len(raw) < SHORTEST_KEY:
        raise ValueError("short")
    return raw


def _boolean(raw: str) -> bool:
    return {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}[
        raw.lower()
    ]


def _positive(raw: str) -> float:
    value = float(raw)
    if not 0 < value < LONGEST_SECONDS:
        raise ValueError(raw)
    return value


def _share(raw: str) -> float:
    value = float(raw)
    if not 0 < value <= 1:
        raise ValueError(raw)
    return value


def _count(raw: str) -> int:
    value = int(raw)
    if not 0 <= value <= MOST_PROXIES:
        raise ValueError(raw)
    return value


def _whole(most: int) -> Callable[[str], int]:
    def convert(raw: str) -> int:
        value = int(raw)
        if not 1 <= value <= most:
            raise ValueError(raw)
        return value

    return convert


def _schedule(raw: str) -> tuple[float, ...]:
    values = tuple(_positive(part) for part in raw.split(","))
    if list(values) != sorted(values):
        raise ValueError(raw)
    return values


def _names(raw: str) -> list[str]:
    return [part.strip() for part in raw.split(",") if part.strip()]


def _hosts(raw: str) -> list[str]:
    names = _names(raw)
    if not names or any("/" in name or " " in name for name in names):
        raise ValueError(raw)
    return names


def _origins(raw: str) -> list[str]:
    return [origin(part) for part in _names(raw)]


#: What a path may hold without being escaped.
_PART = re.compile("[A-Za-z0-9._~-]+")


def _prefix(raw: str) -> str:
    prefix = raw.strip("/")
    if prefix and not all(_PART.fullmatch(part) and part.strip(".") for part in prefix.split("/")):
        raise ValueError(raw)
    return prefix


def _one_of(*choices: str) -> Callable[[str], str]:
    def convert(raw: str) -> str:
        return choices[choices.index(raw)]

    return convert


def _bundle(raw: str) -> str:
    """A file that no certificate can be read from would make every call fail, so it stops the start."""
    ssl.create_default_context(cafile=raw)
    return str(Path(raw).resolve())


def _can_be_written_to(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def read(values: Mapping[str, str] = os.environ) -> Environment:
    """Read the environment; raise one `ConfigurationError` that names everything wrong in it."""
    reader = _Reader(values)
    get = reader.get
    debug = get("DEBUG", _boolean, False, "say true or false")
    environment = Environment(
        secret_key=get(
            "SECRET_KEY", _key, None, "set it to a long random text (32 characters or more) and keep it secret"
        ),
        public_url=get(
            "PUBLIC_URL", public_url, None, "set it to the address people type, https://… (http:// only on loopback)"
        ),
        debug=debug,
        allowed_hosts=get("ALLOWED_HOSTS", _hosts, None, "set it to the host names served, separated by commas"),
        database=get(
            "DATABASE_URL",
            connections.database,
            connections.database("sqlite:///var/podero_admin.sqlite3"),
            "set it to sqlite:///path or postgres://user:password@host/name, with a ? before options of libpq",
        ),
        cache=get(
            "CACHE_URL", connections.cache, False, "leave it out for the database, or set it to redis://host:6379/1"
        )
        or None,
        broker_url=get(
            "BROKER_URL", connections.broker, "", "leave it out for the embedded one, or set it to redis://host:6379/0"
        ),
        organizations_path=get(
            "PODERO_ORGANIZATIONS", Path, Path("organizations.toml"), "set it to the path of the organisations file"
        ),
        allow_insecure_upstream=get("ALLOW_INSECURE_UPSTREAM", _boolean, False, "say true or false"),
        embed_origins=get(
            "EMBED_ORIGINS", _origins, [], "list origins such as https://intranet.example.com, separated by commas"
        ),
        trusted_proxies=get("TRUSTED_PROXIES", _count, 0, "set it to the number of reverse proxies in front, 0 to 10"),
        time_zone=get(
            "TIME_ZONE", lambda raw: ZoneInfo(raw).key, "Europe/Vienna", "set it to a name such as Europe/Vienna"
        ),
        email=get("EMAIL_URL", connections.email, False, "leave it out, or set it to smtp+tls://user:password@host:587")
        or None,
        connect_timeout=get("PODERO_CONNECT_TIMEOUT", _positive, 3.0, "set it to seconds above 0"),
        read_timeout=get("PODERO_READ_TIMEOUT", _positive, 30.0, "set it to seconds above 0"),
        deadline=get("PODERO_DEADLINE", _positive, 40.0, "set it to seconds above 0"),
        ca_bundle=get(
            "PODERO_CA_BUNDLE", _bundle, "", "leave it out, or set it to the path of a PEM file with the authorities"
        ),
        settle_schedule=get(
            "SETTLE_SCHEDULE",
            _schedule,
            (2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0),
            "list rising seconds, separated by commas",
        ),
        settle_window=get("SETTLE_WINDOW", _positive, 300.0, "set it to seconds above 0"),
        time_scale=get("TIME_SCALE", _share, 1.0, "leave it out, it is for tests; else above 0 and at most 1"),
        directory_max_age=get("DIRECTORY_MAX_AGE", _positive, 900.0, "set it to seconds above 0"),
        mirror_max_age=get("MIRROR_MAX_AGE", _positive, 900.0, "set it to seconds above 0"),
        mirror_at_once=get("MIRROR_AT_ONCE", _whole(MOST_AT_ONCE), 4, f"set it to a whole number, 1 to {MOST_AT_ONCE}"),
        mirror_per_second=get("MIRROR_PER_SECOND", _positive, 10.0, "set it to a number above 0"),
        readings_kept_days=get("READINGS_KEPT_DAYS", _whole(MOST_DAYS), 400, "set it to a whole number of days"),
        var_dir=get("PODERO_VAR_DIR", Path, False, "set it to a folder") or None,
        url_prefix=get("URL_PREFIX", _prefix, "", "set it to a path such as podero"),
        log_format=get("LOG_FORMAT", _one_of("json", "console"), "console" if debug else "json", "say json or console"),
    )
    if environment.var_dir and not environment.broker_url and not _can_be_written_to(environment.var_dir):
        reader.problems.append("PODERO_VAR_DIR cannot be written to: set it to a folder that can, it holds the queue.")
    if environment.time_scale < 1 and not environment.allow_insecure_upstream:
        reader.problems.append("TIME_SCALE shortens what protects from duplicates: it goes only with the sandbox.")
    if reader.problems:
        raise ConfigurationError("\n".join(reader.problems))
    return environment
