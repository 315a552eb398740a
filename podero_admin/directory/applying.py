"""What a whole list of customers changes: the new, the changed, the gone and those who are back."""

import json
import logging
from collections.abc import Container, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from podero_admin.directory.mapping import CUSTOMER_ROLE, customer_values, digest, raw_json, search_key
from podero_admin.directory.models import Customer
from podero_admin.organizations.models import Organization
from podero_admin.podero import User

logger = logging.getLogger(__name__)
Item = TypeVar("Item")
BATCH = 1000
CHANGED_COLUMNS = (
    "email", "first_name", "last_name", "external_user_id", "name", "role", "sort_name", "folded", "deleted_at", "raw",
    "digest", "is_gone", "fetched_at",
)  # fmt: skip


def list_apply(organization: Organization, users: Iterable[User], asked_at: datetime) -> int:
    """The list is read to its end before anything is written; then only what is new is, some at a time.

    Of 60,000 users only the text of those that are new is kept meanwhile: all about them takes ten times the memory.
    """
    own = Customer.objects.filter(organization=organization).values_list("id", "digest", "is_gone")
    known = {key: (kept, is_gone) for key, kept, is_gone in own.iterator(BATCH)}
    told = {user.id: _text_if_new(user, known.get(user.id)) for user in users if user.role == CUSTOMER_ROLE and user.id}
    for foreign in _foreign(organization, [key for key in told if key not in known]):
        del told[foreign]
    fresh = sorted(key for key, raw in told.items() if raw)
    for some in _batches(fresh, BATCH):
        _write([row_of(organization, User.parse(json.loads(told[key])), told[key], asked_at) for key in some], known)
    gone = [key for key, (_, is_gone) in known.items() if key not in told and not is_gone]
    back = [key for key in fresh if known.get(key, ("", False))[1]]
    for some in _batches(gone, BATCH):  # each by itself, so that nobody else waits long
        Customer.objects.filter(id__in=some).update(is_gone=True, look_due_at=None)
    with transaction.atomic():
        for some in _batches(back, BATCH):
            Customer.objects.filter(id__in=some).update(look_due_at=asked_at)
        Organization.objects.filter(id=organization.id).update(directory_fetched_at=asked_at, directory_error="")
    return len(told)


def _text_if_new(user: User, known: tuple[str, bool] | None) -> str:
    raw = raw_json(user.raw)
    return "" if known == (digest(raw), False) else raw


@transaction.atomic
def _write(rows: list[Customer], known: Container[UUID]) -> None:
    """A new id that somebody else takes at this moment stays theirs; only rows known as ours are overwritten."""
    new, changed = [row for row in rows if row.id not in known], [row for row in rows if row.id in known]
    Customer.objects.bulk_create(new, ignore_conflicts=True)
    Customer.objects.bulk_create(changed, update_conflicts=True, unique_fields=["id"], update_fields=CHANGED_COLUMNS)


def row_of(organization: Organization, user: User, raw: str, asked_at: datetime) -> Customer:
    values = customer_values(user, raw)
    return Customer(
        id=user.id, organization=organization, search_key=search_key(user.id), fetched_at=asked_at, **values
    )


def _foreign(organization: Organization, ids: list[UUID]) -> set[UUID]:
    """Ids that belong to another organisation here: never taken over, only told to the log."""
    foreign: set[UUID] = set()
    for some in _batches(ids, BATCH):
        foreign.update(
            Customer.objects.filter(id__in=some).exclude(organization=organization).values_list("id", flat=True)
        )
    for customer_id in sorted(foreign):
        logger.warning(
            "Podero lists customer %s for %s, but it belongs to another organisation: skipped",
            customer_id,
            organization.id,
        )
    return foreign


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
