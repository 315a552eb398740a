"""One car or the whole brand? What befell many cars within an hour, so that no customer is asked to reconnect."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Min
from django.utils import timezone

from podero_admin.organizations.models import Organization
from podero_admin.vehicles.models import Incident, Reading, Vehicle, maker_key
from podero_admin.vehicles.readings import ERROR, LIFECYCLE
from podero_admin.vehicles.statuses import Health
from podero_admin.vehicles.urgency import URGENCY

logger = logging.getLogger(__name__)
WITHIN = timedelta(hours=1)
#: A change happened at some time since Podero was asked before. A healthy car is asked about every quarter of an hour
#: (`MIRROR_MAX_AGE`, directory/ranks.py), every 100 minutes where 60,000 customers share ten calls a second: real
#: incidents are found with both. What piled up while nobody asked for longer did not happen in one hour.
ASKED_APART = timedelta(hours=2)
SILENCE = "silence"
STATUSES = ("connection", "monitoring", "steering")
WHATEVER_MAKER = ""
#: Fewer are chance; and it has to be a third of those that it could have befallen.
FEWEST, SHARE = 5, 1 / 3
FEWEST_OF_ALL, MAKERS_OF_ALL = 10, 3
#: Cars that are connected and told us something: the others could not fail now.
_LIVE = [URGENCY[health] for health in Health if health.value in {
    "action_needed", "lifecycle_error", "error", "warning", "healthy",
}]  # fmt: skip


@dataclass
class Found:
    """Cars that the same thing befell."""

    since: datetime
    cars: set[UUID] = field(default_factory=set)
    makers: set[str] = field(default_factory=set)

    def add(self, maker: str, car: UUID, at: datetime) -> None:
        self.since = min(self.since, at)
        self.cars.add(car)
        self.makers.add(maker)


@dataclass(frozen=True)
class _Fleet:
    """How many cars of each maker could fail, and how the makers are written."""

    live: Mapping[str, int]
    names: Mapping[str, str]

    def of(self, maker: str) -> int:
        return sum(self.live.values()) if maker == WHATEVER_MAKER else self.live.get(maker, 0)


def incidents_find(*, now: datetime | None = None) -> int:
    """Look at every organisation; how many incidents are open. Any number may run at once: the last word counts."""
    now = now or timezone.now()
    return sum(_find(organization_id, now) for organization_id in Organization.objects.values_list("id", flat=True))


def _find(organization_id: UUID, now: datetime) -> int:
    fleet = _fleet(organization_id)
    standing = {
        (row.maker, row.what): row for row in Incident.objects.filter(organization_id=organization_id, ended_at=None)
    }
    since = min((row.since for row in standing.values()), default=now - WITHIN)
    begun = {key: row.since for key, row in standing.items()}
    befell = _befell(organization_id, fleet, min(since, now - WITHIN), begun, now)
    many = {key: found for key, found in befell.items() if _is_many(key[0], found, fleet)}
    with transaction.atomic():
        for (maker, what), found in many.items():
            number = len(found.cars)
            said = {"affected": number, "of": max(fleet.of(maker), number), "seen_at": now}
            if (maker, what) in standing:
                Incident.objects.filter(pk=standing[maker, what].pk).update(**said)
            else:
                named = {"maker": maker, "name": fleet.names.get(maker, ""), "what": what, "since": found.since}
                _begin(Incident(organization_id=organization_id, **named, **said))
        over = [row.pk for key, row in standing.items() if key not in many]
        Incident.objects.filter(pk__in=over).update(ended_at=now)
    return len(many)


def _fleet(organization_id: UUID) -> _Fleet:
    """Counted along the index from which the chips are counted."""
    rows = Vehicle.objects.filter(organization_id=organization_id, urgency__in=_LIVE).order_by()
    live: dict[str, int] = defaultdict(int)
    names: dict[str, str] = {}
    for maker, number in rows.values_list("maker").annotate(number=Count("*")):
        live[maker_key(maker)] += number
        names.setdefault(maker_key(maker), maker)
    return _Fleet(live, names)


Key = tuple[str, str]


def _befell(
    organization_id: UUID, fleet: _Fleet, since: datetime, begun: Mapping[Key, datetime], now: datetime
) -> dict[Key, Found]:
    """By maker and by what it is; each car counts for its maker, and for all of them together."""
    befell: dict[Key, Found] = {}
    for maker, what, car, at in [*_failed(organization_id, fleet, since), *_silent(organization_id, since, now)]:
        for key in {(maker, what), (WHATEVER_MAKER, what)}:
            if at >= begun.get(key, now - WITHIN):
                befell.setdefault(key, Found(at)).add(maker, car, at)
    return befell


def _failed(organization_id: UUID, fleet: _Fleet, since: datetime) -> Iterable[tuple[str, str, UUID, datetime]]:
    """Cars that turned to error and still are; asked for maker by maker, since that is how the index runs."""
    turned = Reading.objects.filter(organization_id=organization_id, maker__in=[*fleet.live, ""], at__gte=since)
    turned = turned.exclude(became="").filter(before_at__gte=F("at") - ASKED_APART)
    rows = turned.values_list("vehicle_id", "maker", "became").annotate(first=Min("at"))
    told = list(rows)
    now_in = _in_error({car for car, _, _, _ in told})
    for car, maker, became, at in told:
        for what in became.split():
            if what in now_in.get(car, ()):
                yield maker, what, car, at


def _in_error(cars: Iterable[UUID]) -> dict[UUID, set[str]]:
    columns = [f"{what}_status" for what in STATUSES]
    rows = Vehicle.objects.filter(id__in=cars, is_gone=False).values_list("id", "settled_health", *columns)
    return {
        car: {what for what, status in zip(STATUSES, statuses, strict=True) if status == ERROR}
        | ({LIFECYCLE} if health == Health.LIFECYCLE_ERROR else set())
        for car, health, *statuses in rows
    }


def _silent(organization_id: UUID, since: datetime, now: datetime) -> Iterable[tuple[str, str, UUID, datetime]]:
    """Cars that were well until their readings became too old, and still are by what Podero said after that.

    Where Podero was not asked since, it is we who are silent.
    """
    healthy = Vehicle.objects.filter(organization_id=organization_id, urgency=URGENCY[Health.HEALTHY])
    silent = healthy.filter(stale_after__gte=since, stale_after__lt=now, fetched_at__gte=F("stale_after"))
    rows = silent.values_list("maker", "id", "stale_after")
    return ((maker_key(maker), SILENCE, car, at) for maker, car, at in rows)


def _is_many(maker: str, found: Found, fleet: _Fleet) -> bool:
    number, of = len(found.cars), max(fleet.of(maker), 1)
    if maker == WHATEVER_MAKER:
        return number >= FEWEST_OF_ALL and number >= SHARE * of and len(found.makers) >= MAKERS_OF_ALL
    return number >= FEWEST and number >= SHARE * of


def _begin(fresh: Incident) -> None:
    """Somebody else may find it at this moment; theirs is as good."""
    Incident.objects.bulk_create([fresh], ignore_conflicts=True)
    logger.warning("Many cars at once in organization %s: %s", fresh.organization_id, fresh)
