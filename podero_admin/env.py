"""The environment and the organisations file, read once, typed, and refused in one sentence each when wrong."""

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import environ

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
GRANTS = ("client_credentials", "password")
MOST_SECONDS = 1_000_000
MOST_PROXIES = 10


class ConfigurationError(Exception):
    """One sentence for each value that is wrong or missing."""


@dataclass(frozen=True)
class Secret:
    """Where a secret comes from; read again at each use, so that it can be rotated without a restart."""

    kind: str
    source: str = field(repr=False)

    def read(self) -> str:
        if self.kind == "env":
            value = os.environ.get(self.source, "")
        elif self.kind == "file":
            try:
                value = Path(self.source).read_text(encoding="utf-8").strip()
            except OSError:
                value = ""
        else:
            value = self.source
        return value

    @property
    def described(self) -> str:
        return f"from {self.kind} {self.source}" if self.kind in {"env", "file"} else "in the organisations file"


@dataclass(frozen=True)
class OrganizationSettings:
    """One organisation as the file describes it; what is secret stays a `Secret`."""

    id: UUID
    name: str
    api_url: str
    token_url: str
    client_id: Secret
    client_secret: Secret
    grant: str = "client_credentials"
    username: Secret | None = None
    password: Secret | None = None
    client_auth: str = "basic"
    token_body: str = "auto"  # noqa: S105 - a choice of encoding, not a secret
    scope: str = ""
    default_price_zone: str = ""
    tag_comments: bool = True
    environment: str = "production"


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
    settle_schedule: tuple[float, ...]
    settle_window: float
    directory_max_age: float
    url_prefix: str
    log_format: str

    @property
    def is_loopback(self) -> bool:
        parts = urlsplit(self.public_url)
        return parts.scheme == "http" and parts.hostname in LOOPBACK


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
            shown = (
                ""
                if name in {"SECRET_KEY", "DATABASE_URL", "CACHE_URL", "BROKER_URL", "EMAIL_URL"}
                else f" ({raw[:60]!r})"
            )
            self.problems.append(f"{name}{shown} cannot be used: {hint}.")
            return default


def _boolean(raw: str) -> bool:
    return {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}[
        raw.lower()
    ]


def _positive(raw: str) -> float:
    value = float(raw)
    if not 0 < value < MOST_SECONDS:
        raise ValueError(raw)
    return value


def _count(raw: str) -> int:
    value = int(raw)
    if not 0 <= value <= MOST_PROXIES:
        raise ValueError(raw)
    return value


def _schedule(raw: str) -> tuple[float, ...]:
    values = tuple(_positive(part) for part in raw.split(","))
    if list(values) != sorted(values):
        raise ValueError(raw)
    return values


def _names(raw: str) -> list[str]:
    return [part.strip() for part in raw.split(",") if part.strip()]


def _origin(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError(raw)
    return f"{parts.scheme}://{parts.netloc}"


def _origins(raw: str) -> list[str]:
    return [_origin(part) for part in _names(raw)]


def _public_url(raw: str) -> str:
    parts = urlsplit(raw)
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
        raise ValueError(raw)
    return raw.rstrip("/")


def _prefix(raw: str) -> str:
    prefix = raw.strip("/")
    if prefix and not all(part.replace("-", "").replace("_", "").isalnum() for part in prefix.split("/")):
        raise ValueError(raw)
    return prefix


def _one_of(*choices: str) -> Callable[[str], str]:
    def convert(raw: str) -> str:
        return choices[choices.index(raw)]

    return convert


def _database(raw: str) -> dict[str, Any]:
    config: dict[str, Any] = dict(environ.Env.db_url_config(raw))
    if config["ENGINE"] not in {"django.db.backends.sqlite3", "django.db.backends.postgresql"}:
        raise ValueError
    return config


def _cache(raw: str) -> dict[str, Any]:
    config: dict[str, Any] = dict(environ.Env.cache_url_config(raw))
    if urlsplit(raw).scheme not in {"redis", "rediss"}:
        raise ValueError
    return config


def _email(raw: str) -> dict[str, Any]:
    config: dict[str, Any] = dict(environ.Env.email_url_config(raw))
    if not config.get("EMAIL_BACKEND"):
        raise ValueError
    return config


def _broker(raw: str) -> str:
    if "://" not in raw:
        raise ValueError
    return raw


def read(values: Mapping[str, str] = os.environ) -> Environment:
    """Read the environment; raise one `ConfigurationError` that names everything wrong in it."""
    reader = _Reader(values)
    get = reader.get
    debug = get("DEBUG", _boolean, False, "say true or false")
    environment = Environment(
        secret_key=get("SECRET_KEY", str, None, "set it to a long random text and keep it secret"),
        public_url=get(
            "PUBLIC_URL", _public_url, None, "set it to the address people type, https://… (http:// only on loopback)"
        ),
        debug=debug,
        allowed_hosts=get("ALLOWED_HOSTS", _names, None, "set it to the host names served, separated by commas"),
        database=get(
            "DATABASE_URL",
            _database,
            _database("sqlite:///var/podero_admin.sqlite3"),
            "set it to sqlite:///path or postgres://user:password@host/name",
        ),
        cache=get("CACHE_URL", _cache, False, "leave it out for the database, or set it to redis://host:6379/1")
        or None,
        broker_url=get(
            "BROKER_URL", _broker, "", "leave it out for the embedded one, or set it to redis://host:6379/0"
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
        email=get("EMAIL_URL", _email, False, "leave it out, or set it to smtp+tls://user:password@host:587") or None,
        connect_timeout=get("PODERO_CONNECT_TIMEOUT", _positive, 3.0, "set it to seconds above 0"),
        read_timeout=get("PODERO_READ_TIMEOUT", _positive, 30.0, "set it to seconds above 0"),
        deadline=get("PODERO_DEADLINE", _positive, 40.0, "set it to seconds above 0"),
        settle_schedule=get(
            "SETTLE_SCHEDULE",
            _schedule,
            (2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0),
            "list rising seconds, separated by commas",
        ),
        settle_window=get("SETTLE_WINDOW", _positive, 300.0, "set it to seconds above 0"),
        directory_max_age=get("DIRECTORY_MAX_AGE", _positive, 900.0, "set it to seconds above 0"),
        url_prefix=get("URL_PREFIX", _prefix, "", "set it to a path such as podero"),
        log_format=get("LOG_FORMAT", _one_of("json", "console"), "console" if debug else "json", "say json or console"),
    )
    if reader.problems:
        raise ConfigurationError("\n".join(reader.problems))
    return environment


def _secret(raw: Any) -> Secret | None:
    if isinstance(raw, str) and raw:
        return Secret("plain", raw)
    if isinstance(raw, dict) and len(raw) == 1:
        kind, source = next(iter(raw.items()))
        if kind in {"env", "file"} and isinstance(source, str) and source:
            return Secret(kind, source)
    return None


def _upstream(raw: Any, *, allow_insecure: bool) -> str | None:
    parts = urlsplit(raw) if isinstance(raw, str) else urlsplit("")
    insecure = parts.scheme == "http" or parts.hostname in LOOPBACK
    if parts.scheme not in {"http", "https"} or not parts.hostname or (insecure and not allow_insecure):
        return None
    return str(raw)


def _organization(
    raw: dict[str, Any], position: int, *, allow_insecure: bool
) -> tuple[OrganizationSettings | None, list[str]]:
    where = f"organisation {position} ({raw.get('name') or raw.get('id') or 'no name'}) in the organisations file"
    problems: list[str] = []

    def need(name: str, value: Any, hint: str) -> Any:
        if not value:
            problems.append(f"{name} of {where} is missing or cannot be used: {hint}.")
        return value

    def choice(name: str, default: str, *choices: str) -> str:
        value = raw.get(name, default)
        if value not in choices:
            problems.append(f"{name} of {where} is {str(value)[:40]!r}: say one of {', '.join(choices)}.")
        return str(value)

    try:
        identity = UUID(str(raw.get("id", "")))
    except ValueError:
        identity = need("id", None, "give the organisation's UUID at Podero")
    address = "an https:// address (http:// and loopback only with ALLOW_INSECURE_UPSTREAM=true)"
    one_of_three = 'a text, { env = "NAME" } or { file = "path" }'
    grant = choice("grant", "client_credentials", *GRANTS)
    people = {name: _secret(raw.get(name)) for name in ("username", "password")}
    if grant == "password":
        for name, value in people.items():
            need(name, value, f"the password grant needs {one_of_three}")
    tag_comments = raw.get("tag_comments", True)
    if not isinstance(tag_comments, bool):
        problems.append(f"tag_comments of {where} must be true or false.")
    unknown = sorted(set(raw) - set(OrganizationSettings.__dataclass_fields__))
    problems += [f"{name} of {where} is not a setting we know: correct or remove it." for name in unknown]
    settings = OrganizationSettings(
        id=identity,
        name=need("name", str(raw.get("name", ""))[:200], "give the name that staff know"),
        api_url=need("api_url", _upstream(raw.get("api_url"), allow_insecure=allow_insecure), f"give {address}"),
        token_url=need("token_url", _upstream(raw.get("token_url"), allow_insecure=allow_insecure), f"give {address}"),
        client_id=need("client_id", _secret(raw.get("client_id")), f"give {one_of_three}"),
        client_secret=need("client_secret", _secret(raw.get("client_secret")), f"give {one_of_three}"),
        grant=grant,
        username=people["username"],
        password=people["password"],
        client_auth=choice("client_auth", "basic", "basic", "body"),
        token_body=choice("token_body", "auto", "auto", "json", "form"),
        scope=str(raw.get("scope", "")),
        default_price_zone=str(raw.get("default_price_zone", "")),
        tag_comments=tag_comments is True,
        environment=choice("environment", "production", "production", "sandbox"),
    )
    return (None if problems else settings), problems


def read_organizations(path: Path, *, allow_insecure: bool) -> tuple[OrganizationSettings, ...]:
    """Read the organisations file; raise one `ConfigurationError` that names everything wrong in it."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise ConfigurationError(
            f"The organisations file {path} cannot be read: set PODERO_ORGANIZATIONS to its path."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The organisations file {path} is not valid TOML: {error}.") from None
    entries = document.get("organization")
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigurationError(f"The organisations file {path} names no organisation: add a [[organization]] table.")
    read_entries = [
        _organization(raw, number, allow_insecure=allow_insecure) for number, raw in enumerate(entries, start=1)
    ]
    problems = [problem for _, found in read_entries for problem in found]
    organizations = tuple(settings for settings, _ in read_entries if settings)
    if len({settings.id for settings in organizations}) != len(organizations):
        problems.append(f"The organisations file {path} names one id twice: every organisation needs its own.")
    if problems:
        raise ConfigurationError("\n".join(problems))
    return organizations
