"""What is due, and what the page of the health of everything tells of the mirror."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from podero_admin.core.access import Access, Permission
from podero_admin.directory.models import Customer
from podero_admin.directory.ranks import Rank
from podero_admin.mirror.models import Allowance, Pass
from podero_admin.organizations.models import Organization

#: Nobody needs to know how many more they are.
COUNTED = 10_000


def is_anybody_due(organization_id: UUID, *, by: datetime) -> bool:
    """Rank by rank, each along its part of the index."""
    due = Customer.objects.filter(organization_id=organization_id, look_due_at__lte=by)
    return any(due.filter(look_rank=rank).exists() for rank in Rank)


def due_count(organization_id: UUID, *, by: datetime, most: int | None = None) -> int:
    """How many are due; counted no further than `most`."""
    due = Customer.objects.filter(organization_id=organization_id, look_due_at__lte=by, look_rank__in=list(Rank))
    return due.order_by()[:most].count()


def pause_of(organization_id: UUID) -> Allowance | None:
    return _pauses([organization_id]).first()


def pass_open(organization_id: UUID) -> Pass | None:
    return Pass.objects.filter(organization_id=organization_id, ended_at__isnull=True).first()


@dataclass(frozen=True)
class MirrorState:
    """How old is what is known of one organisation's vehicles, and how the work on it goes."""

    newest: datetime | None = None
    oldest: datetime | None = None
    never: int = 0
    paused_until: datetime | None = None
    pause_reason: str = ""
    standing: Pass | None = None

    @property
    def never_in_words(self) -> str:
        return f"more than {COUNTED:,}" if self.never > COUNTED else f"{self.never:,}"


def mirror_states(*, access: Access, permission: Permission) -> dict[UUID, MirrorState]:
    """By organisation; each figure along an index, however many customers there are."""
    ids = access.listed_ids(permission)
    rows = list(_with_ages(Organization.objects.filter(id__in=ids)))
    passes = Pass.objects.in_bulk([row.latest_pass for row in rows if row.latest_pass])
    pauses = {row.organization_id: row for row in _pauses(ids)}
    return {
        row.id: MirrorState(
            newest=row.newest,
            oldest=row.oldest,
            never=_living(row.id).filter(vehicles_asked_at__isnull=True)[: COUNTED + 1].count(),
            paused_until=pauses[row.id].paused_until if row.id in pauses else None,
            pause_reason=pauses[row.id].pause_reason if row.id in pauses else "",
            standing=passes.get(row.latest_pass or 0),
        )
        for row in rows
    }


def _living(organization_id: UUID | OuterRef) -> QuerySet[Customer]:
    """`__in` because SQLite uses no index for NOT."""
    return Customer.objects.filter(organization_id=organization_id, is_gone__in=[False]).order_by()


def _with_ages(organizations: QuerySet[Organization]) -> QuerySet[Organization, Any]:
    known = _living(OuterRef("pk")).filter(vehicles_asked_at__isnull=False)
    latest = Pass.objects.filter(organization_id=OuterRef("pk")).order_by("-begun_at")
    return organizations.annotate(
        oldest=Subquery(known.order_by("vehicles_asked_at").values("vehicles_asked_at")[:1]),
        newest=Subquery(known.order_by("-vehicles_asked_at").values("vehicles_asked_at")[:1]),
        latest_pass=Subquery(latest.values("pk")[:1]),
    )


def _pauses(organization_ids: Iterable[UUID]) -> QuerySet[Allowance]:
    return Allowance.objects.filter(organization_id__in=organization_ids, paused_until__gt=timezone.now())
