"""A copy of a list of vehicles for a spreadsheet: first the events that tell of it, then the rows."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from podero_admin.audit.actions import Action
from podero_admin.core.access import Access
from podero_admin.directory.exporting import record_export
from podero_admin.vehicles.filters import VehicleFilters
from podero_admin.vehicles.selectors import vehicle_values
from podero_admin.vehicles.statuses import health_at

#: Neither where a car is nor any link: a file leaves the house.
COLUMNS = (
    "id", "organization__name", "customer_id", "customer__external_user_id", "customer__name", "maker", "model", "year",
    "note", "price_zone", "connection_status", "monitoring_status", "steering_status", "settled_health", "charge",
    "is_connected", "action_needed", "battery_level", "reported_at", "stale_after", "fetched_at", "created_at",
    "deleted_at", "is_gone", "registered_reference",
)  # fmt: skip
_HEALTH = tuple(COLUMNS.index(name) for name in ("settled_health", "stale_after", "is_gone"))
HEADINGS = tuple(name.replace("__", "_").replace("settled_health", "health") for name in COLUMNS)


def vehicles_export(*, access: Access, filters: VehicleFilters) -> Iterator[Sequence[Any]]:
    """Every vehicle that the list would show, in its order, of the organisations whose lists the person may export."""
    record_export(Action.VEHICLES_EXPORTED, access=access, organization=filters.organization, what=_described(filters))
    now = timezone.now()
    return (_as_listed(row, now) for row in vehicle_values(access=access, filters=filters, columns=COLUMNS))


def _as_listed(row: Sequence[Any], now: datetime) -> Sequence[Any]:
    """The health that the list shows: what is stored is settled, and does not know that time makes readings old."""
    settled, stale_after, is_gone = (row[place] for place in _HEALTH)
    health = "gone" if is_gone else str(health_at(settled, stale_after, now))
    return [*row[: _HEALTH[0]], health, *row[_HEALTH[0] + 1 :]]


def _described(filters: VehicleFilters) -> str:
    """In words for the log."""
    asked = filters.as_query()
    return ", ".join(f"{name} {value}" for name, value in asked.items()) or "all of them"
