"""Holds the mirror against the sandbox's world, vehicle by vehicle, and what was asked against the budget."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from podero_admin.sandbox.records import User, Vehicle, vehicle_json
from podero_admin.sandbox.world import World

COLUMNS = ("connection_status", "monitoring_status", "steering_status", "action_needed", "battery_level", "price_zone")
SHOWN = 5
Row = tuple[Any, ...]


def customers_of(world: World) -> list[User]:
    return [user for user in world.users() if user.role == "user" and not user.deleted_at]


def expected(world: World) -> tuple[dict[str, str], dict[str, Row]]:
    """Customers with their organisation, and vehicles with their customer and what lists show."""
    customers = {user.id: user for user in customers_of(world)}
    vehicles = {vehicle.id: _row(user, vehicle) for user in customers.values() for vehicle in user.vehicles}
    return {key: user.organization_id for key, user in customers.items()}, vehicles


def _row(user: User, vehicle: Vehicle) -> Row:
    told = vehicle_json(user, vehicle)
    model = told.get("device_model") or {}
    return (user.id, *(told[name] for name in COLUMNS), model.get("manufacturer") or "", model.get("model") or "")


def kept() -> tuple[dict[str, str], dict[str, Row]]:
    from podero_admin.directory.models import Customer
    from podero_admin.vehicles.models import Vehicle

    customers = Customer.objects.filter(is_gone=False, vehicles_asked_at__isnull=False)
    columns = ("id", "customer_id", *COLUMNS, "maker", "model")
    rows = Vehicle.objects.filter(is_gone=False).values_list(*columns).iterator(2000)
    vehicles = {str(key): (str(customer), *values) for key, customer, *values in rows}
    pairs = customers.values_list("id", "organization_id").iterator(2000)
    return {str(key): str(organization) for key, organization in pairs}, vehicles


def differences(world: World) -> Iterator[str]:
    """One sentence for each kind of thing that is not as it should be."""
    for name, wanted, found in zip(("customers", "vehicles"), expected(world), kept(), strict=True):
        yield from _compared(name, wanted, found)


def _compared(name: str, wanted: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    missing, strange = wanted.keys() - found.keys(), found.keys() - wanted.keys()
    wrong = [key for key in wanted.keys() & found.keys() if wanted[key] != found[key]]
    for what, keys in (("missing", missing), ("not in the sandbox", strange), ("different", wrong)):
        if keys:
            yield f"{len(keys)} {name} {what}: {', '.join(sorted(keys)[:SHOWN])}"


def asked_too_often(asked: Mapping[str, int], *, most_twice: int) -> Iterator[str]:
    """Who is not urgent is asked about once; twice only where a process died between the call and its end."""
    from podero_admin.directory.models import Customer
    from podero_admin.directory.ranks import Rank

    urgent = {str(key) for key in Customer.objects.exclude(look_rank=Rank.REST).values_list("id", flat=True)}
    often = Counter(count for user, count in asked.items() if user not in urgent and count > 1)
    if sum(often.values()) > most_twice or any(count > 2 for count in often):
        yield f"asked about more than once: {dict(often)}"
