"""Keep the customers of an organisation as Podero lists them."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from podero_admin import gateway
from podero_admin.audit.actions import Action
from podero_admin.audit.services import Subject, record
from podero_admin.core.access import Access, Permission
from podero_admin.core.drawing import local
from podero_admin.core.errors import Conflicting
from podero_admin.core.lease import lease
from podero_admin.directory.applying import list_apply
from podero_admin.directory.models import Customer
from podero_admin.organizations.models import Organization
from podero_admin.organizations.selectors import organization_get, system_access
from podero_admin.podero.errors import PoderoError, RateLimited

logger = logging.getLogger(__name__)
LOCK_SECONDS = 180
AFTER_A_FAILURE = 60
LONGEST_WAIT = 3600


@dataclass(frozen=True)
class RefreshResult:
    """How many customers the list holds now; or why there is no new list, in one sentence."""

    count: int = 0
    error: str = ""


def customers_refresh(*, access: Access, organization_id: UUID, seconds: float | None = None) -> RefreshResult:
    """Fetch the whole list and apply it; nothing of one that fails. Asked for by a person, it is an event.

    A wait that Podero asked for holds for all but a person's own press.
    """
    organization = organization_get(
        access=access, organization_id=organization_id, permission=Permission.CUSTOMERS_REFRESH
    )
    if access.is_system and (until := cache.get(_wait(organization_id))):
        return RefreshResult(error=f"Podero asked us to wait until {local(until):%H:%M} before it is asked again.")
    with lease(f"directory:refreshing:{organization_id}", seconds=LOCK_SECONDS) as is_mine:
        if not is_mine:
            raise Conflicting(
                f"The list of {organization.name} is being updated at this moment. Look again in a few seconds."
            )
        result = _fetch_and_apply(organization, seconds)
    if not access.is_system:
        _record_refresh(access, organization, result)
    return result


def customers_update(*, access: Access) -> list[tuple[str, RefreshResult]]:
    """Fetch the lists that the person sees, one organisation after the other; a list that is busy is said so."""
    results = []
    for organization in Organization.objects.filter(id__in=access.listed_ids(Permission.CUSTOMERS_REFRESH)):
        try:
            result = customers_refresh(access=access, organization_id=organization.id)
        except Conflicting as busy:
            result = RefreshResult(error=busy.message)
        results.append((organization.name, result))
    return results


def _fetch_and_apply(organization: Organization, seconds: float | None) -> RefreshResult:
    asked_at = timezone.now()
    try:
        users = gateway.podero_client(organization.id, seconds=seconds).iter_users().value
        count = list_apply(organization, users, asked_at)
    except PoderoError as error:
        sentence = str(error)[:500]
        Organization.objects.filter(id=organization.id).update(directory_error=sentence)
        cache.set(_failed(organization.id), True, AFTER_A_FAILURE)
        if isinstance(error, RateLimited):
            _keep_wait(organization.id, error.retry_after)
        return RefreshResult(error=sentence)
    cache.delete_many([_failed(organization.id), _wait(organization.id)])
    return RefreshResult(count)


def _failed(organization_id: UUID) -> str:
    return f"directory:failed:{organization_id}"


def _wait(organization_id: UUID) -> str:
    return f"directory:wait:{organization_id}"


def _keep_wait(organization_id: UUID, retry_after: float | None) -> None:
    seconds = AFTER_A_FAILURE if retry_after is None else ceil(min(retry_after, LONGEST_WAIT))
    cache.set(_wait(organization_id), timezone.now() + timedelta(seconds=seconds), seconds)


def _record_refresh(access: Access, organization: Organization, result: RefreshResult) -> None:
    with transaction.atomic():
        record(
            Action.CUSTOMERS_REFRESHED,
            access=access,
            organization_id=organization.id,
            subject=Subject("organization", organization.id, organization.name),
            outcome="failed" if result.error else "done",
            reason=result.error or f"{result.count} customers",
        )


def customers_ensure_fresh(*, access: Access) -> None:
    """Before a page is shown: fetch a list that is missing or far too old; have one a little old fetched later."""
    now, limit = timezone.now(), timedelta(seconds=settings.DIRECTORY_MAX_AGE)
    with gateway.within(gateway.QUICK_SECONDS):
        for organization in Organization.objects.filter(id__in=access.listed_ids(), is_configured=True):
            age = now - organization.directory_fetched_at if organization.directory_fetched_at else None
            if age is None or age > 2 * limit:
                _refresh_quietly(organization, while_a_page_waits=True)
            elif age > limit:
                _nudge(organization.id)


def _refresh_quietly(organization: Organization, *, while_a_page_waits: bool = False) -> None:
    """Not right after a failure, and not beside somebody else: the last known list is shown then, with its age."""
    if cache.get(_failed(organization.id)):
        return
    try:
        if while_a_page_waits:
            customers_refresh_quickly(organization_id=organization.id)
        else:
            customers_refresh(access=system_access(), organization_id=organization.id)
    except Conflicting:
        return


def customers_refresh_quickly(*, organization_id: UUID) -> RefreshResult:
    """Fetch the list while a page waits, which is not for long; what takes longer is left to the worker."""
    result = customers_refresh(access=system_access(), organization_id=organization_id, seconds=gateway.QUICK_SECONDS)
    if result.error:
        _nudge(organization_id)
    return result


def _nudge(organization_id: UUID) -> None:
    """By the task's name, since tasks stand above services; a lost nudge is made good by the periodic scan."""
    if not cache.add(f"directory:nudged:{organization_id}", True, AFTER_A_FAILURE):
        return
    try:
        current_app.send_task("directory.refresh", args=[str(organization_id)], expires=AFTER_A_FAILURE)
    except (OperationalError, OSError):
        logger.warning("The broker does not answer: the list of %s is left to the periodic scan", organization_id)


def customers_refresh_due() -> int:
    """Fetch the list of every organisation that is older than its limit; how many were asked for."""
    oldest = timezone.now() - timedelta(seconds=settings.DIRECTORY_MAX_AGE)
    due = [
        row
        for row in Organization.objects.filter(is_configured=True)
        if not row.directory_fetched_at or row.directory_fetched_at < oldest
    ]
    for organization in due:
        _refresh_quietly(organization)
    return len(due)


def podero_look_again() -> int:
    """Ask every Podero that is away or slow whether it is back; fetch the list then if that failed meanwhile."""
    configured = Organization.objects.filter(is_configured=True)
    troubled = configured.filter(id__in=gateway.troubles(configured.values_list("id", flat=True)))
    back = [organization for organization in troubled if _answers(organization)]
    for organization in back:
        if organization.directory_error:
            cache.delete(_failed(organization.id))
            _nudge(organization.id)
    return len(back)


def _answers(organization: Organization) -> bool:
    customer_id = Customer.objects.filter(organization=organization, is_gone=False).values_list("id", flat=True).first()
    try:
        return gateway.look_again(organization.id, user_id=customer_id or organization.id)
    except PoderoError:
        return False
