"""Puts together what the page of one vehicle shows; the template only draws it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.utils import timezone

from podero_admin.audit.rows import event_items, look_items
from podero_admin.audit.selectors import history, latest_looks
from podero_admin.core.access import Access, Permission
from podero_admin.core.drawing import number, percent
from podero_admin.fields import OUTPUTS, display
from podero_admin.vehicles.all_fields import POSITION, draw_fields, raw_text
from podero_admin.vehicles.comparison import Compared, compare
from podero_admin.vehicles.contradictions import beyond_the_cap, pause_over
from podero_admin.vehicles.history import history_items, statuses_shown
from podero_admin.vehicles.mapping import STATUSES, read_object
from podero_admin.vehicles.models import Vehicle
from podero_admin.vehicles.notices import notices
from podero_admin.vehicles.selectors import incidents_open, other_vehicles, readings_of
from podero_admin.vehicles.sentences import settings_in_words
from podero_admin.vehicles.statuses import (
    INCONSISTENT_HINT,
    ChargeStatus,
    Health,
    badge,
    facts,
    health_at,
    health_badge,
    is_charge_inconsistent,
)

REAUTHENTICATE, INFORMATION = "reauthenticate", "information"
KNOWN_ACTIONS = {
    REAUTHENTICATE: "The customer has to sign in to the manufacturer again. Send the sign-in link.",
    INFORMATION: "There is a notice for the owner to read. It stops nothing.",
}
_NOW = ("charge_rate_w", "charge_time_remaining", "driving_range", "battery_capacity_kwh")
_ENERGY = ("consumption_last_day_kwh", "consumption_last_week_kwh", "consumption_last_month_kwh")
_STEERING = ("is_smart_optimization_active", "boost_for_next_session", "boost_feature_enabled",
             "last_boost_triggered_at", "last_boost_ended_at", "last_boost_end_reason",
             "pause_power_until")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class PendingAction:
    code: str
    text: str

    @property
    def is_notice(self) -> bool:
        return self.code == INFORMATION


def vehicle_page(*, access: Access, vehicle: Vehicle, shows_position: bool = False) -> dict[str, Any]:
    output, tz, now = read_object(vehicle.output), timezone.get_current_timezone(), timezone.now()
    hidden = frozenset() if shows_position else POSITION
    return {
        "vehicle": vehicle,
        "incidents": _incidents(access, vehicle),
        "customer": vehicle.customer,
        "others": other_vehicles(access=access, vehicle=vehicle),
        "events": event_items(history(access=access, vehicle_id=vehicle.id)),
        "readings": history_items(readings_of(access=access, vehicle=vehicle), tz=tz),
        "looks": look_items(latest_looks(access=access, vehicle_id=vehicle.id)),
        "may_refresh": access.allows(Permission.VEHICLE_REFRESH, vehicle.organization_id),
        "sentences": settings_in_words(output, tz=tz),
        "hints": [warning.text for warning in (*beyond_the_cap(output), *pause_over(output, now, tz))],
        "fields": draw_fields(output, tz=tz, hidden=hidden),
        "raw": raw_text(output, hidden=hidden) if access.allows(Permission.RAW_VIEW, vehicle.organization_id) else "",
        **_compared(compare(read_object(vehicle.sent), output, tz=tz, hidden=hidden)),
        **_head(vehicle, output, now),
        **_links(output),
        **_charging(vehicle, output, tz, now),
        **_position(access, vehicle, output, tz, shows_position=shows_position),
    }


def _incidents(access: Access, vehicle: Vehicle) -> list[str]:
    """One car or the whole brand? Of a car that is well, or gone, nobody asks."""
    if vehicle.is_gone or health_at(vehicle.settled_health, vehicle.stale_after, timezone.now()) == Health.HEALTHY:
        return []
    return notices(incidents_open(access=access, organization_id=vehicle.organization_id, maker=vehicle.maker))


def _compared(rows: list[Compared]) -> dict[str, Any]:
    """The comparison, and its sum in words: open at once only when something differs."""
    differing = [row.label for row in rows if row.differs]
    same = f"All {len(rows)} fields that were sent came back as sent."
    return {
        "compared": rows,
        "differs": bool(differing),
        "comparison": f"Differs: {', '.join(differing)}." if differing else same,
    }


def _head(vehicle: Vehicle, output: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    health = health_at(vehicle.settled_health, vehicle.stale_after, now)
    actions = listed = _actions(vehicle)
    is_ended = vehicle.is_gone or health == Health.DELETED
    waits_for = "" if vehicle.is_connected or is_ended else _waits_for(vehicle, output, actions)
    if waits_for == "lapsed":  # the panel above says it already
        actions = [action for action in actions if action.code != REAUTHENTICATE]
    return {
        "health": health_badge(vehicle, now),
        "meaning": "" if is_ended else _meaning(health, vehicle),
        "badges": statuses_shown(vehicle, output),
        "is_deleted": health == Health.DELETED,
        "waits_for": waits_for,
        "lifecycle_error": str(output.get("lifecycle_error") or "") if output.get("lifecycle_state") == "error" else "",
        "actions": actions,
        "has_only_notices": bool(actions) and all(action.is_notice for action in actions),
        "asks_for_refresh": output.get("action_needed") is True and not listed,
    }


def _meaning(health: Health | str, vehicle: Vehicle) -> str:
    """In sentences what a health means that no panel explains; of an error, what does not work."""
    if health in {Health.ERROR, Health.WARNING}:
        every = [badge(name, getattr(vehicle, name)) for name in STATUSES]
        return " ".join(each.sentence for each in every if each.tone in {"error", "warning"})
    return badge("health", str(health)).sentence if health in {Health.NOTHING_KNOWN, Health.OLD} else ""


def _waits_for(vehicle: Vehicle, output: Mapping[str, Any], actions: list[PendingAction]) -> str:
    """Why a car is not connected: nobody says so, access has lapsed, or it was never given."""
    if output.get("is_authenticated") is not False:
        return "word"
    was_connected = vehicle.reported_at is not None or any(action.code == REAUTHENTICATE for action in actions)
    return "lapsed" if was_connected else "customer"


def _actions(vehicle: Vehicle) -> list[PendingAction]:
    """Future codes may be resolved by quite different means: what is not known is left to Podero."""
    told = json.loads(vehicle.actions or "[]")
    listed = [item if isinstance(item, dict) else {"code": item} for item in told] if isinstance(told, list) else []
    return [PendingAction(str(item.get("code"))[:200], _action_text(item)) for item in listed[:20]]


def _action_text(item: Mapping[str, Any]) -> str:
    title = item.get("title")
    called = f" Podero calls it “{title[:200]}”." if isinstance(title, str) and title.strip() else ""
    return KNOWN_ACTIONS.get(str(item.get("code"))) or f"Unknown action, contact Podero.{called}"


def _links(output: Mapping[str, Any]) -> dict[str, Any]:
    known = output.get("device_model")
    model = known if isinstance(known, Mapping) else {}
    return {
        "onboarding_link": _link(output.get("embeddable_url")),
        "sign_in_link": _link(output.get("authorization_url")),
        "signup_link": _link(model.get("cloud_service_signup_link")),
        "instructions": _link(model.get("cloud_service_instructions")),
    }


def _link(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _charging(vehicle: Vehicle, output: Mapping[str, Any], tz: tzinfo, now: datetime) -> dict[str, Any]:
    follows_policy = output.get("is_charge_policy_enabled") is True
    is_ended = vehicle.is_gone or vehicle.settled_health == Health.DELETED
    is_old = vehicle.reported_at is not None and (is_ended or vehicle.stale_after < now or not vehicle.is_connected)
    charge = badge("charge", vehicle.charge)
    return {
        "charge": charge,
        "charge_hint": _charge_hint(vehicle, output) or ("" if is_old else charge.sentence),
        "level": output.get("battery_level"),
        "floor": output.get("charge_target_min"),
        "target": output.get("minimum_charge_limit") if follows_policy else None,
        "deadline": "".join(fact.text for fact in _told(("charge_deadline_at",), output, tz) if follows_policy)[:16],
        "is_old": is_old,
        "cap": output.get("charge_target_max"),
        "states": facts(output, tz=tz),
        "now": _told(_NOW, output, tz),
        "energy": _told(_ENERGY, output, tz),
        "steering": _told(_STEERING, output, tz),
        "boost": badge("boost_state", output.get("boost_state")),
    }


def _charge_hint(vehicle: Vehicle, output: Mapping[str, Any]) -> str:
    """What does not fit together, of a car that is connected."""
    plugged, charging = output.get("is_plugged_in"), output.get("is_charging")
    if vehicle.charge != ChargeStatus.NOT_CONNECTED and is_charge_inconsistent(
        is_plugged_in=plugged, is_charging=charging
    ):
        return INCONSISTENT_HINT
    level, floor = number(output.get("battery_level")), number(output.get("charge_target_min"))
    if vehicle.charge == ChargeStatus.WAITING and level is not None and floor is not None and level < floor:
        return f"It is below its floor of {percent(floor)} and plugged in, and yet it does not charge."
    return ""


def _told(names: tuple[str, ...], output: Mapping[str, Any], tz: tzinfo) -> list[Fact]:
    """Only what Podero told: a car just registered has nearly nothing."""
    known = (name for name in names if output.get(name) is not None and output[name] != "")
    return [Fact(OUTPUTS[name].label, display(name, output[name], tz=tz)) for name in known]


def _position(
    access: Access, vehicle: Vehicle, output: Mapping[str, Any], tz: tzinfo, *, shows_position: bool
) -> dict[str, Any]:
    is_known = output.get("latitude") is not None and output.get("longitude") is not None
    names = ("latitude", "longitude", "coordinates_last_updated_at")
    return {
        "may_see_position": access.allows(Permission.POSITION_VIEW, vehicle.organization_id),
        "has_position": is_known,
        "shows_position": shows_position,
        "position": _told(names, output, tz) if shows_position else [],
    }
