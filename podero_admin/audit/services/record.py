"""The only writer: events into the chain, access records beside it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.db import connection
from django.utils import timezone

from podero_admin.audit.actions import Action
from podero_admin.audit.chain import digest, falls_back
from podero_admin.audit.masking import clean_text, masked_changes
from podero_admin.audit.models import AccessRecord, ChainHead, Event
from podero_admin.core.access import Access
from podero_admin.core.drawing import span
from podero_admin.core.statements import add, adding, values_of

logger = logging.getLogger(__name__)

AHEAD = timedelta(minutes=1)
_HEAD = "SELECT number, hash, at FROM audit_chainhead WHERE id = 1"
_MOVE = "UPDATE audit_chainhead SET number = %s, hash = %s, at = %s WHERE id = 1"
OUTSIDE_TRANSACTION = "An event is recorded in the transaction of the change it tells of; there is none open."


@dataclass(frozen=True)
class Subject:
    """What an event is about, as it was called at that moment."""

    type: str
    id: object
    label: str


def _role(access: Access, organization_id: UUID | None) -> str:
    if access.is_system:
        return "system"
    return "superuser" if access.is_superuser else str(access.role_in(organization_id) or "")


def _organization(access: Access, organization_id: UUID | None) -> UUID | None:
    """What somebody with one seat does anywhere is shown to the supervisors of that organisation."""
    if organization_id is None and len(access.seats) == 1 and not access.is_superuser and not access.is_system:
        return access.seats[0].organization_id
    return organization_id


def _name(access: Access, organization_id: UUID | None, subject: Subject, given: str) -> str:
    seat = access.by_id.get(organization_id) if organization_id else None
    return seat.name if seat else given or (subject.label if subject.type == "organization" else "")


def head_locked() -> ChainHead:
    """The end of the chain, ours until the transaction ends (on SQLite the transaction itself is the lock)."""
    head = _head()
    if head is None:
        last = Event.objects.order_by("-number").first()
        begun = {"number": last.number, "hash": last.hash, "at": last.at} if last else {}
        ChainHead.objects.get_or_create(id=1, defaults=begun)
        head = _head()
    return cast("ChainHead", head)


def _head() -> ChainHead | None:
    """By hand too: every event pays for it."""
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(_HEAD + lock)
        row = cursor.fetchone()
    if row is None:
        return None
    number, last_hash, at = row
    if at and timezone.is_naive(at):  # as SQLite keeps it
        at = timezone.make_aware(at, connection.timezone)
    return ChainHead.from_db(connection.alias, ["id", "number", "hash", "at"], [1, number, last_hash, at])


def _doubt_the_clocks(head: ChainHead, now: datetime) -> None:
    if head.at and head.at - now > AHEAD:
        ahead = span((head.at - now).total_seconds())
        logger.warning(
            "Event %s bears a time %s ahead of our clock: one of the two clocks is wrong.", head.number, ahead
        )


def _append(event: Event) -> None:
    """Add the event and move the head on to it, in one go where the database can."""
    values, added = values_of(event), adding(Event)
    moved: list[Any] = [event.number, event.hash, connection.ops.adapt_datetimefield_value(event.at)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"WITH moved AS ({_MOVE}) {added}", moved + values)
        else:
            cursor.execute(added, values)
            cursor.execute(_MOVE, moved)
    event._state.adding = False  # noqa: SLF001 - it is kept now, so that saving it again is refused


def _uuid(value: UUID | str | None) -> UUID | None:
    return UUID(str(value)) if value else None


def record(
    action: Action,
    *,
    access: Access,
    organization_id: UUID | None = None,
    organization_name: str = "",
    subject: Subject | None = None,
    outcome: str = "done",
    reason: str = "",
    changes: Mapping[str, tuple[object, object]] | None = None,
    customer_id: UUID | None = None,
    vehicle_id: UUID | None = None,
) -> Event:
    """Add one event in the transaction of the change: no event, no change.

    `organization_name` is for an actor without a seat there, of whom nothing tells what it is called.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(OUTSIDE_TRANSACTION)
    subject = subject or Subject("", "", "")
    organization_id = _organization(access, _uuid(organization_id))
    head, now = head_locked(), timezone.now()
    _doubt_the_clocks(head, now)
    event = Event(
        number=head.number + 1,
        at=now,  # by our clock, whatever the head says: the order is that of the numbers
        organization_id=organization_id,
        organization_name=clean_text(_name(access, organization_id, subject, organization_name), 200),
        actor_id=access.staff_id,
        actor_name=clean_text(access.label, 200),
        actor_role=_role(access, organization_id),
        action=action.value,
        object_type=clean_text(subject.type, 40),
        object_id=clean_text(subject.id, 200),
        object_label=clean_text(subject.label, 300),
        customer_id=_uuid(customer_id),
        vehicle_id=_uuid(vehicle_id),
        outcome=clean_text(outcome, 20),
        reason=clean_text(reason),
        request_id=clean_text(access.request_id, 64),
        client_address=clean_text(access.client_address, 64),
        changes=masked_changes(changes or {}, subject.type),
        previous_hash=head.hash,
    )
    event.hash = digest(head.hash, vars(event))
    _append(event)
    if falls_back(now, head.at):
        ChainHead.objects.update(out_of_order_number=event.number)
    return event


def looked_at(
    *,
    access: Access,
    organization_id: UUID,
    customer_id: UUID | None = None,
    vehicle_id: UUID | None = None,
    label: str = "",
    page: str = "",
    once_in: timedelta = timedelta(0),
) -> None:
    """Note who looked at which customer or vehicle; a page that asks for itself again and again, `once_in` so long.

    That goes by what is in the table: what a browser says of itself could hide a look.
    """
    now = timezone.now()
    if once_in:
        mine = AccessRecord.objects.filter(actor_id=access.staff_id, customer_id=customer_id, page=page)
        if mine.filter(at__gt=now - once_in, at__lte=now).exists():
            return
    looked = AccessRecord(
        at=now,
        organization_id=organization_id,
        actor_id=access.staff_id,
        actor_name=clean_text(access.label, 200),
        customer_id=customer_id,
        vehicle_id=vehicle_id,
        label=clean_text(label, 300),
        page=clean_text(page or ("vehicle" if vehicle_id else "customer"), 40),
        request_id=clean_text(access.request_id, 64),
    )
    add(looked)
