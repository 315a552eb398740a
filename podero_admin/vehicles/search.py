"""The first vehicles that the one search box finds, within what `access` allows."""

from podero_admin.core.access import Access, Permission
from podero_admin.directory.search import Way, found_in
from podero_admin.directory.search_index import SearchIndex
from podero_admin.vehicles.models import Vehicle

VEHICLES = SearchIndex("vehicles_vehicle")
SHOWN = (
    "id", "title", "year", "note", "settled_health", "stale_after", "is_gone", "urgency",
    "customer__id", "customer__name", "customer__external_user_id",
)  # fmt: skip


def vehicles_found(*, access: Access, text: str, limit: int, way: Way = Way.HOLDING) -> list[Vehicle]:
    """The most urgent first; similar ones the most alike first."""
    rows = Vehicle.objects.select_related("customer").only(*SHOWN).order_by("urgency", "stale_after", "id")
    return found_in(rows, VEHICLES, text, access.listed_ids(Permission.VEHICLE_VIEW), limit=limit, way=way)
