"""What the background does again and again: that it reports, and that one process at a time does a long piece of it."""

from datetime import datetime, timedelta

from django.db.models import Q

from podero_admin.registrations.models import Chore

REPORT_EVERY = timedelta(seconds=15)
LEASE = timedelta(minutes=10)


def chore_report(name: str, *, now: datetime) -> None:
    """Say that this was done now; not oftener than anybody looks, since each report is a write."""
    known = Chore.objects.filter(name=name).first()
    if known is None or known.done_at is None or known.done_at < now - REPORT_EVERY:
        Chore.objects.update_or_create(name=name, defaults={"done_at": now})


def chore_claim(name: str, *, now: datetime, unless_done_since: datetime | None = None) -> bool:
    """Take a chore for a while, unless somebody has it, or has done it since then."""
    Chore.objects.get_or_create(name=name)
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    due = Q(done_at__isnull=True) | Q(done_at__lt=unless_done_since) if unless_done_since else Q()
    return bool(Chore.objects.filter(free, due, name=name).update(claimed_until=now + LEASE))


def chore_keep(name: str, *, now: datetime) -> None:
    """Go on with it; a process that dies loses it after a while."""
    Chore.objects.filter(name=name, claimed_until__lt=now + LEASE / 2).update(claimed_until=now + LEASE)


def chore_done(name: str, *, now: datetime, note: str) -> None:
    done = {"done_at": now, "claimed_until": None, "note": note[:300]}
    Chore.objects.update_or_create(name=name, defaults=done)
