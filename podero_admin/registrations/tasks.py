"""Nudges for the settler: what is due stands in the database."""

from celery import shared_task

from podero_admin.organizations.selectors import system_access
from podero_admin.registrations.services import registrations_settle


@shared_task(name="registrations.settle")  # type: ignore[untyped-decorator]
def settle() -> None:
    registrations_settle(access=system_access())
