"""What the stand-in remembers: organisations, their users, the users' vehicles; and how each is written as JSON."""

from dataclasses import dataclass, field
from typing import Any

from podero_admin.sandbox.contract import OUTPUT


@dataclass(slots=True)
class Vehicle:
    """A vehicle; `values` holds only what differs from an empty record, so that 100,000 of them fit."""

    id: str
    created_at: str
    updated_at: str
    values: dict[str, Any]

    @property
    def deleted_at(self) -> str | None:
        return self.values.get("deleted_at")


@dataclass(slots=True)
class User:
    """An end user, or a person of the organisation."""

    id: str
    organization_id: str
    email: str
    role: str = "user"
    external_user_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    street_and_number: str | None = None
    street_add_info: str | None = None
    zip_code: str | None = None
    town: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    location_last_updated: str | None = None
    deleted_at: str | None = None
    vehicles: list[Vehicle] = field(default_factory=list)


@dataclass(slots=True)
class Organization:
    """A partner with its own credentials."""

    id: str
    name: str
    client_id: str
    client_secret: str
    username: str = ""
    password: str = ""
    price_zone: str = "AT"
    users: dict[str, User] = field(default_factory=dict)


USER_KEYS = tuple(name for name in User.__slots__ if name not in {"organization_id", "vehicles"})


def user_json(user: User) -> dict[str, Any]:
    return {name: getattr(user, name) for name in USER_KEYS}


def owner_json(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "external_id": user.external_user_id,
    }


def vehicle_json(user: User, vehicle: Vehicle) -> dict[str, Any]:
    """The vehicle as the lists show it; `actions` belong to the detail alone."""
    record = OUTPUT | vehicle.values
    record.pop("actions", None)
    return record | {
        "id": vehicle.id,
        "owner": owner_json(user),
        "created_at": vehicle.created_at,
        "updated_at": vehicle.updated_at,
    }


def vehicle_detail_json(user: User, vehicle: Vehicle, base_url: str) -> dict[str, Any]:
    """The vehicle with its pending actions, whose links point back to this server."""
    actions = [_with_host(action, base_url) for action in vehicle.values.get("actions", [])]
    return vehicle_json(user, vehicle) | {"actions": actions}


def _with_host(action: dict[str, Any], base_url: str) -> dict[str, Any]:
    link = action.get("resolution_link")
    if not link:
        return action
    return action | {"resolution_link": link | {"url": base_url + link["url"]}}
