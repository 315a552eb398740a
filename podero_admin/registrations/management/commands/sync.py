"""One full pass of the mirror in the foreground: the list of customers, then the vehicles of each."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from threading import Barrier
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections, connection
from django.utils import timezone

from podero_admin.core.access import Access
from podero_admin.core.errors import ApplicationError
from podero_admin.directory.models import Customer
from podero_admin.directory.services import customers_refresh
from podero_admin.organizations.models import Organization
from podero_admin.organizations.selectors import system_access
from podero_admin.registrations.management.progress import Progress
from podero_admin.registrations.models import Stray
from podero_admin.registrations.services import vehicles_look

AT_ONCE = 4
CHUNK = 500
SHOWN_ERRORS = 5


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
        problem = _list_problem(access, organization)
        if problem:
            self.stderr.write(f"{organization.name}: the list of customers could not be fetched: {problem}")
        customers = Customer.objects.filter(organization=organization, is_gone=False)
        progress = Progress(organization.name, customers.count(), stream=self.stderr)
        problems: list[str] = []
        for found in _each(customers.order_by("id").iterator(CHUNK), lambda customer: _look(access, customer)):
            problems += [found] if found else []
            progress.step(failed=bool(found))
        progress.end()
        for text in _some(problems):
            self.stderr.write(f"  {text}")
        return len(problems) + bool(problem)


def _list_problem(access: Access, organization: Organization) -> str:
    try:
        return customers_refresh(access=access, organization_id=organization.id).error
    except ApplicationError as refused:
        return refused.message


def _look(access: Access, customer: Customer) -> str:
    """In a thread of its own connection; the sentence of what went wrong, if anything did."""
    close_old_connections()
    try:
        vehicles_look(access=access, customer=customer)
    except ApplicationError as refused:
        return f"{customer.id}: {refused.message}"
    return ""


def _each(items: Iterator[Customer], work: Callable[[Customer], str]) -> Iterator[str]:
    """The results as they come, with a few in the air, however long the list is."""
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sync") as pool:
        running: set[Future[str]] = {pool.submit(work, item) for item in islice(items, AT_ONCE)}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            running |= {pool.submit(work, item) for item in islice(items, len(done))}
            for future in done:
                yield future.result()
        together = Barrier(AT_ONCE)
        list(pool.map(lambda _: _leave(together), range(AT_ONCE)))


def _leave(together: Barrier) -> None:
    """Each thread closes its own connection; they wait for each other, so that none takes another's turn."""
    together.wait()
    connection.close()


def _some(problems: Sequence[str]) -> list[str]:
    more = len(problems) - SHOWN_ERRORS
    return [*problems[:SHOWN_ERRORS], *([f"and {more} more."] if more > 0 else [])]
