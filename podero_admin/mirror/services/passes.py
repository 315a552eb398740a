"""A pass over everybody who is due. Its state is their due times, so nothing is lost with a worker."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from podero_admin.directory.models import Customer
from podero_admin.mirror.models import Pass
from podero_admin.mirror.selectors import due_count, is_anybody_due, pass_open

BATCH = 1000
NOTED_EVERY = timedelta(seconds=5)
#: A full pass that nobody finished for so long is begun anew.
STALE_AFTER = timedelta(hours=24)
#: What is worked off within a minute is no pass.
WORTH_SECONDS = 60
KEPT = timedelta(days=30)


def pass_begin_full(*, organization_id: UUID) -> Pass:
    """Make everybody due, those whom we know the longest first; or go on with the full pass that is under way."""
    now = timezone.now()
    standing = pass_open(organization_id)
    if standing and standing.is_full and standing.begun_at > now - STALE_AFTER:
        return standing
    _make_all_due(organization_id, now)
    Pass.objects.filter(organization_id=organization_id, ended_at__isnull=True).update(ended_at=now)
    return _begin(organization_id, now, is_full=True)


def pass_begin_if_worth(*, organization_id: UUID) -> None:
    """Where much is due, a pass tells how far the workers have come with it."""
    now, most = timezone.now(), int(settings.MIRROR_PER_SECOND * WORTH_SECONDS)
    if pass_open(organization_id) is None and due_count(organization_id, by=now, most=most) >= most:
        _begin(organization_id, now, is_full=False)


def _begin(organization_id: UUID, now: datetime, *, is_full: bool) -> Pass:
    Pass.objects.filter(organization_id=organization_id, begun_at__lt=now - KEPT, ended_at__isnull=False).delete()
    count = due_count(organization_id, by=now)
    values = {"begun_at": now, "noted_at": now, "total": count, "left": count, "is_full": is_full}
    try:
        with transaction.atomic():
            return Pass.objects.create(organization_id=organization_id, **values)
    except IntegrityError:  # somebody else began one at this moment
        return Pass.objects.get(organization_id=organization_id, ended_at__isnull=True)


def _make_all_due(organization_id: UUID, now: datetime) -> None:
    own = Customer.objects.filter(organization_id=organization_id, look_due_at__isnull=False)
    for ids in _batches(organization_id):
        own.filter(id__in=ids, look_due_at__gt=now).update(look_due_at=Coalesce(F("vehicles_asked_at"), Value(now)))


def _batches(organization_id: UUID) -> Iterator[list[UUID]]:
    """All customers by id, so that no transaction is a long one."""
    ids = Customer.objects.filter(organization_id=organization_id, is_gone=False).order_by("id")
    some = list(ids.values_list("id", flat=True)[:BATCH])
    while some:
        yield some
        some = list(ids.filter(id__gt=some[-1]).values_list("id", flat=True)[:BATCH])


def pass_note(*, organization_id: UUID) -> None:
    """Now and then count what is left of the pass under way, and end it when that is nothing."""
    now = timezone.now()
    standing = pass_open(organization_id)
    if standing is None:
        return
    if not is_anybody_due(organization_id, by=standing.begun_at):
        Pass.objects.filter(pk=standing.pk, ended_at__isnull=True).update(ended_at=now, noted_at=now, left=0)
    elif standing.noted_at < now - NOTED_EVERY:
        left = min(standing.total, due_count(organization_id, by=standing.begun_at))
        Pass.objects.filter(pk=standing.pk, noted_at=standing.noted_at).update(noted_at=now, left=left)


def pass_failed(*, organization_id: UUID) -> None:
    Pass.objects.filter(organization_id=organization_id, ended_at__isnull=True).update(failed=F("failed") + 1)
