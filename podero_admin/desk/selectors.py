"""What the start page and a customer's page put together from several apps."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from podero_admin.audit.models import AccessRecord
from podero_admin.core.access import Access
from podero_admin.directory.models import Customer
from podero_admin.vehicles.models import Vehicle
from podero_admin.vehicles.selectors import vehicles_needing_action
from podero_admin.vehicles.statuses import Badge, badge, health_badge

STATUSES = ("connection_status", "monitoring_status", "steering_status")
LOOKED_THROUGH = 100


@dataclass(frozen=True)
class Card:
    """A vehicle with the badges that lists show."""

    vehicle: Vehicle
    health: Badge
    charge: Badge
    statuses: tuple[Badge, ...]


def card(vehicle: Vehicle, now: datetime) -> Card:
    return Card(
        vehicle,
        health=health_badge(vehicle, now),
        charge=badge("charge", vehicle.charge),
        statuses=tuple(badge(name, getattr(vehicle, name)) for name in STATUSES),
    )


def cards(vehicles: list[Vehicle]) -> list[Card]:
    now = timezone.now()
    return [card(vehicle, now) for vehicle in vehicles]


def needing_action(*, access: Access, limit: int = 8) -> list[Card]:
    return cards(vehicles_needing_action(access=access, limit=limit))


def recently_opened(*, access: Access, limit: int = 8) -> list[Customer]:
    """The customers whom this person looked at last, as far as they may still be seen."""
    looked = AccessRecord.objects.filter(actor_id=access.staff_id, customer_id__isnull=False).order_by("-id")
    newest = looked.values_list("customer_id", flat=True)[:LOOKED_THROUGH]
    ids = [customer_id for customer_id in dict.fromkeys(newest) if customer_id]
    seen = Customer.objects.filter(id__in=ids, organization_id__in=access.listed_ids()).select_related("organization")
    return sorted(seen, key=lambda customer: ids.index(customer.id))[:limit]
