"""The organisations file as the client needs it: read again when it changes, secrets read late."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings

from podero_admin.env import ConfigurationError, OrganizationSettings, Secret, read_organizations
from podero_admin.podero import Credentials
from podero_admin.podero.errors import NotConfigured


@dataclass(frozen=True)
class _Stamp:
    """Which version of the organisations file was read."""

    path: str
    changed: int
    size: int


def _stamp(path: Path) -> _Stamp:
    try:
        state = path.stat()
    except OSError:
        return _Stamp(str(path), 0, 0)
    return _Stamp(str(path), state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _entries(stamp: _Stamp) -> dict[UUID, OrganizationSettings]:
    """Read again when the file changes, so that a rotated secret needs no restart."""
    entries = read_organizations(Path(stamp.path), allow_insecure=settings.ALLOW_INSECURE_UPSTREAM)
    return {entry.id: entry for entry in entries}


def entry_of(organization_id: UUID) -> OrganizationSettings:
    """The organisation's entry; raises NotConfigured."""
    try:
        return _entries(_stamp(settings.PODERO_ORGANIZATIONS))[organization_id]
    except ConfigurationError as error:
        raise NotConfigured(str(error)) from None
    except KeyError:
        raise NotConfigured(
            "This organisation is no longer in the organisations file: its data can be read, but Podero is not called."
        ) from None


def _late(secret: Secret | None) -> Callable[[], str]:
    return secret.read if secret else str


def credentials(entry: OrganizationSettings) -> Credentials:
    return Credentials(
        token_url=entry.token_url,
        client_id=_late(entry.client_id),
        client_secret=_late(entry.client_secret),
        grant=entry.grant,  # type: ignore[arg-type] # `env` lets only these through
        username=_late(entry.username),
        password=_late(entry.password),
        client_auth=entry.client_auth,  # type: ignore[arg-type]
        token_body=entry.token_body,  # type: ignore[arg-type]
        scope=entry.scope,
    )
