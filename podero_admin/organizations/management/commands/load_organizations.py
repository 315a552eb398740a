"""Read the organisations file into the database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from podero_admin.core.access import Access
from podero_admin.env import ConfigurationError
from podero_admin.organizations.services import organizations_load


class Command(BaseCommand):
    help = __doc__

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            organizations = organizations_load(access=Access.system())
        except ConfigurationError as error:
            raise CommandError(str(error)) from None
        for organization in organizations:
            self.stdout.write(f"{organization.id}  {organization.name}  {organization.environment}")
