"""Nudges: what is old, and what befell many cars, stands in the database."""

from celery import shared_task
from django.utils import timezone

from podero_admin.vehicles.incidents import incidents_find
from podero_admin.vehicles.retention import readings_purge
from podero_admin.vehicles.services import vehicles_lose_with_customers


@shared_task(name="vehicles.purge_readings")  # type: ignore[untyped-decorator] # celery has no types
def purge_readings() -> None:
    readings_purge(now=timezone.now())


@shared_task(name="vehicles.find_incidents")  # type: ignore[untyped-decorator]
def find_incidents() -> None:
    incidents_find()


@shared_task(name="vehicles.lose_with_customers")  # type: ignore[untyped-decorator]
def lose_with_customers() -> None:
    vehicles_lose_with_customers()
