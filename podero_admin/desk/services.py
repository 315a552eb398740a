"""Open a customer, from the list or by a deep link; ask Podero for their vehicles."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from podero_admin import gateway
from podero_admin.audit.actions import Action
from podero_admin.audit.services import Subject, looked_at, record
from podero_admin.core.access import Access, Permission
from podero_admin.core.errors import Conflicting, PoderoAway
from podero_admin.directory.attention import customer_opened
from podero_admin.directory.models import Customer
from podero_admin.directory.selectors import customer_get, customer_match
from podero_admin.directory.services import customers_refresh_quickly
from podero_admin.organizations.models import Organization
from podero_admin.organizations.selectors import organization_get
from podero_admin.vehicles.models import Vehicle
from podero_admin.vehicles.selectors import vehicles_asked_at, vehicles_of
from podero_admin.vehicles.services import customer_vehicles_fetch

ASKED_AGAIN = timedelta(minutes=15)
FETCH_PAUSE, ANY_FETCH_PAUSE = 60, 3


@dataclass(frozen=True)
class Opened:
    """A customer with their vehicles as far as we know; `problem` says why Podero could not be asked."""

    customer: Customer
    vehicles: list[Vehicle]
    asked_at: datetime | None
    problem: str = ""


def customer_open(*, access: Access, customer_id: UUID) -> Opened:
    """Note the look; where nothing is known of the vehicles yet, ask Podero, but let nobody wait long for it."""
    customer = customer_get(access=access, customer_id=customer_id)
    looked_at(access=access, organization_id=customer.organization_id, customer_id=customer.id, label=customer.name)
    customer_opened(customer)
    vehicles = vehicles_of(access=access, customer_id=customer.id)
    asked_at = vehicles_asked_at(customer=customer, vehicles=vehicles)
    is_known = bool(vehicles) or (asked_at is not None and timezone.now() - asked_at < ASKED_AGAIN)
    if is_known or customer.is_gone or not customer.organization.is_configured:
        return Opened(customer, vehicles, asked_at)
    try:
        customer_vehicles_fetch(access=access, customer=customer, seconds=gateway.QUICK_SECONDS)
    except PoderoAway as error:
        return Opened(customer, [], asked_at, error.message)
    vehicles = vehicles_of(access=access, customer_id=customer.id)
    return Opened(customer, vehicles, vehicles_asked_at(customer=customer, vehicles=vehicles))


def customer_vehicles_refresh(*, access: Access, customer_id: UUID) -> int:
    """Ask Podero for all vehicles of a customer because a person wants it; whether it answers or not is an event."""
    customer = customer_get(access=access, customer_id=customer_id)
    access.require(Permission.VEHICLE_REFRESH, customer.organization_id)
    try:
        customer_vehicles_fetch(access=access, customer=customer)
    except PoderoAway as error:
        _record_refresh(access, customer, outcome="failed", reason=error.message)
        raise
    known = vehicles_of(access=access, customer_id=customer.id)
    count = sum(not (vehicle.is_gone or vehicle.deleted_at) for vehicle in known)
    _record_refresh(access, customer, outcome="done", reason=f"{count} vehicle{'' if count == 1 else 's'}")
    return count


@transaction.atomic
def _record_refresh(access: Access, customer: Customer, *, outcome: str, reason: str) -> None:
    record(
        Action.VEHICLE_REFRESHED,
        access=access,
        organization_id=customer.organization_id,
        subject=Subject("customer", customer.id, f"all vehicles of {customer.name}"),
        outcome=outcome,
        reason=reason,
        customer_id=customer.id,
    )


@dataclass(frozen=True)
class Matches:
    """Whom a deep link means; `problem` says why the list could not be fetched when nobody was found."""

    organization: Organization
    customers: list[Customer]
    problem: str = ""


def deep_link_match(*, access: Access, organization_id: UUID, key: str) -> Matches:
    """Look in the mirror; if nobody is there, fetch the list once and look again."""
    organization = organization_get(access=access, organization_id=organization_id)
    found = customer_match(access=access, organization_id=organization.id, key=key)
    if found or not organization.is_configured:
        return Matches(organization, found)
    problem = _fetch_list(organization, key)
    organization.refresh_from_db()
    return Matches(organization, customer_match(access=access, organization_id=organization.id, key=key), problem)


def _fetch_list(organization: Organization, key: str) -> str:
    """Once a minute for each link that leads nowhere, and every few seconds however many of them there are."""
    link = f"desk:list-fetched:{organization.id}:{sha256(key.encode('utf-8', 'replace')).hexdigest()}"
    any_link = f"desk:list-fetched:{organization.id}"
    if not (cache.add(any_link, True, ANY_FETCH_PAUSE) and cache.add(link, True, FETCH_PAUSE)):
        return ""
    try:
        problem = customers_refresh_quickly(organization_id=organization.id).error
    except Conflicting as error:
        return error.message
    return f"{problem} Open this link again in a minute, or update the list of customers yourself." if problem else ""
