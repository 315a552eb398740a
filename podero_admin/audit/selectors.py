"""Read the log: lists by filter, one event, one object's history, the chain's rows. Limited by `access`."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from django.db.models import Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from podero_admin.audit.chain import COVERED
from podero_admin.audit.filters import BY, OF, EventFilters, Row, filtered, hidden, midnight, narrowed, visible
from podero_admin.audit.models import START, AccessRecord, ChainHead, Event
from podero_admin.core.access import Access, Permission
from podero_admin.core.errors import NotFound
from podero_admin.core.paging import Page, paginate

CHUNK = 2000
#: Of one thing: so many looks are read, and so many people shown.
LOOKED_THROUGH, LOOKS_SHOWN = 100, 10
#: A row of a list: plain values, since objects of a model take longer to make than to draw.
Listed: TypeAlias = Any
LISTED = ("number", "at", "actor_name", "actor_role", "action", "object_label", "outcome", "reason")


def event_list(*, access: Access, filters: EventFilters, after: str = "", before: str = "") -> Page[Listed]:
    found = filtered(Event.objects.all(), access, filters).values_list(*LISTED, named=True)
    return paginate(found, order=["-number"], after=after, before=before, scope=repr(filters))


def access_record_list(
    *, access: Access, filters: EventFilters, after: str = "", before: str = ""
) -> Page[AccessRecord]:
    found = narrowed(AccessRecord.objects.all(), access, filters, name="label")
    if filters.start:
        found = found.filter(at__gte=midnight(filters.start))
    if filters.end:
        found = found.filter(at__lt=midnight(filters.end + timedelta(days=1)))
    return paginate(found, order=["-id"], after=after, before=before, scope=repr(filters))


def event_get(*, access: Access, number: int) -> Event:
    found = Event.objects.filter(number=number).first()
    if found is None or not _may_see(access, found):
        raise NotFound("There is no such event, or it is not yours to see.", outside=f"event {number}" if found else "")
    return found


def same_act(*, access: Access, event: Event, limit: int = 50) -> list[Event]:
    """The other events of the same request."""
    if not event.request_id:
        return []
    others = Event.objects.filter(request_id=event.request_id).exclude(number=event.number).order_by("number")[:limit]
    return [other for other in others if _may_see(access, other)]


def history(
    *, access: Access, customer_id: UUID | None = None, vehicle_id: UUID | None = None, limit: int = 50
) -> list[Listed]:
    """The events of one customer or vehicle, newest first, for everybody who may look at it."""
    found = _about(Event.objects.all(), customer_id, vehicle_id)
    allowed = access.organization_ids(Permission.CUSTOMER_VIEW)
    own = found.filter(organization_id__in=allowed).order_by("-number")
    return list(own.values_list(*LISTED, named=True)[:limit])


def object_history(*, access: Access, object_type: str, object_id: str, limit: int = 50) -> list[Event]:
    """The events of one thing of ours, such as a registration, newest first, for everybody who may look at it."""
    allowed = access.organization_ids(Permission.CUSTOMER_VIEW)
    found = hidden(Event.objects.all()).filter(
        Q(**{f"{OF}__in": allowed}), object_type=object_type, object_id=object_id
    )
    return list(found.order_by("-number")[:limit])


def latest_looks(*, access: Access, customer_id: UUID | None = None, vehicle_id: UUID | None = None) -> list[Listed]:
    """Each person's latest look at one customer or vehicle, newest first; people below supervisors see their own."""
    found = _about(visible(hidden(AccessRecord.objects.all()), access.everywhere, OF, BY), customer_id, vehicle_id)
    records = found.order_by("-id").values_list("at", "actor_id", "actor_name", named=True)[:LOOKED_THROUGH]
    latest: dict[int | None, Listed] = {}
    for look in records:
        latest.setdefault(look.actor_id, look)
    return list(latest.values())[:LOOKS_SHOWN]


def events_up_to(*, access: Access, filters: EventFilters, number: int) -> Iterator[Event]:
    """What the list shows, page after page, so that memory stays flat and no transaction stays open."""
    found = filtered(Event.objects.all(), access, filters).order_by("-number")
    below = number + 1
    while rows := list(found.filter(number__lt=below)[:CHUNK]):
        yield from rows
        below = rows[-1].number


def chain_head() -> ChainHead:
    """The end of the chain; before the first event an empty one."""
    return ChainHead.objects.filter(id=1).first() or ChainHead()


def chain_rows(*, after: int | None, upto: int) -> Iterator[dict[str, Any]]:
    """All that the chain covers, in order, in chunks."""
    rows = Event.objects.filter(number__lte=upto).order_by("number").values(*COVERED, "previous_hash", "hash")
    while chunk := list((rows if after is None else rows.filter(number__gt=after))[:CHUNK]):
        yield from chunk
        after = chunk[-1]["number"]


def hash_and_time_of(number: int) -> tuple[str, datetime | None]:
    found = Event.objects.filter(number=number).values_list("hash", "at").first()
    return found or (START if number == 0 else "", None)


def first_number_beyond_the_head() -> int | None:
    """An event that the head does not know of; asked in one statement, so that a concurrent record is no alarm."""
    head = Coalesce(Subquery(ChainHead.objects.filter(id=1).values("number")[:1]), 0)
    return Event.objects.filter(number__gt=head).order_by("number").values_list("number", flat=True).first()


def _may_see(access: Access, event: Event) -> bool:
    if access.is_superuser or (event.actor_id is not None and event.actor_id == access.staff_id):
        return True
    return event.organization_id is not None and access.allows(Permission.EVENTS_VIEW_ALL, event.organization_id)


def _about(rows: QuerySet[Row], customer_id: UUID | None, vehicle_id: UUID | None) -> QuerySet[Row]:
    if customer_id is None and vehicle_id is None:
        raise TypeError("Name the customer or the vehicle.")
    given = {"customer_id": customer_id, "vehicle_id": vehicle_id}
    return rows.filter(**{name: value for name, value in given.items() if value is not None})
