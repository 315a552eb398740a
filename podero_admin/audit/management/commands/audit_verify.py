"""`manage.py audit_verify`: walk the whole chain and say whether it is unbroken."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from podero_admin.audit import triggers
from podero_admin.audit.services import verify_chain


class Command(BaseCommand):
    help = "Walk the hash chain of the audit log: exit 0 and 'unbroken', or exit 1 and the first bad event."

    def handle(self, *_: Any, **__: Any) -> None:
        if missing := triggers.missing(connection):
            self.stderr.write(f"The triggers that guard the log are missing: {', '.join(missing)}.")
        found = verify_chain()
        if found.warning:
            self.stderr.write(f"Warning: {found.warning}.")
        if not found.is_unbroken:
            raise CommandError(f"The audit log is broken at event {found.bad_number}: {found.problem}.")
        self.stdout.write(f"The audit log is unbroken: {found.checked} events checked.")
