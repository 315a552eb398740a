"""Ask Podero for a token and a list, for one organisation or all, and say in words what is wrong."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from redis.exceptions import RedisError

from podero_admin.organizations.models import Organization
from podero_admin.organizations.selectors import system_access
from podero_admin.organizations.services import connection_test


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--organization", type=UUID, help="one organisation's id; without it all that are configured"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        wanted = options["organization"]
        organizations = (
            Organization.objects.filter(id=wanted) if wanted else Organization.objects.filter(is_configured=True)
        )
        failed = 0
        for organization in organizations:
            try:
                result = connection_test(access=system_access(), organization_id=organization.id)
            except RedisError as error:
                raise CommandError(f"The cache (CACHE_URL) does not answer: {error}.") from None
            failed += not result.ok
            self.stdout.write(f"{organization.name}: {result.text}")
        if not organizations:
            raise CommandError("There is no such organisation; load_organizations lists them.")
        if failed:
            raise CommandError(f"{failed} of {len(organizations)} connections do not work.")
