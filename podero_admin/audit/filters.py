"""What of the log a person may see, and what the filters leave of it: conditions, in forms that indexes can serve."""

from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import F, Max, Min, Model, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from podero_admin.audit.models import ChainHead, Event
from podero_admin.core.access import Access, Permission
from podero_admin.core.drawing import REFERENCE

Row = TypeVar("Row", bound=Model)
MIXED = 100
FREE_TEXT = {"actor", "object"}
#: Columns under names that the planner cannot match to an index, see `hidden`.
OF, BY, WHEN = "of", "by", "when"


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


def hidden(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Organisation and actor as expressions: to be looked at in rows found by a better index, never to search by."""
    columns = {OF: "organization_id", BY: "actor_id"}
    aliased: QuerySet[Row] = rows.alias(**{name: Coalesce(F(column), F(column)) for name, column in columns.items()})
    return aliased


def visible(rows: QuerySet[Row], access: Access, of: str = "organization_id", by: str = "actor_id") -> QuerySet[Row]:
    """Supervisors see the events of their organisations, everybody their own."""
    watched = access.listed_ids(Permission.EVENTS_VIEW_ALL)
    own = Q(**{by: access.staff_id})
    if access.is_superuser and not access.chosen:
        return rows
    if access.chosen:
        return rows.filter(Q() if watched else own, **{of: access.chosen})
    if not watched:
        return rows.filter(own)
    if len(access.seats) == 1:
        return rows.filter(**{of: access.seats[0].organization_id})
    return rows.filter(own | Q(**{f"{of}__in": watched}))


def filtered(rows: QuerySet[Event], access: Access, filters: EventFilters) -> QuerySet[Event]:
    rows = narrowed(rows, access, filters, name="object_label")
    if filters.action:
        rows = rows.filter(action=filters.action)
    if filters.outcome:
        rows = rows.filter(outcome=filters.outcome)
    return _on_days(rows, filters) if filters.start or filters.end else rows


def narrowed(rows: QuerySet[Row], access: Access, filters: EventFilters, *, name: str) -> QuerySet[Row]:
    """What an index is used for: the object's id, else one organisation or actor.

    Supervisors with several seats walk down the numbers instead, since most of what they meet is theirs; were their
    seats not hidden, the planner would collect and sort all that matches. A part of a name is looked for row by row.
    """
    about = _object(rows.model, filters.object)
    is_walk = len(access.seats) > 1 and not access.chosen and access.allows(Permission.EVENTS_VIEW_ALL)
    rows = visible(hidden(rows), access, OF, BY) if about or is_walk else visible(rows, access)
    if filters.organization and about:
        rows = hidden(rows).filter(**{OF: filters.organization})
    elif filters.organization:
        rows = rows.filter(organization_id=filters.organization)
    if filters.actor.isdecimal():
        rows = rows.filter(actor_id=int(filters.actor))
    elif filters.actor:
        rows = rows.filter(actor_name__icontains=filters.actor)
    if filters.object:
        rows = rows.filter(about or Q(**{f"{name}__icontains": filters.object}))
    return rows


def _object(model: type[Model], text: str) -> Q:
    """The condition for an id, or an empty one when the text is none."""
    try:
        identity = UUID(text)
    except ValueError:
        is_id = model is Event and (text.isdecimal() or REFERENCE.fullmatch(text.upper()))
        return Q(object_id=text.upper()) if is_id else Q()
    by_column = Q(customer_id=identity) | Q(vehicle_id=identity)
    return by_column | Q(object_id=str(identity)) if model is Event else by_column


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _on_days(rows: QuerySet[Event], filters: EventFilters) -> QuerySet[Event]:
    """What bears a time of those days: a range of numbers, which every index ends with, and each time inside it.

    Numbers rise, and so do times, unless a clock was wrong: only then all events of those days are asked for theirs.
    Columns are wrapped where the planner would else walk along the wrong index.
    """
    begin = {"gte": midnight(filters.start)} if filters.start else {}
    end = {"lt": midnight(filters.end + timedelta(days=1))} if filters.end else {}
    times = begin | end
    within = Event.objects.filter(**{f"at__{name}": moment for name, moment in times.items()})
    first, last = _span(within) if _is_in_order() else _whole_span(within)
    rows = rows.filter(number__gte=first, number__lte=last)
    looked_at = {f"{WHEN}__{name}": moment for name, moment in times.items()}
    return rows.alias(**{WHEN: Coalesce(F("at"), F("at"))}).filter(**looked_at)


def _is_in_order() -> bool:
    """The head is told as soon as times fall back, see `record`."""
    head = ChainHead.objects.first()
    return head is None or not head.clock_warning


def _span(within: QuerySet[Event]) -> tuple[Any, Any]:
    """The ends along the index of times, however much lies between; clocks that differ by seconds mix a few numbers."""
    first, last = (
        Subquery(within.order_by(*order).values("number")[:1]) for order in (("at", "number"), ("-at", "-number"))
    )
    return first - MIXED, last + MIXED


def _whole_span(within: QuerySet[Event]) -> tuple[int, int]:
    number = Coalesce(F("number"), F("number"))
    found = within.aggregate(first=Min(number), last=Max(number))
    return found["first"] or 0, found["last"] or 0
