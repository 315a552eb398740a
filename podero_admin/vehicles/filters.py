"""What a list of vehicles is asked for: read from the address, and each value that cannot be used is said in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from podero_admin.core.access import Access, Permission
from podero_admin.fields import PRICE_ZONES, STATUS_VALUES
from podero_admin.vehicles.statuses import Health

SORTS = {
    "urgency": "Most urgent",
    "age": "Longest silent",
    "customer": "Customer",
    "maker": "Maker, model",
}
STATUS_FILTERS = ("connection_status", "monitoring_status", "steering_status")
LONGEST_MAKER = 255
YES_NO = {"true": True, "false": False}
_STATUSES = frozenset(value for value, _ in STATUS_VALUES)
_ZONES = frozenset(value for value, _ in PRICE_ZONES)
_ALLOWED = {
    "health": frozenset(health.value for health in Health),
    **dict.fromkeys(STATUS_FILTERS, _STATUSES),
    "price_zone": _ZONES,
    "sort": frozenset(SORTS),
}


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

    @property
    def asks_for_status(self) -> bool:
        """What is deleted or gone stays in its last status for ever, and nobody can mend it: only where asked for."""
        return any(getattr(self, name) for name in STATUS_FILTERS) and self.health != Health.DELETED

    def as_query(self) -> dict[str, str]:
        """The address that asks for this list."""
        texts = {name: getattr(self, name) for name in ("health", *STATUS_FILTERS, "price_zone", "maker")}
        flags = {name: _said(getattr(self, name)) for name in ("action_needed", "connected")}
        sort = "" if self.sort == "urgency" else self.sort
        organization = str(self.organization or "")
        return {
            name: value
            for name, value in ({"organization": organization} | texts | flags | {"sort": sort}).items()
            if value
        }


def _said(flag: bool | None) -> str:  # noqa: FBT001 - three values, none of them a switch
    return "" if flag is None else str(flag).lower()


def read_filters(query: Mapping[str, str], *, access: Access) -> VehicleFilters:
    """Values that make no sense are left out and named in `problems`."""
    problems: dict[str, str] = {}
    texts = {name: _one_of(name, query.get(name, ""), allowed, problems) for name, allowed in _ALLOWED.items()}
    flags = {name: _flag(name, query.get(name, ""), problems) for name in ("action_needed", "connected")}
    organization = _organization(query.get("organization", ""), access, problems)
    sort, maker = texts.pop("sort") or "urgency", _maker(query.get("maker", ""), problems)
    return VehicleFilters(organization=organization, sort=sort, maker=maker, problems=problems, **texts, **flags)  # type: ignore[arg-type]


def _maker(value: str, problems: dict[str, str]) -> str:
    """Any text that our column can hold: Podero names makers, and may do so with a no-break space."""
    if len(value) <= LONGEST_MAKER and "\0" not in value:
        return value
    problems["maker"] = "No maker is called that, so this filter was left out."
    return ""


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
