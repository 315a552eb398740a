"""Nudges: an id at most comes in; who is due, and what may be asked, stands in the database."""

from uuid import UUID

from celery import shared_task

from podero_admin.mirror.seats import seat
from podero_admin.mirror.services import lane_run, lanes_nudge, organization_nudge
from podero_admin.organizations.selectors import system_access


@shared_task(name="mirror.nudge")  # type: ignore[untyped-decorator] # celery has no types
def nudge() -> None:
    lanes_nudge()


@shared_task(name="mirror.look")  # type: ignore[untyped-decorator]
def look(organization_id: str) -> None:
    """One short run; as long as there is something to do it wakes the next, behind whatever else waits."""
    with seat() as has_seat:
        run = lane_run(access=system_access(), organization_id=UUID(organization_id)) if has_seat else None
    if run and run.looked and not run.problem:
        organization_nudge(UUID(organization_id))
