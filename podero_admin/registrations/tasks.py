"""Nudges for the settler and the sweep: what is due stands in the database."""

from celery import shared_task
from django.utils import timezone

from podero_admin.organizations.selectors import system_access
from podero_admin.registrations.models import WORKER
from podero_admin.registrations.services import chore_report, registrations_settle, sweep_if_due


@shared_task(name="registrations.settle")  # type: ignore[untyped-decorator]
def settle() -> None:
    """Coming so often, it also tells that there is a worker."""
    chore_report(WORKER, now=timezone.now())
    registrations_settle(access=system_access())


@shared_task(name="registrations.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    sweep_if_due(access=system_access())
