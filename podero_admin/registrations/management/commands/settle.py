"""One pass over open registrations; safe to run many times at once, for cron where no worker runs."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from podero_admin.organizations.selectors import system_access
from podero_admin.registrations.models import SETTLED_BY_HAND
from podero_admin.registrations.services import chore_report, registrations_settle


class Command(BaseCommand):
    help = __doc__

    def handle(self, *_args: Any, **_options: Any) -> None:
        result = registrations_settle(access=system_access())
        chore_report(SETTLED_BY_HAND, now=timezone.now())
        self.stdout.write(f"{result.died} interrupted, {result.looked} looked for, {result.decided} settled.")
