"""The rows of the list of vehicles, drawn in Python because a page of fifty should cost next to nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from html import escape
from uuid import UUID

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from podero_admin.core.http import link
from podero_admin.core.templatetags.ui import ago_briefly
from podero_admin.core.templatetags.ui import badge as draw
from podero_admin.vehicles.models import Vehicle
from podero_admin.vehicles.statuses import ChargeStatus, Health, badge, health_at

_ANY = UUID(int=0)
_QUIET = {Health.HEALTHY, Health.ERROR, Health.WARNING}
#: On a narrow screen a cell is named by its place: see components/table.css.
_ROW = (
    '<tr id="v-{0}"><td><a href="{1}"><bdi>{2}</bdi></a>{3}{4}</td><td><a href="{5}"><bdi>{6}</bdi></a>{7}</td>'
    '<td>{8}</td><td>{9}</td><td>{10}</td><td>{11}</td><td class="number">{12}</td><td>{13}</td>'
    "<td>{14}<br><small>asked {15}</small></td></tr>"
).format


def vehicle_rows(vehicles: Sequence[Vehicle], organizations: Mapping[UUID, str]) -> SafeString:
    """`organizations` names those of which a list shows more than one; empty leaves them out."""
    now, car, owner = timezone.now(), link("vehicles:detail", _ANY), link("desk:customer", _ANY)
    rows = (_row(vehicle, now, car, owner, organizations.get(vehicle.organization_id, "")) for vehicle in vehicles)
    return mark_safe("".join(rows))  # noqa: S308 - every text in a row is escaped


def _row(vehicle: Vehicle, now: datetime, car: str, owner: str, organization: str) -> str:
    customer, key = vehicle.customer, str(vehicle.id)
    return _ROW(
        key,
        car.replace(str(_ANY), key),
        escape(vehicle.title),
        f" {vehicle.year}" if vehicle.year else "",
        _below(vehicle.note),
        owner.replace(str(_ANY), str(customer.id)),
        escape(customer.name),
        _below(" · ".join(part for part in (customer.external_user_id, organization) if part)),
        _status("connection_status", vehicle.connection_status),
        _status("monitoring_status", vehicle.monitoring_status),
        _status("steering_status", vehicle.steering_status),
        _now(vehicle, now),
        "" if vehicle.battery_level is None else f"{vehicle.battery_level} %",
        escape(vehicle.price_zone),
        ago_briefly(vehicle.reported_at, now),
        ago_briefly(vehicle.fetched_at, now),
    )


def _below(text: str) -> str:
    return f"<br><small><bdi>{escape(text)}</bdi></small>" if text else ""


@lru_cache(maxsize=256)
def _status(field: str, value: str) -> SafeString:
    shown = badge(field, value)
    return draw(field, value, shown.word, shown.tone, shown.icon)


def _now(vehicle: Vehicle, now: datetime) -> SafeString:
    """What matters most: that it is gone, what its health asks for, or else what it does."""
    if vehicle.is_gone:
        return _drawn("health", "gone")
    health = health_at(vehicle.settled_health, vehicle.stale_after, now)
    if health in _QUIET or (health == Health.NOTHING_KNOWN and vehicle.charge != ChargeStatus.UNKNOWN):
        return _drawn("charge", vehicle.charge)
    return _drawn("health", str(health))


@lru_cache(maxsize=256)
def _drawn(field: str, value: str) -> SafeString:
    if value == "gone":
        return draw(field, value, "No longer at Podero", "unknown", "x")
    shown = badge(field, value)
    return draw(field, value, shown.label, shown.tone, shown.icon)
