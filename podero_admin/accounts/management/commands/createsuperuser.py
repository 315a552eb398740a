"""Django's createsuperuser, with its event."""

from contextlib import nullcontext
from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.db import transaction

from podero_admin.accounts.models import Staff
from podero_admin.accounts.services import staff_note
from podero_admin.organizations.selectors import system_access


class Command(createsuperuser.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        """Without questions it is one transaction; with questions the lock would be held while a person types."""
        with nullcontext() if options["interactive"] else transaction.atomic():
            known = set(Staff.objects.filter(is_superuser=True).values_list("pk", flat=True))
            super().handle(*args, **options)
            for staff in Staff.objects.filter(is_superuser=True).exclude(pk__in=known):
                account = {"email": (None, staff.email), "is_superuser": (None, True)}
                staff_note(access=system_access(), staff=staff, account=account, roles={}, created=True)
