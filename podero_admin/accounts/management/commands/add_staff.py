"""Add a member of staff, or give an existing one another role."""

import os
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.urls import reverse

from podero_admin.accounts.invitations import invitation_link, public_address
from podero_admin.accounts.services import staff_add
from podero_admin.core.access import Role
from podero_admin.core.errors import ApplicationError
from podero_admin.organizations.selectors import system_access

LETTER = """Hello,

you have been given access to Podero Admin. If you have no password yet, choose one here; the link works once:

{link}

Then sign in with {email} at {address}
"""


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--role", required=True, metavar="ROLE", help=", ".join(Role))
        parser.add_argument("--organization", required=True, metavar="ID", help="load_organizations lists them")
        parser.add_argument("--name", default="", help="what pages and the audit log call this person")
        parser.add_argument("--password-env", metavar="NAME", help="the environment variable that holds the password")

    def handle(self, *_args: Any, **options: Any) -> None:
        email, password = _email(options["email"]), _password(options["password_env"])
        try:
            added = staff_add(
                access=system_access(),
                email=email,
                name=options["name"],
                role=_role(options["role"]),
                organization_id=_organization_id(options["organization"]),
                password=password,
            )
        except ApplicationError as refused:
            raise CommandError(refused.message) from None
        self.stdout.write(f"{email} {'was added' if added.created else 'was changed'}: {options['role']}.")
        if not added.staff.is_active:
            self.stdout.write("The account is deactivated: until a superuser activates it, nobody signs in with it.")
        elif password is None:
            self._invite(email, invitation_link(staff=added.staff))

    def _invite(self, email: str, link: str) -> None:
        self.stdout.write(f"To set a password, once: {link}")
        if not settings.MAIL_CONFIGURED:
            return
        letter = LETTER.format(link=link, email=email, address=public_address(reverse("desk:start")))
        try:
            send_mail("[Podero Admin] Choose your password", letter, None, [email])
        except OSError as error:
            raise CommandError(f"The mail to {email} could not be sent: {error}. Pass the link on yourself.") from None
        self.stdout.write(f"The link was also sent to {email}.")


def _email(raw: str) -> str:
    try:
        validate_email(raw)
    except ValidationError:
        raise CommandError(f"{raw} is not an e-mail address.") from None
    return raw.lower()


def _role(raw: str) -> Role:
    if raw not in set(Role):
        raise CommandError(f"There is no role {raw}: say one of {', '.join(Role)}.")
    return Role(raw)


def _organization_id(raw: str) -> UUID:
    try:
        return UUID(raw)
    except ValueError:
        raise CommandError(f"{raw} is not an organisation's id; load_organizations lists them.") from None


def _password(name: str | None) -> str | None:
    if name is None:
        return None
    password = os.environ.get(name, "")
    if not password:
        raise CommandError(f"The environment variable {name} is not set.")
    return password
