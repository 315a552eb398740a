"""How many vehicles each question finds: counted once a minute for each organisation, never for each page."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.cache import cache
from django.db.models import Count, Q
from django.utils import timezone

from podero_admin.core.access import Access, Permission
from podero_admin.vehicles.models import COUNTED, Vehicle
from podero_admin.vehicles.statuses import Health
from podero_admin.vehicles.urgency import URGENCY

FRESH = timedelta(seconds=60)
KEPT_SECONDS = 24 * 3600
#: Longer than any count takes; whoever comes meanwhile is shown the last one.
COUNTING_SECONDS = 30


@dataclass(frozen=True)
class Counts:
    """What the person's lists, or the one asked for, hold: by question, by maker, and when the oldest was counted."""

    questions: Mapping[str, int]
    makers: Mapping[str, int]
    at: datetime


def vehicle_counts(*, access: Access, organization: UUID | None = None) -> Counts:
    """Of all that the person's lists show, or of the one organisation that was asked for."""
    allowed = access.organization_ids(Permission.VEHICLE_VIEW)
    ids = allowed & {organization} if organization else access.listed_ids(Permission.VEHICLE_VIEW)
    names = {_name(organization_id): organization_id for organization_id in ids}
    kept = cache.get_many(names)
    found = [_fresh(name, organization_id, kept.get(name)) for name, organization_id in names.items()]
    return Counts(
        questions=_sum(questions for questions, _, _ in found),
        makers=_sum(makers for _, makers, _ in found),
        at=min((at for _, _, at in found), default=timezone.now()),
    )


_Kept = tuple[dict[str, int], dict[str, int], datetime]


def _name(organization_id: UUID) -> str:
    return f"vehicles:counts:{organization_id}"


def _sum(counters: Iterable[Mapping[str, int]]) -> Mapping[str, int]:
    total: Counter[str] = Counter()
    for counter in counters:
        total.update(counter)
    return total


def _fresh(name: str, organization_id: UUID, kept: _Kept | None) -> _Kept:
    now = timezone.now()
    if kept and (now - kept[2] < FRESH or not cache.add(f"{name}:counting", True, COUNTING_SECONDS)):
        return kept
    counted = _count(organization_id, now)
    cache.set(name, counted, KEPT_SECONDS)
    cache.delete(f"{name}:counting")
    return counted


def _count(organization_id: UUID, now: datetime) -> _Kept:
    """One walk along one index, whatever is asked."""
    columns = [name for name in COUNTED if name not in {"organization", "stale_after"}]
    rows = Vehicle.objects.filter(organization_id=organization_id).order_by().values_list(*columns)
    questions: Counter[str] = Counter()
    makers: Counter[str] = Counter()
    old_ones = Count("stale_after", filter=Q(stale_after__lt=now))
    for maker, urgency, connection, steering, number, old in rows.annotate(number=Count("*"), old=old_ones):
        makers[maker] += number
        questions["all"] += number
        questions["action_needed"] += number * (urgency == URGENCY[Health.ACTION_NEEDED])
        is_there = urgency < URGENCY[Health.DELETED]
        questions["connection_error"] += number * (is_there and connection == "error")
        questions["steering_error"] += number * (is_there and steering == "error")
        questions["old"] += old * (urgency == URGENCY[Health.HEALTHY])
        questions["waiting"] += number * (urgency == URGENCY[Health.NOT_CONNECTED])
    return dict(questions), dict(makers), now
