"""`manage.py audit_verify`: walk the whole chain and say whether it is unbroken."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from podero_admin.audit.services import verify_chain


class Command(BaseCommand):
    help = (
        "Walk the hash chain of the audit log: exit 0 and 'unbroken', or exit 1 and the first bad event, or that the"
        " protection against changes is off."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        found = verify_chain()
        if found.warning:
            self.stderr.write(f"Warning: {found.warning}.")
        if not found.is_unbroken:
            if found.weakness:
                self.stderr.write(f"{found.weakness}.")
            raise CommandError(f"The audit log is broken at event {found.bad_number}: {found.problem}.")
        self.stdout.write(f"The audit log is unbroken: {found.checked} events checked.")
        if found.weakness:
            raise CommandError(f"{found.weakness}.")
