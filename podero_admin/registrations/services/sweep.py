"""The nightly sweep: what Podero has of the customers of the last days must be what we believe. It only reads."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from podero_admin.core.access import Access
from podero_admin.core.errors import ApplicationError
from podero_admin.directory.models import Customer
from podero_admin.registrations.models import SWEEP, Attempt, Registration, Stray
from podero_admin.registrations.services.chores import chore_claim, chore_done, chore_keep
from podero_admin.registrations.services.truth import vehicles_look
from podero_admin.vehicles.models import Vehicle

logger = logging.getLogger(__name__)
TOUCHED = timedelta(days=7)
AT_NIGHT = time(2)
TAG_WORD = "pa:"  # what is left of the tag however its bracket is escaped


@dataclass
class Swept:
    """How one sweep went."""

    looked: int = 0
    failed: int = 0
    alarms: int = 0

    def __str__(self) -> str:
        return f"Customers looked at: {self.looked}; could not be asked: {self.failed}; new alarms: {self.alarms}."


def sweep_if_due(*, access: Access, now: Callable[[], datetime] = timezone.now) -> Swept | None:
    """Last night's sweep, unless it was done, or somebody is at it: asked every few minutes, so no nudge is missed."""
    at = now()
    if not chore_claim(SWEEP, now=at, unless_done_since=last_night(at)):
        return None
    return registrations_sweep(access=access, customers=customers_touched(access=access, now=at))


def last_night(now: datetime) -> datetime:
    """When the latest night's sweep became due, by the clock of the place."""
    local = timezone.localtime(now)
    tonight = local.replace(hour=AT_NIGHT.hour, minute=AT_NIGHT.minute, second=0, microsecond=0)
    return tonight if tonight <= local else tonight - timedelta(days=1)


def customers_touched(*, access: Access, now: datetime) -> list[Customer]:
    """Somebody registered a vehicle for them these days, or a vehicle bears a tag and is new, or not linked here."""
    since = now - TOUCHED
    registered = Registration.objects.filter(created_at__gte=since).values("customer_id")
    attempted = Attempt.objects.filter(created_at__gte=since).values("registration__customer_id")
    is_new_or_odd = Q(created_at__gte=since) | Q(created_at__isnull=True) | Q(registered_reference="")
    tagged = Vehicle.objects.filter(is_new_or_odd, output__contains=TAG_WORD).values("customer_id")
    theirs = Q(id__in=registered) | Q(id__in=attempted) | Q(id__in=tagged)
    within = {"organization_id__in": access.organization_ids(), "organization__is_configured": True, "is_gone": False}
    return list(Customer.objects.filter(theirs, **within).defer("raw", "folded").order_by("organization_id", "id"))


def registrations_sweep(
    *, access: Access, customers: Sequence[Customer], step: Callable[..., Any] = lambda **_: None
) -> Swept:
    """List the vehicles of each, one after the other: looking confirms what is there and alarms what is odd, once.

    Who cannot be asked is counted, and comes again in the nights that follow.
    """
    result, begun_at = Swept(), timezone.now()
    for customer in customers:
        failed = not _look(access, customer)
        result.looked += not failed
        result.failed += failed
        step(failed=failed)
        chore_keep(SWEEP, now=timezone.now())
    result.alarms = Registration.objects.filter(alarm_since__gte=begun_at).count()
    result.alarms += Stray.objects.filter(found_at__gte=begun_at).count()
    chore_done(SWEEP, now=timezone.now(), note=str(result))
    return result


def _look(access: Access, customer: Customer) -> bool:
    try:
        vehicles_look(access=access, customer=customer)
    except ApplicationError as refused:
        logger.info("Customer %s was not swept: %s", customer.id, refused)
        return False
    except Exception:
        logger.exception("Customer %s was not swept.", customer.id)
        return False
    return True
