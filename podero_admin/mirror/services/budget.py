"""How much may be asked of one organisation's Podero at once and in a second, whoever asks from whatever machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from podero_admin.mirror.models import Allowance, Lane

#: How long a lane is used before somebody else has a turn.
RUN = timedelta(seconds=5)
#: What a lane takes at one time is what it may ask in this time.
TURN_SECONDS = 0.25
#: A lane just made was leased until then: long over by every clock, also by one that is behind the maker's.
FREE = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_PAUSE = timedelta(hours=1)


def lease() -> timedelta:
    """Longer than any run with its last call; what a process that died held is free after it."""
    return RUN + timedelta(seconds=settings.PODERO_DEADLINE + 20 * settings.TIME_SCALE)


@contextmanager
def lane(organization_id: UUID) -> Iterator[bool]:
    """Hold one of the organisation's lanes; False where none is free."""
    mine = uuid4()
    taken = _take_lane(organization_id, mine)
    try:
        yield taken is not None
    finally:
        if taken is not None:
            Lane.objects.filter(pk=taken, holder=mine).update(leased_until=timezone.now(), holder=None)


def _take_lane(organization_id: UUID, mine: UUID) -> int | None:
    now = timezone.now()
    lanes = Lane.objects.filter(organization_id=organization_id, number__lt=settings.MIRROR_AT_ONCE)
    known = dict(lanes.values_list("number", "pk"))
    if len(known) < settings.MIRROR_AT_ONCE:
        _make_lanes(organization_id)
    free = lanes.filter(leased_until__lte=now)
    for pk in free.order_by("number").values_list("pk", flat=True):
        if Lane.objects.filter(pk=pk, leased_until__lte=now).update(leased_until=now + lease(), holder=mine):
            return pk
    return None


def _make_lanes(organization_id: UUID) -> None:
    numbers = range(settings.MIRROR_AT_ONCE)
    lanes = [Lane(organization_id=organization_id, number=number, leased_until=FREE) for number in numbers]
    Lane.objects.bulk_create(lanes, ignore_conflicts=True)


def allowance_locked(organization_id: UUID) -> Allowance:
    """The organisation's allowance, ours until the transaction ends (on SQLite the transaction itself is the lock)."""
    rows = Allowance.objects.select_for_update().filter(organization_id=organization_id)
    return rows.first() or _made(organization_id)


def _made(organization_id: UUID) -> Allowance:
    fresh = Allowance(organization_id=organization_id, free_at=timezone.now())
    Allowance.objects.bulk_create([fresh], ignore_conflicts=True)
    return Allowance.objects.select_for_update().get(organization_id=organization_id)


def turn_size() -> int:
    return max(1, int(settings.MIRROR_PER_SECOND / settings.MIRROR_AT_ONCE * TURN_SECONDS))


def moments_take(allowance: Allowance, number: int, *, now: datetime) -> list[datetime]:
    """So many of the next free moments, in the transaction of the caller, who holds the allowance."""
    step = timedelta(seconds=1 / settings.MIRROR_PER_SECOND)
    first = max(allowance.free_at, now)
    allowance.free_at, allowance.turns = first + number * step, (allowance.turns + 1) % 1000
    allowance.save(update_fields=["free_at", "turns"])
    return [first + place * step for place in range(number)]


@transaction.atomic
def organization_pause(organization_id: UUID, *, seconds: float, reason: str) -> None:
    """Ask nothing of this organisation's Podero for a while; a longer pause that stands already stays."""
    until = timezone.now() + min(timedelta(seconds=seconds), LONGEST_PAUSE)
    allowance = allowance_locked(organization_id)
    if allowance.paused_until is None or allowance.paused_until < until:
        allowance.paused_until, allowance.pause_reason = until, reason[:300]
        allowance.save(update_fields=["paused_until", "pause_reason"])
