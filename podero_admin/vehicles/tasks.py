"""A nudge for the night: what is old stands in the database."""

from celery import shared_task
from django.utils import timezone

from podero_admin.vehicles.retention import readings_purge


@shared_task(name="vehicles.purge_readings")  # type: ignore[untyped-decorator] # celery has no types
def purge_readings() -> None:
    readings_purge(now=timezone.now())
