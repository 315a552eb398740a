"""What a list of vehicles is asked for: read from the address, and each value that cannot be used is said in words."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from podero_admin.core.access import Access, Permission
from podero_admin.fields import PRICE_ZONES, STATUS_VALUES
from podero_admin.vehicles.statuses import Health

SORTS = {
    "urgency": "Most urgent first",
    "age": "Longest silent first",
    "customer": "Customer",
    "maker": "Maker and model",
}
STATUS_FILTERS = ("connection_status", "monitoring_status", "steering_status")
YES_NO = {"true": True, "false": False}
_STATUSES = frozenset(value for value, _ in STATUS_VALUES)
_ZONES = frozenset(value for value, _ in PRICE_ZONES)
_ALLOWED = {
    "health": frozenset(health.value for health in Health),
    **dict.fromkeys(STATUS_FILTERS, _STATUSES),
    "price_zone": _ZONES,
    "waiting": frozenset({"true"}),
    "sort": frozenset(SORTS),
}
_TEXTS = ("health", *STATUS_FILTERS, "price_zone", "maker", "waiting")


@dataclass(frozen=True)
class VehicleFilters:
    """Empty text and None: not filtered by this."""

    organization: UUID | None = None
    health: str = ""
    connection_status: str = ""
    monitoring_status: str = ""
    steering_status: str = ""
    price_zone: str = ""
    maker: str = ""
    waiting: str = ""
    action_needed: bool | None = None
    connected: bool | None = None
    sort: str = "urgency"
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def scope(self) -> str:
        """Which list a cursor belongs to."""
        return repr(self.as_query())

    @property
    def is_filtered(self) -> bool:
        return self != VehicleFilters(sort=self.sort, problems=self.problems)

    def as_query(self) -> dict[str, str]:
        """The address that asks for this list."""
        texts = {name: getattr(self, name) for name in _TEXTS}
        flags = {name: _said(getattr(self, name)) for name in ("action_needed", "connected")}
        sort = "" if self.sort == "urgency" else self.sort
        organization = str(self.organization or "")
        return {
            name: value
            for name, value in ({"organization": organization} | texts | flags | {"sort": sort}).items()
            if value
        }


#: The common questions, as the chips ask them.
QUESTIONS: Mapping[str, VehicleFilters] = {
    "Needs action": VehicleFilters(action_needed=True),
    "Connection error": VehicleFilters(connection_status="error"),
    "Steering error": VehicleFilters(steering_status="error"),
    "Readings old": VehicleFilters(health="old"),
    "Waiting for the customer": VehicleFilters(waiting="true"),
    "All": VehicleFilters(),
}


def _said(flag: bool | None) -> str:  # noqa: FBT001 - three values, none of them a switch
    return "" if flag is None else str(flag).lower()


def read_filters(query: Mapping[str, str], *, access: Access, makers: Collection[str] = ()) -> VehicleFilters:
    """Values that make no sense are left out and named in `problems`; `makers` are those that there are."""
    problems: dict[str, str] = {}
    possible = _ALLOWED | {"maker": frozenset(makers)}
    texts = {name: _one_of(name, query.get(name, ""), allowed, problems) for name, allowed in possible.items()}
    flags = {name: _flag(name, query.get(name, ""), problems) for name in ("action_needed", "connected")}
    organization = _organization(query.get("organization", ""), access, problems)
    sort = texts.pop("sort") or "urgency"
    return VehicleFilters(organization=organization, sort=sort, problems=problems, **texts, **flags)  # type: ignore[arg-type]


def _one_of(name: str, value: str, allowed: frozenset[str], problems: dict[str, str]) -> str:
    if not value or value in allowed:
        return value
    problems[name] = f"“{value[:40]}” is not one of the values of this filter, so it was left out."
    return ""


def _flag(name: str, value: str, problems: dict[str, str]) -> bool | None:
    if not value or value in YES_NO:
        return YES_NO.get(value)
    problems[name] = f"“{value[:40]}” is neither true nor false, so it was left out."
    return None


def _organization(value: str, access: Access, problems: dict[str, str]) -> UUID | None:
    if not value:
        return None
    try:
        found = UUID(value)
    except ValueError:
        found = None
    if found in access.organization_ids(Permission.VEHICLE_VIEW):
        return found
    problems["organization"] = "There is no such organisation among yours, so this filter was left out."
    return None
