"""Django's changepassword, with its event."""

from typing import Any

from django.contrib.auth.management.commands import changepassword

from podero_admin.accounts.models import Staff
from podero_admin.accounts.services import staff_note
from podero_admin.organizations.selectors import system_access


class Command(changepassword.Command):
    def handle(self, *args: Any, **options: Any) -> Any:
        """The password is asked for first, so the event follows it at once instead of locking the log meanwhile."""
        answer = super().handle(*args, **options)
        staff = Staff.objects.filter(email__iexact=options["username"] or "").first()
        if staff:
            staff_note(access=system_access(), staff=staff, account={"password": ("", "set")}, roles={})
        return answer
