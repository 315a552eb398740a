"""Read the log: lists by filter, one event, one object's history, the chain's rows. Limited by `access`."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import F, Model, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from podero_admin.audit.chain import COVERED
from podero_admin.audit.models import START, AccessRecord, ChainHead, Event
from podero_admin.core.access import Access, Permission
from podero_admin.core.errors import NotFound
from podero_admin.core.paging import Page, paginate

Row = TypeVar("Row", bound=Model)
CHUNK = 2000
BEYOND_ALL = 2**63 - 1
FREE_TEXT = {"actor", "object"}


@dataclass(frozen=True)
class EventFilters:
    """What the list is narrowed to; empty means everything. `start` and `end` are days in our time zone, inclusive."""

    actor: str = ""
    action: str = ""
    outcome: str = ""
    organization: UUID | None = None
    object: str = ""
    start: date | None = None
    end: date | None = None

    @property
    def described(self) -> str:
        """In words for the log; what may be somebody's name is not repeated."""
        used = [(field.name, value) for field in fields(self) if (value := getattr(self, field.name))]
        return (
            ", ".join(f"{name} {'•••' if name in FREE_TEXT else value}" for name, value in used)
            or "all that may be seen"
        )


def event_list(*, access: Access, filters: EventFilters, after: str = "", before: str = "") -> Page[Event]:
    found = _filtered(_visible(Event.objects.all(), access), filters)
    return paginate(found, order=["-number"], after=after, before=before, scope=repr(filters))


def access_record_list(
    *, access: Access, filters: EventFilters, after: str = "", before: str = ""
) -> Page[AccessRecord]:
    found = _narrowed(_visible(AccessRecord.objects.all(), access), filters, name="label")
    if filters.start:
        found = found.filter(at__gte=_midnight(filters.start))
    if filters.end:
        found = found.filter(at__lt=_midnight(filters.end + timedelta(days=1)))
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
) -> list[Event]:
    """The events of one customer or vehicle, newest first, for everybody who may look at it."""
    found = _about(Event.objects.all(), customer_id, vehicle_id)
    allowed = access.organization_ids(Permission.CUSTOMER_VIEW)
    return list(found.filter(organization_id__in=allowed).order_by("-number")[:limit])


def object_history(*, access: Access, object_type: str, object_id: str, limit: int = 50) -> list[Event]:
    """The events of one thing of ours, such as a registration, newest first, for everybody who may look at it."""
    allowed = access.organization_ids(Permission.CUSTOMER_VIEW)
    found = Event.objects.filter(object_type=object_type, object_id=object_id, organization_id__in=allowed)
    return list(found.order_by("-number")[:limit])


def access_records(
    *, access: Access, customer_id: UUID | None = None, vehicle_id: UUID | None = None, limit: int = 20
) -> list[AccessRecord]:
    """Who looked at one customer or vehicle, newest first: all for supervisors, for others their own looks."""
    found = _about(_visible(AccessRecord.objects.all(), access), customer_id, vehicle_id)
    return list(found.order_by("-id")[:limit])


def events_up_to(*, access: Access, filters: EventFilters, number: int) -> Iterator[Event]:
    """What the list shows, page after page, so that memory stays flat and no transaction stays open."""
    found = _filtered(_visible(Event.objects.all(), access), filters).order_by("-number")
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


def hash_of(number: int) -> str:
    found = Event.objects.filter(number=number).values_list("hash", flat=True).first()
    return found or (START if number == 0 else "")


def first_number_beyond_the_head() -> int | None:
    """An event that the head does not know of; asked in one statement, so that a concurrent record is no alarm."""
    head = Coalesce(Subquery(ChainHead.objects.filter(id=1).values("number")[:1]), 0)
    return Event.objects.filter(number__gt=head).order_by("number").values_list("number", flat=True).first()


def _may_see(access: Access, event: Event) -> bool:
    if access.is_superuser or (event.actor_id is not None and event.actor_id == access.staff_id):
        return True
    return event.organization_id is not None and access.allows(Permission.EVENTS_VIEW_ALL, event.organization_id)


def _visible(rows: QuerySet[Row], access: Access) -> QuerySet[Row]:
    """Supervisors see the events of their organisations, everybody their own.

    People with one seat, and lists of one organisation, use an index. The others walk down the numbers: most of what
    they meet is theirs. The planner must not see the columns there, else it collects and sorts all matches.
    """
    watched = access.listed_ids(Permission.EVENTS_VIEW_ALL)
    if access.is_superuser and not access.chosen:
        return rows
    if access.chosen:
        own = {} if watched else {"actor_id": access.staff_id}
        return rows.filter(organization_id=access.chosen, **own)
    if not watched:
        return rows.filter(actor_id=access.staff_id)
    if len(access.seats) == 1:
        return rows.filter(organization_id=access.seats[0].organization_id)
    organization, actor = (Coalesce(F(name), F(name)) for name in ("organization_id", "actor_id"))
    return rows.alias(of=organization, by=actor).filter(Q(of__in=watched) | Q(by=access.staff_id))  # type: ignore[return-value]


def _filtered(rows: QuerySet[Event], filters: EventFilters) -> QuerySet[Event]:
    """Numbers and times rise together, so days become a range of numbers, which every index ends with."""
    rows = _narrowed(rows, filters, name="object_label")
    if filters.action:
        rows = rows.filter(action=filters.action)
    if filters.outcome:
        rows = rows.filter(outcome=filters.outcome)
    if filters.start:
        rows = rows.filter(number__gte=_first_since(filters.start))
    if filters.end:
        rows = rows.filter(number__lt=Coalesce(_first_since(filters.end + timedelta(days=1)), Value(BEYOND_ALL)))
    return rows


def _narrowed(rows: QuerySet[Row], filters: EventFilters, *, name: str) -> QuerySet[Row]:
    """Ids are looked up in an index; a part of a name is looked for row by row, newest first, until a page is full."""
    if filters.organization:
        rows = rows.filter(organization_id=filters.organization)
    if filters.actor.isdecimal():
        rows = rows.filter(actor_id=int(filters.actor))
    elif filters.actor:
        rows = rows.filter(actor_name__icontains=filters.actor)
    if filters.object:
        rows = rows.filter(_object(rows.model, filters.object) or Q(**{f"{name}__icontains": filters.object}))
    return rows


def _object(model: type[Model], text: str) -> Q:
    """The condition for an id, or an empty one when the text is none."""
    try:
        identity = UUID(text)
    except ValueError:
        is_id = model is Event and (text.isdecimal() or text.upper().startswith("R-"))
        return Q(object_id=text.upper()) if is_id else Q()
    by_column = Q(customer_id=identity) | Q(vehicle_id=identity)
    return by_column | Q(object_id=str(identity)) if model is Event else by_column


def _about(rows: QuerySet[Row], customer_id: UUID | None, vehicle_id: UUID | None) -> QuerySet[Row]:
    if customer_id is None and vehicle_id is None:
        raise TypeError("Name the customer or the vehicle.")
    given = {"customer_id": customer_id, "vehicle_id": vehicle_id}
    return rows.filter(**{name: value for name, value in given.items() if value is not None})


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _first_since(day: date) -> Subquery:
    return Subquery(Event.objects.filter(at__gte=_midnight(day)).order_by("at", "number").values("number")[:1])
