"""`manage.py audit_verify`: walk the whole chain and say whether it is unbroken."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from podero_admin.audit.services import verify_chain

COULD_NOT = 2


class Command(BaseCommand):
    help = (
        "Walk the hash chain of the audit log: exit 0 and 'unbroken', or exit 1 and the first bad event, or that the"
        " protection against changes is off; exit 2 when it could not be checked, since the database is away or not"
        " migrated."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        try:
            found = verify_chain()
        except Error as error:  # no verdict: whoever watches must not take it for a broken log
            why = " ".join(str(error).partition("\nLINE ")[0].split())  # without the statement that PostgreSQL quotes
            raise CommandError(f"The audit log could not be checked: {why}.", returncode=COULD_NOT) from error
        if found.warning:
            self.stderr.write(f"Warning: {found.warning}.")
        if not found.is_unbroken:
            if found.weakness:
                self.stderr.write(f"{found.weakness}.")
            raise CommandError(f"The audit log is broken at event {found.bad_number}: {found.problem}.")
        self.stdout.write(f"The audit log is unbroken: {found.checked} events checked.")
        if found.weakness:
            raise CommandError(f"{found.weakness}.")
