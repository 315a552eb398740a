"""Look up vehicles, only within what `access` allows."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from podero_admin.core.access import Access, Permission
from podero_admin.core.errors import NotFound
from podero_admin.core.paging import Page, batches, paginate
from podero_admin.directory.models import Customer
from podero_admin.directory.narrowing import within
from podero_admin.vehicles.filters import STATUS_FILTERS, VehicleFilters
from podero_admin.vehicles.models import Incident, Reading, Vehicle, maker_key
from podero_admin.vehicles.statuses import Health
from podero_admin.vehicles.urgency import URGENCY

ORDERS = {
    "urgency": ["urgency", "stale_after", "id"],
    "age": ["reported_key", "id"],
    "customer": ["customer_key", "id"],
    "maker": ["title_key", "id"],
}
UNLISTED = ("output", "sent")
#: A row of the list: plain values, since objects of a model take longer to make than to draw.
Listed: TypeAlias = Any
LISTED = (
    "id", "organization_id", "title", "year", "note", "customer_id", "customer__name", "customer__external_user_id",
    "connection_status", "monitoring_status", "steering_status", "settled_health", "stale_after", "charge", "is_gone",
    "battery_level", "price_zone", "reported_at", "fetched_at",
)  # fmt: skip
FEW = 500
HISTORY = 50
MOST_INCIDENTS = 20
TOLD = ("maker", "name", "what", "since", "affected", "of", "organization__name")


def vehicle_get(*, access: Access, vehicle_id: UUID) -> Vehicle:
    vehicles = Vehicle.objects.select_related("customer", "organization").defer("customer__raw", "customer__folded")
    found = next(iter(vehicles.filter(id=vehicle_id)), None)
    if found is None or not access.allows(Permission.VEHICLE_VIEW, found.organization_id):
        raise NotFound(
            "There is no such vehicle in your organisations.", outside=f"vehicle {vehicle_id}" if found else ""
        )
    return found


def vehicle_list(*, access: Access, filters: VehicleFilters, after: str = "", before: str = "") -> Page[Listed]:
    order = ORDERS[filters.sort]
    found = _asked(access, filters, Permission.VEHICLE_VIEW)
    vehicles = found.values_list(*dict.fromkeys((*LISTED, *order)), named=True)
    scope = f"{_listed(access)}{filters.scope}"
    return paginate(vehicles, order=order, after=after, before=before, scope=scope)


def vehicle_values(*, access: Access, filters: VehicleFilters, columns: Sequence[str]) -> Iterator[Sequence[Any]]:
    """These columns of every vehicle on the list, for a copy of it."""
    order = ORDERS[filters.sort]
    found = _asked(access, filters, Permission.LISTS_EXPORT)
    rows = batches(found.values_list(*dict.fromkeys((*columns, *order)), named=True), order=order)
    return (row[: len(columns)] for row in rows)


def _asked(access: Access, filters: VehicleFilters, permission: Permission) -> QuerySet[Vehicle]:
    found = _filtered(_of_organizations(access, filters.organization, permission), filters)
    return _few_or_all(found) if filters.sort != "urgency" and filters.is_filtered else found


def vehicles_needing_action(*, access: Access, limit: int) -> list[Vehicle]:
    """Those that nobody has heard of for longest first, as the list that needs action has them."""
    found = _in_need(_of_organizations(access, None), needed=True)
    return list(found.select_related("customer").defer(*UNLISTED).order_by(*ORDERS["urgency"])[:limit])


def _few_or_all(vehicles: QuerySet[Vehicle]) -> QuerySet[Vehicle]:
    """A filter that finds few is looked up and sorted; one that finds many is met soon along the order's own index."""
    ids = list(vehicles.order_by().values_list("id", flat=True)[: FEW + 1])
    return Vehicle.objects.filter(id__in=ids) if len(ids) <= FEW else vehicles


def vehicles_of(*, access: Access, customer_id: UUID) -> list[Vehicle]:
    """A customer's vehicles, the most urgent first; sorted here, so that no database walks along a long index."""
    allowed = access.organization_ids(Permission.VEHICLE_VIEW)
    vehicles = Vehicle.objects.filter(customer_id=customer_id).defer(*UNLISTED)
    own = [vehicle for vehicle in vehicles if vehicle.organization_id in allowed]
    return sorted(own, key=lambda vehicle: (vehicle.urgency, vehicle.stale_after, vehicle.id))


def other_vehicles(*, access: Access, vehicle: Vehicle) -> list[Listed]:
    """The further vehicles of the customer, by id and title, the most urgent first."""
    allowed = access.organization_ids(Permission.VEHICLE_VIEW)
    same = Vehicle.objects.filter(customer_id=vehicle.customer_id)
    rows = same.values_list("urgency", "stale_after", "id", "title", "organization_id", named=True)
    return sorted(row for row in rows if row.id != vehicle.id and row.organization_id in allowed)


def readings_of(*, access: Access, vehicle: Vehicle, limit: int = HISTORY) -> list[Reading]:
    """What changed of a vehicle, the newest first."""
    if not access.allows(Permission.VEHICLE_VIEW, vehicle.organization_id):
        return []
    return list(Reading.objects.filter(vehicle_id=vehicle.id).order_by("-id")[:limit])


def incidents_open(*, access: Access, organization_id: UUID | None = None, maker: str | None = None) -> list[Incident]:
    """What befalls many cars now, the widest first: in the person's lists, or of one car's maker and organisation."""
    allowed = access.organization_ids(Permission.VEHICLE_VIEW)
    ids = allowed & {organization_id} if organization_id else access.listed_ids(Permission.VEHICLE_VIEW)
    found = Incident.objects.filter(organization_id__in=ids, ended_at=None)
    found = found.select_related("organization").only(*TOLD)
    if maker is not None:
        found = found.filter(maker__in=["", maker_key(maker)])
    return sorted(found.order_by()[:MOST_INCIDENTS], key=lambda row: (row.maker != "", -row.affected))


def vehicles_asked_at(*, customer: Customer, vehicles: Iterable[Vehicle]) -> datetime | None:
    """How old is what we know of these vehicles, all that the customer has; of one who has none, too."""
    return customer.vehicles_asked_at or min((vehicle.fetched_at for vehicle in vehicles), default=None)


def _listed(access: Access) -> list[str]:
    return sorted(map(str, access.listed_ids(Permission.VEHICLE_VIEW)))


def _of_organizations(
    access: Access, asked: UUID | None, permission: Permission = Permission.VEHICLE_VIEW
) -> QuerySet[Vehicle]:
    allowed = access.organization_ids(permission)
    return within(Vehicle.objects.all(), allowed & {asked} if asked else access.listed_ids(permission))


def _filtered(vehicles: QuerySet[Vehicle], filters: VehicleFilters) -> QuerySet[Vehicle]:
    same = {name: getattr(filters, name) for name in (*STATUS_FILTERS, "price_zone", "maker") if getattr(filters, name)}
    if filters.connected is not None:
        same["is_connected__in"] = [filters.connected]
    if filters.action_needed is not None:
        vehicles = _in_need(vehicles, needed=filters.action_needed)
    if filters.asks_for_status:
        vehicles = _still_there(vehicles, filters.sort)
    return _healthy_like(vehicles.filter(**same), filters.health)


def _in_need(vehicles: QuerySet[Vehicle], *, needed: bool) -> QuerySet[Vehicle]:
    """By urgency, which every index begins with: a deleted vehicle needs nothing any more."""
    most = URGENCY[Health.ACTION_NEEDED]
    return vehicles.filter(urgency=most) if needed else vehicles.filter(urgency__gt=most)


def _still_there(vehicles: QuerySet[Vehicle], sort: str) -> QuerySet[Vehicle]:
    """Neither deleted nor gone. In another order only looked at: SQLite would search by it, and sort what it finds."""
    if sort == "urgency":
        return vehicles.filter(urgency__lt=URGENCY[Health.DELETED])
    return vehicles.alias(its_own=Coalesce("urgency", "urgency")).filter(its_own__lt=URGENCY[Health.DELETED])


def _healthy_like(vehicles: QuerySet[Vehicle], health: str) -> QuerySet[Vehicle]:
    """By urgency too. Old readings are not stored as such: time alone makes them old."""
    if health == Health.OLD:
        return vehicles.filter(urgency=URGENCY[Health.HEALTHY], stale_after__lt=timezone.now())
    if health == Health.HEALTHY:
        return vehicles.filter(urgency=URGENCY[Health.HEALTHY], stale_after__gte=timezone.now())
    return vehicles.filter(urgency=URGENCY[Health(health)]) if health else vehicles
