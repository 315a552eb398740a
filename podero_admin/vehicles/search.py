"""The first vehicles that the one search box finds, within what `access` allows."""

from podero_admin.core.access import Access, Permission
from podero_admin.directory.folding import query_words
from podero_admin.directory.search import found_in
from podero_admin.directory.search_index import SearchIndex
from podero_admin.vehicles.models import Vehicle

VEHICLES = SearchIndex("vehicles_vehicle")
SHOWN = (
    "id", "title", "year", "note", "settled_health", "stale_after", "is_gone", "urgency",
    "customer__id", "customer__name", "customer__external_user_id",
)  # fmt: skip


def vehicles_found(*, access: Access, text: str, limit: int, similar: bool = False) -> list[Vehicle]:
    """The most urgent of those that hold every word; with `similar`, those whose words are like the ones asked for."""
    rows = Vehicle.objects.select_related("customer").only(*SHOWN)
    allowed = access.listed_ids(Permission.VEHICLE_VIEW)
    if similar:
        return VEHICLES.similar(rows, query_words(text), allowed, limit=limit)
    return found_in(rows.order_by("urgency", "stale_after", "id"), VEHICLES, text, allowed, limit=limit)
