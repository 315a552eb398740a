"""A copy of the list of vehicles for a spreadsheet: first the event that tells of it, then the rows."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils import timezone

from podero_admin.audit.actions import Action
from podero_admin.audit.services import Subject, record
from podero_admin.core.access import Access, Permission
from podero_admin.vehicles.filters import VehicleFilters
from podero_admin.vehicles.models import Vehicle
from podero_admin.vehicles.selectors import vehicles_after
from podero_admin.vehicles.statuses import health_at

#: Without position and links: those are asked for one car at a time.
COLUMNS = (
    "vehicle_id", "model", "year", "note", "customer", "customer_number", "customer_id", "organization", "price_zone",
    "health", "connection_status", "monitoring_status", "steering_status", "charge", "battery_level", "connected",
    "action_needed", "registration", "car_last_reported", "podero_last_asked",
)  # fmt: skip


def vehicles_export(*, access: Access, filters: VehicleFilters) -> Iterator[list[Any]]:
    """The columns of every vehicle that the list would show."""
    access.require(Permission.LISTS_EXPORT)
    allowed = access.organization_ids(Permission.LISTS_EXPORT)
    described = ", ".join(f"{name} = {value}" for name, value in filters.as_query().items()) or "all vehicles"
    with transaction.atomic():
        record(
            Action.VEHICLES_EXPORTED,
            access=access,
            organization_id=filters.organization or access.only(Permission.LISTS_EXPORT),
            subject=Subject("vehicles", "", described),
        )
    now = timezone.now()
    found = vehicles_after(access=access, filters=filters)
    return (_cells(vehicle, now) for vehicle in found if vehicle.organization_id in allowed)


def _cells(vehicle: Vehicle, now: Any) -> list[Any]:
    customer = vehicle.customer
    return [
        vehicle.id, vehicle.title, vehicle.year, vehicle.note, customer.name, customer.external_user_id, customer.id,
        vehicle.organization.name, vehicle.price_zone, _health(vehicle, now), vehicle.connection_status,
        vehicle.monitoring_status, vehicle.steering_status, vehicle.charge, vehicle.battery_level,
        _yes_no(vehicle.is_connected), _yes_no(vehicle.action_needed), vehicle.registered_reference,
        vehicle.reported_at, vehicle.fetched_at,
    ]  # fmt: skip


def _health(vehicle: Vehicle, now: Any) -> str:
    return "gone" if vehicle.is_gone else str(health_at(vehicle.settled_health, vehicle.stale_after, now))


def _yes_no(flag: bool) -> str:  # noqa: FBT001 - a value, not a switch
    return "yes" if flag else "no"
