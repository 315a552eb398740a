"""What is due, and what the page of the health of everything tells of the mirror."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from podero_admin.directory.models import Customer
from podero_admin.directory.ranks import Rank
from podero_admin.mirror.models import Allowance, Pass


def is_anybody_due(organization_id: UUID, *, by: datetime) -> bool:
    """Rank by rank, each along its part of the index."""
    due = Customer.objects.filter(organization_id=organization_id, look_due_at__lte=by)
    return any(due.filter(look_rank=rank).exists() for rank in Rank)


def due_count(organization_id: UUID, *, by: datetime, most: int | None = None) -> int:
    """How many are due; counted no further than `most`."""
    due = Customer.objects.filter(organization_id=organization_id, look_due_at__lte=by, look_rank__in=list(Rank))
    return due.order_by()[:most].count()


def is_paused(organization_id: UUID) -> bool:
    return Allowance.objects.filter(organization_id=organization_id, paused_until__gt=timezone.now()).exists()


def pass_open(organization_id: UUID) -> Pass | None:
    return Pass.objects.filter(organization_id=organization_id, ended_at__isnull=True).first()
