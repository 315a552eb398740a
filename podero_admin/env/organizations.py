"""The organisations file: which partners are served, and where their credentials are found."""

import os
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from podero_admin.env.addresses import is_upstream
from podero_admin.env.problems import ConfigurationError
from podero_admin.podero.contract import PriceZone

GRANTS = ("client_credentials", "password")
ADDRESS = "give an https:// address (http:// and loopback only with ALLOW_INSECURE_UPSTREAM=true)"
A_SECRET = 'give a text, { env = "NAME" } or { file = "path" }'  # noqa: S105 - a hint, not a secret


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
            except (OSError, UnicodeDecodeError):
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


def _secret(raw: Any) -> Secret | None:
    if isinstance(raw, str) and raw:
        return Secret("plain", raw)
    if isinstance(raw, dict) and len(raw) == 1:
        kind, source = next(iter(raw.items()))
        if kind in {"env", "file"} and isinstance(source, str) and source:
            return Secret(kind, source)
    return None


class _Entry:
    """One table of the file, read key by key; collects what is wrong with it."""

    def __init__(self, raw: dict[str, Any], position: int) -> None:
        self.raw = raw
        self.where = (
            f"organisation {position} ({raw.get('name') or raw.get('id') or 'no name'}) in the organisations file"
        )
        self.problems: list[str] = []

    def need(self, name: str, value: Any, hint: str) -> Any:
        if not value:
            self.problems.append(f"{name} of {self.where} is missing or cannot be used: {hint}.")
        return value

    def choice(self, name: str, default: str, *choices: str) -> str:
        value = self.raw.get(name, default)
        if value not in choices:
            self.problems.append(
                f"{name} of {self.where} is {str(value)[:40]!r}: say one of {', '.join(filter(None, choices))}."
            )
        return str(value)

    def text(self, name: str, longest: int = 200) -> str:
        value = self.raw.get(name, "")
        if not isinstance(value, str) or len(value) > longest:
            self.problems.append(f"{name} of {self.where} must be a text of at most {longest} characters.")
            return ""
        return value

    def identity(self) -> Any:
        try:
            return UUID(str(self.raw.get("id", "")))
        except ValueError:
            return self.need("id", None, "give the organisation's UUID at Podero")

    def address(self, name: str, *, allow_insecure: bool) -> Any:
        value = self.raw.get(name)
        usable = value if is_upstream(value, allow_insecure=allow_insecure) else None
        return self.need(name, usable, ADDRESS)

    def secret(self, name: str, *, is_needed: bool = True) -> Any:
        found = _secret(self.raw.get(name))
        return self.need(name, found, A_SECRET) if is_needed else found

    def yes_or_no(self, name: str, *, default: bool) -> bool:
        value = self.raw.get(name, default)
        if not isinstance(value, bool):
            self.problems.append(f"{name} of {self.where} must be true or false.")
        return value is True

    def refuse_unknown(self) -> None:
        for name in sorted(set(self.raw) - set(OrganizationSettings.__dataclass_fields__)):
            self.problems.append(f"{name} of {self.where} is not a setting we know: correct or remove it.")


def _organization(entry: _Entry, *, allow_insecure: bool) -> OrganizationSettings:
    entry.refuse_unknown()
    grant = entry.choice("grant", "client_credentials", *GRANTS)
    has_person = grant == "password"
    return OrganizationSettings(
        id=entry.identity(),
        name=entry.need("name", entry.text("name"), "give the name that staff know"),
        api_url=entry.address("api_url", allow_insecure=allow_insecure),
        token_url=entry.address("token_url", allow_insecure=allow_insecure),
        client_id=entry.secret("client_id"),
        client_secret=entry.secret("client_secret"),
        grant=grant,
        username=entry.secret("username", is_needed=has_person),
        password=entry.secret("password", is_needed=has_person),
        client_auth=entry.choice("client_auth", "basic", "basic", "body"),
        token_body=entry.choice("token_body", "auto", "auto", "json", "form"),
        scope=entry.text("scope"),
        default_price_zone=entry.choice("default_price_zone", "", "", *PriceZone),
        tag_comments=entry.yes_or_no("tag_comments", default=True),
        environment=entry.choice("environment", "production", "production", "sandbox"),
    )


def require_secrets(organizations: Iterable[OrganizationSettings]) -> None:
    """Raise one `ConfigurationError` that names every secret that the file points to and that is not there."""
    problems = [
        f"{name} of {entry.name} is taken {secret.described}, where there is nothing: set it there."
        for entry in organizations
        for name in ("client_id", "client_secret", "username", "password")
        if (secret := getattr(entry, name)) and not secret.read()
    ]
    if problems:
        raise ConfigurationError("\n".join(problems))


def _document(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise ConfigurationError(
            f"The organisations file {path} cannot be read: set PODERO_ORGANIZATIONS to its path."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The organisations file {path} is not valid TOML: {error}.") from None


def read_organizations(path: Path, *, allow_insecure: bool) -> tuple[OrganizationSettings, ...]:
    """Read the organisations file; raise one `ConfigurationError` that names everything wrong in it."""
    tables = _document(path).get("organization")
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise ConfigurationError(f"The organisations file {path} names no organisation: add a [[organization]] table.")
    entries = [_Entry(table, number) for number, table in enumerate(tables, start=1)]
    organizations = tuple(_organization(entry, allow_insecure=allow_insecure) for entry in entries)
    problems = [problem for entry in entries for problem in entry.problems]
    if len({settings.id for settings in organizations}) != len(organizations):
        problems.append(f"The organisations file {path} names one id twice: every organisation needs its own.")
    if problems:
        raise ConfigurationError("\n".join(problems))
    return organizations
