"""In which order vehicles want to be looked at: a number per health for the lists, a rank for asking Podero."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from podero_admin.directory.ranks import Rank
from podero_admin.podero import ElectricVehicle
from podero_admin.vehicles.statuses import Health

URGENCY = {
    Health.ACTION_NEEDED: 0,
    Health.LIFECYCLE_ERROR: 1,
    Health.ERROR: 2,
    Health.NOT_CONNECTED: 3,
    Health.WARNING: 4,
    Health.NOTHING_KNOWN: 5,
    Health.HEALTHY: 6,
    Health.DELETED: 7,
}
URGENCY_GONE = 8

BOOSTING = {"requested", "ongoing"}
NEW_FOR = timedelta(hours=24)
#: One who has not connected the car within a week hardly does so in the next five minutes.
AWAITED_FOR = timedelta(days=7)


def rank_of(vehicles: Iterable[ElectricVehicle], *, now: datetime) -> Rank:
    """How soon a customer's vehicles are to be asked for again."""
    return min((_rank(vehicle, now) for vehicle in vehicles if not vehicle.deleted_at), default=Rank.REST)


def _rank(vehicle: ElectricVehicle, now: datetime) -> Rank:
    if vehicle.boost_state in BOOSTING:
        return Rank.WATCHED
    age = now - vehicle.created_at if vehicle.created_at else AWAITED_FOR
    is_awaited = vehicle.is_authenticated is not True and age < AWAITED_FOR
    return Rank.CARE if vehicle.action_needed or is_awaited or age < NEW_FOR else Rank.REST
