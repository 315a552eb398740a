"""The rows of the list of vehicles, drawn in Python because a page of fifty should cost next to nothing.

Every text is escaped where it enters a row. What each cell is called stands in components/table.css, once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from html import escape
from uuid import UUID

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from podero_admin.core.drawing import time_ago
from podero_admin.core.http import Addresses
from podero_admin.core.templatetags.ui import badge as draw
from podero_admin.vehicles.selectors import Listed
from podero_admin.vehicles.statuses import GONE, ChargeStatus, Health, badge, health_at

_GONE = f"<td>{draw(GONE.field, GONE.value, GONE.label, GONE.tone, GONE.icon)}</td>"
#: Their own columns say so already.
_SHOWN_BESIDE = {Health.ERROR, Health.WARNING}


def vehicle_rows(vehicles: Sequence[Listed], organizations: Mapping[UUID, str]) -> SafeString:
    """`organizations` names those of which a list shows more than one; empty leaves them out."""
    now, cars, owners = timezone.now(), Addresses("vehicles:detail"), Addresses("desk:customer")
    rows = (_row(vehicle, now, cars, owners, organizations.get(vehicle.organization_id, "")) for vehicle in vehicles)
    return mark_safe("".join(rows))  # noqa: S308 - every row is escaped


def _row(vehicle: Listed, now: datetime, cars: Addresses, owners: Addresses, organization: str) -> str:
    number = vehicle.customer__external_user_id
    level = "" if vehicle.battery_level is None else f"{vehicle.battery_level} %"
    return (
        f'<tr><td><a href="{cars.of(vehicle.id)}">{escape(vehicle.title)}</a>'
        f"{f' {vehicle.year}' if vehicle.year else ''}{_below(vehicle.note)}</td>"
        f'<td><a href="{owners.of(vehicle.customer_id)}">{escape(vehicle.customer__name)}</a>'
        f"{_below(' · '.join(part for part in (number, organization) if part))}</td>"
        f"{_status('connection_status', vehicle.connection_status)}"
        f"{_status('monitoring_status', vehicle.monitoring_status)}"
        f"{_status('steering_status', vehicle.steering_status)}"
        f"{_now(vehicle, now)}<td>{level}</td><td>{escape(vehicle.price_zone)}</td>"
        f"<td>{time_ago(vehicle.reported_at, now)}<br><small>asked {time_ago(vehicle.fetched_at, now)}</small></td>"
        "</tr>"
    )


def _below(text: str) -> str:
    return f"<br><small>{escape(text)}</small>" if text else ""


@lru_cache(maxsize=256)
def _status(field: str, value: str) -> str:
    shown = badge(field, value)
    return f"<td>{draw(field, value, shown.word, shown.tone, shown.icon)}</td>"


def _now(vehicle: Listed, now: datetime) -> str:
    """What matters most: that it is gone, what its health asks for, or else what it does, if that is not long ago."""
    if vehicle.is_gone:
        return _GONE
    health = health_at(vehicle.settled_health, vehicle.stale_after, now)
    if health in _SHOWN_BESIDE and vehicle.stale_after is not None and now > vehicle.stale_after:
        return _drawn("health", str(Health.OLD))
    if (
        health == Health.HEALTHY
        or health in _SHOWN_BESIDE
        or (health == Health.NOTHING_KNOWN and vehicle.charge != ChargeStatus.UNKNOWN)
    ):
        return _drawn("charge", vehicle.charge)
    return _drawn("health", str(health))


@lru_cache(maxsize=256)
def _drawn(field: str, value: str) -> str:
    shown = badge(field, value)
    return f"<td>{draw(field, value, shown.label, shown.tone, shown.icon)}</td>"
