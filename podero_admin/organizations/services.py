"""Bring the organisations file into the database, and test a connection to Podero."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from podero_admin import gateway
from podero_admin.audit.actions import Action
from podero_admin.audit.services import Subject, record
from podero_admin.core.access import Access, Permission
from podero_admin.env import OrganizationSettings, read_organizations
from podero_admin.organizations.models import Organization
from podero_admin.organizations.selectors import organization_get, organization_list

logger = logging.getLogger(__name__)
COPIED = (
    "name", "environment", "api_url", "token_url", "grant", "client_auth", "token_body", "scope",
    "default_price_zone", "tag_comments",
)  # fmt: skip


def _values(entry: OrganizationSettings) -> dict[str, object]:
    return {name: getattr(entry, name) for name in COPIED} | {"is_configured": True}


def _changes(organization: Organization, values: dict[str, object]) -> dict[str, tuple[object, object]]:
    return {
        name: (getattr(organization, name), value)
        for name, value in values.items()
        if getattr(organization, name) != value
    }


@transaction.atomic
def organizations_load(*, access: Access) -> list[Organization]:
    """Make the table say what the file says; an organisation that left it keeps its data and gets no calls."""
    entries = read_organizations(settings.PODERO_ORGANIZATIONS, allow_insecure=settings.ALLOW_INSECURE_UPSTREAM)
    known = {row.id: row for row in Organization.objects.select_for_update().order_by("id")}  # two start at once
    for entry in entries:
        values = _values(entry)
        organization = known.pop(entry.id, None)
        changes = (
            _changes(organization, values) if organization else {name: (None, value) for name, value in values.items()}
        )
        if changes:
            saved, _ = Organization.objects.update_or_create(
                id=entry.id, defaults=values | {"loaded_at": timezone.now()}
            )
            record(
                Action.ORGANIZATION_LOADED,
                access=access,
                organization_id=saved.id,
                subject=Subject("organization", saved.id, saved.name),
                changes=changes,
            )
    for gone in known.values():
        if gone.is_configured:
            Organization.objects.filter(id=gone.id).update(is_configured=False)
            record(
                Action.ORGANIZATION_LEFT,
                access=access,
                organization_id=gone.id,
                subject=Subject("organization", gone.id, gone.name),
                changes={"is_configured": (True, False)},
            )
    return list(Organization.objects.filter(is_configured=True))


def organizations_load_at_start() -> None:
    """Load when a process starts; before the first migration there is nothing to load into."""
    try:
        organizations_load(access=Access.system())
    except DatabaseError:
        logger.warning("The organisations were not loaded: the database is not reachable or not migrated yet.")


@dataclass(frozen=True)
class ConnectionTest:
    """What a token request and a list call showed, in words."""

    ok: bool
    text: str


def connection_test(*, access: Access, organization_id: UUID) -> ConnectionTest:
    """Ask Podero for a fresh token and the list of users; whatever happens is a sentence and an event."""
    organization = organization_get(
        access=access, organization_id=organization_id, permission=Permission.CONNECTION_VIEW
    )
    ok, text = gateway.try_connection(organization.id)
    with transaction.atomic():
        record(
            Action.CONNECTION_TESTED,
            access=access,
            organization_id=organization.id,
            subject=Subject("organization", organization.id, organization.name),
            outcome="done" if ok else "failed",
            reason=text,
        )
    return ConnectionTest(ok, text)


@dataclass(frozen=True)
class Connection:
    """An organisation's connection as its page shows it; nothing in it is secret."""

    organization: Organization
    is_away: bool
    is_slow: bool
    token_at: datetime | None
    error: str
    error_at: datetime | None
    answered_at: datetime | None = None

    @property
    def is_failing(self) -> bool:
        """Whether nothing that was told came after the last error."""
        told = [at for at in (self.token_at, self.organization.directory_fetched_at, self.answered_at) if at]
        return bool(self.error) and (self.error_at is None or all(at < self.error_at for at in told))

    @property
    def badge(self) -> tuple[str, str, str]:
        """Value, label and tone."""
        if not self.organization.is_configured:
            return "left", "No longer configured", "unknown"
        if self.is_away:
            return "away", "Podero is away", "error"
        if self.is_slow:
            return "slow", "Podero is slow", "warning"
        if self.is_failing:
            return "error", "Last call failed", "warning"
        return ("ok", "Works", "ok") if self.token_at else ("unknown", "Not used yet", "unknown")


def troubles_seen(*, access: Access) -> list[tuple[str, str]]:
    """The person's organisations whose Podero is `away` or `slow`, by name; the same facts that calls go by."""
    found = gateway.troubles(seat.organization_id for seat in access.seats)
    return [(seat.name, found[seat.organization_id]) for seat in access.seats if seat.organization_id in found]


def connection_list(*, access: Access) -> list[Connection]:
    organizations = organization_list(access=access, permission=Permission.CONNECTION_VIEW)
    return [_connection(organization) for organization in organizations]


def connection_states(*, access: Access) -> list[Connection]:
    """Of the organisations that a person's lists show: to see whether Podero works is everybody's."""
    return [_connection(organization) for organization in Organization.objects.filter(id__in=access.listed_ids())]


def connection_get(*, access: Access, organization_id: UUID) -> Connection:
    permission = Permission.CONNECTION_VIEW
    return _connection(organization_get(access=access, organization_id=organization_id, permission=permission))


def _connection(organization: Organization) -> Connection:
    facts = gateway.connection_facts(organization.id)
    return Connection(
        organization,
        is_away=bool(facts.get("is_away")),
        is_slow=bool(facts.get("is_slow")),
        token_at=_moment(facts.get("token_at")),
        error=str(facts.get("error") or ""),
        error_at=_moment(facts.get("error_at")),
    )


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, tz=UTC) if seconds else None


@transaction.atomic
def organization_choose(*, access: Access, organization_id: UUID | None) -> None:
    """Note what a person's lists show from now on; nothing means all of theirs."""
    if organization_id is None:
        subject = Subject("organization", "all", "all organisations")
    else:
        organization = organization_get(access=access, organization_id=organization_id)
        subject = Subject("organization", organization.id, organization.name)
    record(Action.ORGANIZATION_CHOSEN, access=access, organization_id=organization_id, subject=subject)
