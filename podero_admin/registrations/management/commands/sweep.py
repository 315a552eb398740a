"""The nightly sweep, now: look at Podero for what we do not know of; it changes nothing there."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from podero_admin.core.progress import Progress
from podero_admin.organizations.selectors import system_access
from podero_admin.registrations.services import customers_touched, registrations_sweep


class Command(BaseCommand):
    help = __doc__

    def handle(self, *_args: Any, **_options: Any) -> None:
        access = system_access()
        customers = customers_touched(access=access, now=timezone.now())
        progress = Progress("Sweep", len(customers), stream=self.stderr)
        result = registrations_sweep(access=access, customers=customers, step=progress.step)
        progress.end()
        self.stdout.write(str(result))
