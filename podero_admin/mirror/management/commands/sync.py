"""One full pass of the mirror in the foreground: the list of customers, then the vehicles of each.

It shares what may be asked of Podero with the workers, and goes on where a pass that was broken off ended.
"""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections, connection
from django.utils import timezone

from podero_admin.core.access import Access
from podero_admin.core.drawing import local
from podero_admin.core.errors import ApplicationError
from podero_admin.core.progress import Progress
from podero_admin.directory.services import customers_refresh
from podero_admin.mirror.models import Pass
from podero_admin.mirror.selectors import due_count, is_anybody_due, pause_of
from podero_admin.mirror.services import lane_run, pass_begin_full, pass_note
from podero_admin.organizations.models import Organization
from podero_admin.organizations.selectors import system_access
from podero_admin.registrations.models import Stray
from podero_admin.vehicles.services import vehicles_lose_with_customers

SHOWN_ERRORS = 5
SHOWN_EVERY = 0.5
NOTHING_FREE = 0.2
#: Longer than a thread takes to look for a lane again, shorter than a run in one.
JUST_NOW = 2.0


class Crew:
    """Threads that work a pass off, each in whatever lane is free, until nobody is left or there is no use in it."""

    def __init__(self, access: Access, standing: Pass) -> None:
        self.access, self.standing = access, standing
        self.failures: list[str] = []
        self.problem = ""
        self.ending = threading.Event()
        self.turned_away: dict[int, float] = {}

    @property
    def finds_no_lane(self) -> bool:
        """Whether every thread found all lanes held by others a moment ago."""
        away = list(self.turned_away.values())
        return len(away) == settings.MIRROR_AT_ONCE and min(away) > time.monotonic() - JUST_NOW

    def work(self) -> None:
        """In a thread with a connection of its own."""
        close_old_connections()
        organization_id, due_by = self.standing.organization_id, self.standing.begun_at
        try:
            while not self.ending.is_set() and is_anybody_due(organization_id, by=due_by):
                run = lane_run(access=self.access, organization_id=organization_id, due_by=due_by)
                self.failures += run.failures
                if not run.had_lane:
                    self.turned_away[threading.get_ident()] = time.monotonic()
                if run.problem and not run.may_wait:
                    self.problem = run.problem
                    self.ending.set()
                elif not run.looked:
                    self.ending.wait(NOTHING_FREE)
        finally:
            connection.close()


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", type=UUID, metavar="ID", help="only this one; without it all configured")

    def handle(self, *_args: Any, **options: Any) -> None:
        wanted = options["organization"]
        organizations = Organization.objects.filter(is_configured=True)
        chosen = list(organizations.filter(id=wanted) if wanted else organizations)
        if not chosen:
            raise CommandError(
                "There is no such organisation in the organisations file; load_organizations lists them."
            )
        begun_at = timezone.now()
        failed = sum(self._sync(system_access(), organization) for organization in chosen)
        strays = Stray.objects.filter(found_at__gte=begun_at).count()
        if strays:
            bear = "vehicle bears" if strays == 1 else "vehicles bear"
            self.stdout.write(f"{strays} {bear} a registration that is not known here: see /status/.")
        if failed:
            raise CommandError(
                f"{failed} {'call' if failed == 1 else 'calls'} failed; what they would have told stays as it was."
            )

    def _sync(self, access: Access, organization: Organization) -> int:
        """One organisation; how many calls failed. A list that fails does not keep known customers from being asked."""
        unlisted = _list_problem(access, organization)
        vehicles_lose_with_customers()
        if unlisted:
            self.stderr.write(f"{organization.name}: the list of customers could not be fetched: {unlisted}")
        standing = pass_begin_full(organization_id=organization.id)
        crew = Crew(access, standing)
        self._follow(organization.name, crew)
        for text in _some(crew.failures):
            self.stderr.write(f"  {text}")
        if crew.problem:
            self.stderr.write(f"  {crew.problem} The next sync goes on from here.")
        pass_note(organization_id=organization.id)
        standing.refresh_from_db(fields=["failed"])
        return standing.failed + bool(unlisted) + bool(crew.problem)

    def _follow(self, name: str, crew: Crew) -> None:
        progress = Progress(name, crew.standing.total, done=_done(crew.standing), stream=self.stderr)
        with ThreadPoolExecutor(settings.MIRROR_AT_ONCE, thread_name_prefix="sync") as pool:
            try:
                running = {pool.submit(crew.work) for _ in range(settings.MIRROR_AT_ONCE)}
                while running:
                    progress.show(done=_done(crew.standing), failed=len(crew.failures), waiting=_waiting(crew))
                    done, running = wait(running, timeout=SHOWN_EVERY)
                    _raise_first(done)
            finally:
                crew.ending.set()
        progress.end(done=_done(crew.standing), failed=len(crew.failures) + bool(crew.problem))


def _raise_first(done: set[Any]) -> None:
    for future in done:
        future.result()


def _done(standing: Pass) -> int:
    return max(0, standing.total - due_count(standing.organization_id, by=standing.begun_at))


def _waiting(crew: Crew) -> str:
    """What the work waits for at this moment, if it does."""
    pause = pause_of(crew.standing.organization_id)
    if pause and pause.paused_until:
        return f"paused until {local(pause.paused_until):%H:%M}: {pause.pause_reason}"
    return "waiting for a free lane" if crew.finds_no_lane else ""


def _list_problem(access: Access, organization: Organization) -> str:
    try:
        return customers_refresh(access=access, organization_id=organization.id).error
    except ApplicationError as refused:
        return refused.message


def _some(failures: Sequence[str]) -> list[str]:
    more = len(failures) - SHOWN_ERRORS
    return [*failures[:SHOWN_ERRORS], *([f"and {more} more."] if more > 0 else [])]
