"""Who may do what: the one table, and the frozen value that every page and service asks."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import wraps
from typing import Any
from uuid import UUID

from podero_admin.core.errors import NotAllowed


class Role(StrEnum):
    AGENT = "agent"
    SENIOR = "senior"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    CUSTOMER_VIEW = "customer_view"
    CUSTOMERS_REFRESH = "customers_refresh"
    VEHICLE_VIEW = "vehicle_view"
    VEHICLE_REFRESH = "vehicle_refresh"
    VEHICLE_REGISTER = "vehicle_register"
    RARE_FIELDS_SEND = "rare_fields_send"
    REGISTRATION_DECIDE = "registration_decide"
    REGISTRATIONS_VIEW_ALL = "registrations_view_all"
    POSITION_VIEW = "position_view"
    RAW_VIEW = "raw_view"
    EVENTS_VIEW_ALL = "events_view_all"
    EVENTS_EXPORT = "events_export"
    LISTS_EXPORT = "lists_export"
    CONNECTION_VIEW = "connection_view"
    STATUS_VIEW = "status_view"


_LOOK = {Permission.CUSTOMER_VIEW, Permission.VEHICLE_VIEW, Permission.CUSTOMERS_REFRESH, Permission.VEHICLE_REFRESH}
_AGENT = _LOOK | {Permission.VEHICLE_REGISTER}
_SENIOR = _AGENT | {
    Permission.RARE_FIELDS_SEND,
    Permission.REGISTRATION_DECIDE,
    Permission.REGISTRATIONS_VIEW_ALL,
    Permission.POSITION_VIEW,
    Permission.RAW_VIEW,
    Permission.STATUS_VIEW,
}
_SUPERVISOR = _LOOK | {
    Permission.REGISTRATIONS_VIEW_ALL,
    Permission.RAW_VIEW,
    Permission.EVENTS_VIEW_ALL,
    Permission.EVENTS_EXPORT,
    Permission.LISTS_EXPORT,
    Permission.STATUS_VIEW,
}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.AGENT: frozenset(_AGENT),
    Role.SENIOR: frozenset(_SENIOR),
    Role.SUPERVISOR: frozenset(_SUPERVISOR),
    Role.ADMINISTRATOR: frozenset(_SENIOR | _SUPERVISOR | {Permission.CONNECTION_VIEW}),
}


@dataclass(frozen=True)
class Seat:
    """A person's role in one organisation."""

    organization_id: UUID
    name: str
    role: Role
    environment: str = "production"


@dataclass(frozen=True)
class Access:
    """Who acts, from where, and what they may do; made once per request or task."""

    staff_id: int | None
    email: str
    name: str
    seats: tuple[Seat, ...] = ()
    is_superuser: bool = False
    chosen: UUID | None = None
    request_id: str = ""
    client_address: str = ""
    by_id: dict[UUID, Seat] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {seat.organization_id: seat for seat in self.seats})

    @classmethod
    def system(cls, *, seats: tuple[Seat, ...] = (), request_id: str = "") -> "Access":
        """The application itself, acting in the background."""
        return cls(staff_id=None, email="", name="podero_admin", seats=seats, request_id=request_id)

    @property
    def is_system(self) -> bool:
        return self.staff_id is None

    @property
    def person(self) -> int:
        """The id of the person who acts; only people press buttons."""
        if not self.staff_id:
            raise NotAllowed("Only a signed-in person may do this.")
        return self.staff_id

    @property
    def label(self) -> str:
        return self.name or self.email

    @property
    def chosen_name(self) -> str:
        """What the lists show, in words."""
        seat = self.by_id.get(self.chosen) if self.chosen else None
        return seat.name if seat else "All organisations"

    @property
    def everywhere(self) -> "Access":
        """The same person, whatever organisation the lists show."""
        return replace(self, chosen=None)

    def role_in(self, organization_id: UUID | None) -> Role | None:
        seat = self.by_id.get(organization_id) if organization_id else None
        return seat.role if seat else None

    def allows(self, permission: Permission, organization_id: UUID | None = None) -> bool:
        """May this be done in that organisation; without one: in any."""
        if organization_id is None:
            return any(permission in GRANTS[seat.role] for seat in self.seats)
        role = self.role_in(organization_id)
        return role is not None and permission in GRANTS[role]

    def require(self, permission: Permission, organization_id: UUID | None = None) -> None:
        if not self.allows(permission, organization_id):
            raise NotAllowed(permission=permission, organization_id=organization_id)

    def organization_ids(self, permission: Permission = Permission.CUSTOMER_VIEW) -> frozenset[UUID]:
        """Every organisation in which this is allowed."""
        return frozenset(seat.organization_id for seat in self.seats if permission in GRANTS[seat.role])

    def listed_ids(self, permission: Permission = Permission.CUSTOMER_VIEW) -> frozenset[UUID]:
        """The organisations that lists show: the chosen one, or all of the person's."""
        allowed = self.organization_ids(permission)
        return allowed & {self.chosen} if self.chosen else allowed


NOBODY = Access(staff_id=0, email="", name="nobody")


def requires(permission: Permission) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Close a view to people who hold the permission in no organisation; services ask again for the one at hand."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
            request.access.require(permission)
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate
