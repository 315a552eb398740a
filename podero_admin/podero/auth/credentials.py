"""Who we are, and how it is shown to the token endpoint."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from requests.auth import HTTPBasicAuth

from podero_admin.podero.errors import NotConfigured

Secret = str | Callable[[], str]


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who we are. Id and secrets may be callables, asked late, so that rotated ones work without a restart."""

    token_url: str
    client_id: Secret
    client_secret: Secret = field(repr=False)
    grant: Literal["client_credentials", "password"] = "client_credentials"
    username: Secret = field(default="", repr=False)
    password: Secret = field(default="", repr=False)
    client_auth: Literal["basic", "body"] = "basic"
    token_body: Literal["auto", "json", "form"] = "auto"  # noqa: S105  # an encoding, not a secret
    scope: str = ""


def client_id_of(known: Credentials) -> str:
    """The id by which the token endpoint knows us; raises NotConfigured where it cannot be read or is empty."""
    return _plain(known.client_id, "client id")


def proof(known: Credentials, client_id: str) -> dict[str, Any]:
    """Say who we are, as `fetch_token` wants it; raises NotConfigured where a secret cannot be read or is empty."""
    secret = _plain(known.client_secret, "client secret")
    shown: dict[str, Any] = {"include_client_id": True, "client_secret": secret}
    if known.client_auth == "basic":
        shown = {"auth": HTTPBasicAuth(client_id.encode(), secret.encode())}
    if known.grant == "password":
        shown |= {"username": _plain(known.username, "user name"), "password": _plain(known.password, "password")}
    return shown


def _plain(secret: Secret, name: str) -> str:
    try:
        value = secret if isinstance(secret, str) else secret()
        value.encode()
    except (OSError, LookupError, ValueError):
        raise NotConfigured(f"The {name} for the API cannot be read.") from None
    if not value:
        raise NotConfigured(f"The {name} for the API is empty.")
    return value
