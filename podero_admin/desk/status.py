"""The health of everything, for people: read from what we know, without a call to Podero."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import django
from django.conf import settings
from django.db import connection
from django.utils import timezone

from podero_admin import __version__
from podero_admin.audit.models import ChainHead
from podero_admin.audit.selectors import chain_head
from podero_admin.audit.triggers import weakness
from podero_admin.core.access import Access, Permission
from podero_admin.core.drawing import span
from podero_admin.desk.queue import queue_length
from podero_admin.mirror.selectors import MirrorState, mirror_states
from podero_admin.organizations.services import Connection, connection_states
from podero_admin.registrations.selectors import Alarm, Backlog, Chores, alarms, backlogs, chores

#: A worker reports every quarter of a minute.
SILENT_AFTER = timedelta(minutes=1)
SWEPT_LATE_AFTER = timedelta(hours=26)
MIRROR_LATE_AFTER = timedelta(hours=24)
VENDORS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
BY_HAND = "registrations settle only by manage.py settle"


@dataclass(frozen=True)
class Told:
    """The state of one thing: a badge, and a sentence where the badge is not enough."""

    value: str
    label: str
    tone: str
    text: str = ""


@dataclass(frozen=True)
class Here:
    """One organisation; without its backlog for those who see the short form."""

    connection: Connection
    backlog: Backlog | None
    list_is_old: bool
    mirror: MirrorState | None = None
    mirror_is_old: bool = False


@dataclass(frozen=True)
class Status:
    """Everything that the page shows; the second half only in the long form."""

    here: list[Here]
    worker: Told
    done: Chores
    is_long: bool
    alarms: list[Alarm]
    sweep: Told | None = None
    chain: ChainHead | None = None
    weakness: str = ""
    versions: Mapping[str, str] | None = None
    queue: int | None = None


def status(*, access: Access) -> Status:
    now, long_ids = timezone.now(), access.listed_ids(Permission.STATUS_VIEW)
    waiting = backlogs(access=access, permission=Permission.STATUS_VIEW)
    done = chores()
    mirrors = mirror_states(access=access, permission=Permission.STATUS_VIEW)
    here = [
        _here(state, waiting if state.organization.id in long_ids else None, mirrors, now)
        for state in connection_states(access=access)
    ]
    worker = _worker(done, now)
    if not long_ids:
        return Status(here, worker, done, is_long=False, alarms=[])
    return Status(
        here,
        worker,
        done,
        is_long=True,
        alarms=alarms(access=access, permission=Permission.STATUS_VIEW),
        sweep=_sweep(done, now),
        chain=chain_head(),
        weakness=weakness(),
        versions=_versions(),
        queue=queue_length(),
    )


def _here(
    state: Connection, waiting: Mapping[UUID, Backlog] | None, mirrors: Mapping[UUID, MirrorState], now: datetime
) -> Here:
    organization = state.organization
    fetched, mirror = organization.directory_fetched_at, mirrors.get(organization.id)
    limit = 2 * timedelta(seconds=settings.DIRECTORY_MAX_AGE)
    return Here(
        replace(state, answered_at=mirror.newest if mirror else None),
        None if waiting is None else waiting.get(organization.id, Backlog()),
        list_is_old=fetched is None or now - fetched > limit,
        mirror=mirror,
        mirror_is_old=bool(mirror and mirror.oldest and now - mirror.oldest > MIRROR_LATE_AFTER),
    )


def _worker(done: Chores, now: datetime) -> Told:
    """In words what it means when nobody works in the background."""
    if done.worker_at is None:
        return Told("none", "None yet", "warning", f"No worker has reported yet: {BY_HAND}.")
    silent = now - done.worker_at
    if silent > SILENT_AFTER:
        since = span(silent.total_seconds())
        return Told("silent", "Silent", "error", f"No worker has reported for {since}: {BY_HAND}.")
    return Told("ok", "Works", "ok")


def _sweep(done: Chores, now: datetime) -> Told:
    if done.swept_at is None:
        return Told("none", "Not yet", "unknown", "No sweep has been done yet; the worker does one each night.")
    if now - done.swept_at > SWEPT_LATE_AFTER:
        return Told("late", "Late", "warning", "There was none last night.")
    return Told("ok", "Done", "ok", done.sweep_note)


def _versions() -> dict[str, Any]:
    database = VENDORS.get(connection.vendor, connection.vendor)
    number = ".".join(str(part) for part in connection.get_database_version())
    return {
        "podero_admin": __version__,
        "Python": platform.python_version(),
        "Django": django.get_version(),
        "Database": f"{database} {number}",
    }
