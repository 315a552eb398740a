"""Look up vehicles, only within what `access` allows."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from podero_admin.core.access import Access, Permission
from podero_admin.core.errors import NotFound
from podero_admin.core.paging import Page, paginate
from podero_admin.directory.selectors import within
from podero_admin.vehicles.filters import STATUS_FILTERS, VehicleFilters
from podero_admin.vehicles.models import Vehicle
from podero_admin.vehicles.statuses import Health

ORDERS = {
    "urgency": ["urgency", "stale_after", "id"],
    "age": ["reported_key", "id"],
    "customer": ["customer_key", "id"],
    "maker": ["title_key", "id"],
}
UNLISTED = ("output", "sent")


def vehicle_get(*, access: Access, vehicle_id: UUID) -> Vehicle:
    found = Vehicle.objects.select_related("customer", "organization").filter(id=vehicle_id).first()
    if found is None or not access.allows(Permission.VEHICLE_VIEW, found.organization_id):
        raise NotFound(
            "There is no such vehicle in your organisations.", outside=f"vehicle {vehicle_id}" if found else ""
        )
    return found


def vehicle_list(*, access: Access, filters: VehicleFilters, after: str = "", before: str = "") -> Page[Vehicle]:
    vehicles = (
        _filtered(_of_organizations(access, filters.organization), filters).select_related("customer").only(*_columns())
    )
    return paginate(
        vehicles, order=ORDERS[filters.sort], after=after, before=before, scope=f"{_listed(access)}{filters.scope}"
    )


def vehicles_of(*, access: Access, customer_id: UUID) -> list[Vehicle]:
    """A customer's vehicles, the most urgent first."""
    organization_ids = access.organization_ids(Permission.VEHICLE_VIEW)
    vehicles = Vehicle.objects.filter(customer_id=customer_id, organization_id__in=organization_ids)
    return list(vehicles.defer(*UNLISTED).order_by("urgency", "stale_after", "id"))


def _columns() -> list[str]:
    own = [field.name for field in Vehicle._meta.concrete_fields if field.name not in UNLISTED]  # noqa: SLF001 - Django's documented API
    return [*own, *(f"customer__{name}" for name in ("id", "name", "external_user_id"))]


def _listed(access: Access) -> list[str]:
    return sorted(map(str, access.listed_ids(Permission.VEHICLE_VIEW)))


def _of_organizations(access: Access, asked: UUID | None) -> QuerySet[Vehicle]:
    allowed = access.organization_ids(Permission.VEHICLE_VIEW)
    return within(Vehicle.objects.all(), allowed & {asked} if asked else access.listed_ids(Permission.VEHICLE_VIEW))


def _filtered(vehicles: QuerySet[Vehicle], filters: VehicleFilters) -> QuerySet[Vehicle]:
    same = {name: getattr(filters, name) for name in (*STATUS_FILTERS, "price_zone") if getattr(filters, name)}
    flags = {"is_connected": filters.connected, "action_needed": filters.action_needed}
    same |= {f"{name}__in": [flag] for name, flag in flags.items() if flag is not None}
    return _healthy_like(vehicles.filter(**same), filters.health)


def _healthy_like(vehicles: QuerySet[Vehicle], health: str) -> QuerySet[Vehicle]:
    """Old readings are not stored as such: time alone makes them old."""
    if not health:
        return vehicles
    if health == Health.OLD:
        return vehicles.filter(settled_health=Health.HEALTHY, stale_after__lt=timezone.now())
    if health == Health.HEALTHY:
        return vehicles.filter(settled_health=Health.HEALTHY, stale_after__gte=timezone.now())
    return vehicles.filter(settled_health=health)
