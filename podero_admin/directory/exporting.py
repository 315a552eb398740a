"""A copy of a list of customers for a spreadsheet: first the events that tell of it, then the rows."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from podero_admin.audit.actions import Action
from podero_admin.audit.masking import MASK
from podero_admin.audit.services import Subject, record
from podero_admin.core.access import Access, Permission
from podero_admin.core.errors import Invalid
from podero_admin.directory.search import refusal
from podero_admin.directory.search_index import CANDIDATES
from podero_admin.directory.selectors import customer_values, is_cut

COLUMNS = (
    "id", "organization__name", "external_user_id", "name", "first_name", "last_name", "email", "is_gone", "deleted_at",
    "fetched_at",
)  # fmt: skip
HEADINGS = tuple(name.replace("__", "_") for name in COLUMNS)


def customers_export(*, access: Access, text: str, organization: UUID | None) -> Iterator[Sequence[Any]]:
    """Every customer that the list would show, in its order, of the organisations whose lists the person may export."""
    what = _described(access, text, organization) if text.strip() else "all of them"
    record_export(Action.CUSTOMERS_EXPORTED, access=access, organization=organization, what=what)
    return customer_values(access=access, text=text, organization=organization, columns=COLUMNS)


def _described(access: Access, text: str, organization: UUID | None) -> str:
    """In words for the log, which is not told what was looked for; but that there may be more, since the file ends."""
    if problem := refusal(text):
        raise Invalid(problem)
    first = f"the first {CANDIDATES:,} " if is_cut(access=access, text=text, organization=organization) else ""
    return f"{first}found by {MASK}"


def record_export(action: Action, *, access: Access, organization: UUID | None, what: str) -> None:
    """One event for each organisation, so that its own supervisors are told."""
    access.require(Permission.LISTS_EXPORT, organization)
    copied = {organization} if organization else access.listed_ids(Permission.LISTS_EXPORT)
    if not copied:
        access.require(Permission.LISTS_EXPORT, access.chosen)
    with transaction.atomic():
        for organization_id in sorted(copied):
            subject = Subject(action.value.partition(".")[0], "", what)
            record(action, access=access, organization_id=organization_id, subject=subject)
