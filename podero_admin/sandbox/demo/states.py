"""Every state of a vehicle that the contract knows, and two that it does not; moments as seconds before now."""

from dataclasses import dataclass
from typing import Any

MINUTE, HOUR, DAY = 60, 3600, 86_400
VEHICLES_PER_CUSTOMER = (1, 2, 3, 1, 0, 3)


@dataclass(frozen=True, slots=True)
class Ago:
    """A moment so many seconds before the start; before zero, after it."""

    seconds: float


def _all(status: str) -> dict[str, str]:
    return {f"{part}_status": status for part in ("connection", "monitoring", "steering")}


def _seen(ago: float) -> dict[str, Any]:
    """The car reported so long ago."""
    return {"current_state_last_updated_at": Ago(ago), "last_monitoring_executed_at": Ago(ago / 2)}


CONNECTED: dict[str, Any] = {
    **_all("ok"),
    **_seen(4 * MINUTE),
    "is_authenticated": True,
    "is_smart_optimization_active": True,
    "actual_steering_state": "optimized",
    "battery_level": 62,
    "driving_range": 248,
    "battery_capacity_kwh": 77.0,
    "charge_state_last_updated_at": Ago(4 * MINUTE),
    "consumption_last_day_kwh": 8.4,
    "consumption_last_week_kwh": "51.250",
    "consumption_last_month_kwh": 203,
    "consumption_last_updated_at": Ago(5 * HOUR),
    "charge_target_max": 80,
    "external_device_id": "linked",
}
PLUGGED_IDLE: dict[str, Any] = {
    **CONNECTED,
    "is_plugged_in": True,
    "boost_state": "available",
    "battery_at_plug_in": 58.5,
}
CHARGING: dict[str, Any] = {
    **PLUGGED_IDLE,
    "is_charging": True,
    "boost_state": "unavailable",
    "charge_rate_w": 10_850,
    "charge_time_remaining": 6_240,
    "expected_max_charge_power": 11_000,
}
FULL: dict[str, Any] = {
    **PLUGGED_IDLE,
    "is_fully_charged": True,
    "boost_state": "unavailable",
    "battery_level": 80,
    "charge_time_remaining": 0,
    "charge_rate_w": 0,
}
FRESH: dict[str, Any] = {"links": True}
POLICY: dict[str, Any] = {
    "is_charge_policy_enabled": True,
    "minimum_charge_limit": 75,
    "charge_deadline_at": "07:00:00",
    "charge_policy_last_updated_at": Ago(9 * DAY),
}
REAUTHENTICATE = {
    "code": "reauthenticate",
    "resolution_link": {
        "url": "/api/partners/v2.0/cues/0f9b1a52-7c1c-4a8e-9d55-3f6f0b1b7a11/resolve?secret=demo",
        "required_parameters": ["successUrl", "cancelUrl"],
    },
}
NEW_ACTION = {"code": "update_vehicle_software", "title": "Update the car"}

STATES: tuple[dict[str, Any], ...] = (
    PLUGGED_IDLE | POLICY,
    CHARGING,
    CONNECTED | {"is_plugged_in": False, "comment": "Firmenwagen, meist in der Tiefgarage"},
    FULL,
    CONNECTED | {"is_plugged_in": None, "is_charging": None, "is_fully_charged": None, "battery_level": None},
    FRESH,
    FRESH | {"device_model": None, "comment": "Modell noch offen"},
    PLUGGED_IDLE | {"is_pause_power_active": True, "pause_power_until": Ago(-6 * HOUR)},
    PLUGGED_IDLE | {"is_smart_optimization_active": False, "actual_steering_state": "paused"},
    CHARGING | {"boost_state": "ongoing", "last_boost_triggered_at": Ago(12 * MINUTE)},
    PLUGGED_IDLE | {"boost_state": "requested", "last_boost_triggered_at": Ago(20)},
    CONNECTED | {"boost_for_next_session": True},
    PLUGGED_IDLE | {"boost_feature_enabled": False, "boost_state": "unavailable"},
    CONNECTED
    | {
        "last_boost_triggered_at": Ago(DAY),
        "last_boost_ended_at": Ago(DAY - 2 * HOUR),
        "last_boost_end_reason": "unplugged",
    },
    CONNECTED | {"connection_status": "warning"},
    CONNECTED | {"monitoring_status": "warning"},
    CONNECTED | {"steering_status": "warning"},
    CONNECTED | _seen(2 * DAY) | {"connection_status": "error"},
    CONNECTED | _seen(26 * HOUR) | {"monitoring_status": "error"},
    PLUGGED_IDLE | {"steering_status": "error", "actual_steering_state": "failed"},
    CONNECTED | _all("error") | _seen(6 * DAY),
    CONNECTED | _all("unknown"),
    CONNECTED
    | {
        "connection_status": "error",
        "is_authenticated": False,
        "action_needed": True,
        "actions": [REAUTHENTICATE],
        "links": True,
    },
    CONNECTED | {"action_needed": True, "actions": [NEW_ACTION]},
    CONNECTED | {"has_notification": True, "actions": [{"code": "information", "title": "New tariff"}]},
    CONNECTED | {"deleted_at": Ago(3 * DAY), "comment": "Verkauft"},
    CONNECTED | {"lifecycle_state": "error", "lifecycle_error": "Provider refused the vehicle: <unsupported market>"},
    CONNECTED | _seen(10 * DAY) | {"is_authenticated": False, "links": True},
    CONNECTED | {"is_authenticated": None},
    PLUGGED_IDLE | _seen(3 * HOUR),
    CONNECTED | _seen(40 * DAY) | {"comment": "Überwintert in der Scheune"},
    CONNECTED | {"battery_capacity_kwh": "58.00"},
    CONNECTED | {"battery_capacity_kwh": "0", "driving_range": None},
    CONNECTED | {"battery_capacity_kwh": None},
    CONNECTED
    | {"consumption_last_day_kwh": None, "consumption_last_week_kwh": None, "consumption_last_month_kwh": None},
    PLUGGED_IDLE | POLICY | {"minimum_charge_limit": 90, "charge_target_max": 70},
    CONNECTED | POLICY | {"minimum_charge_limit": None, "charge_deadline_at": None, "charge_target_min": None},
    CONNECTED | {"charge_target_max": None, "is_over_charge_allowed": True},
    PLUGGED_IDLE | {"is_trading_enabled": True, "optimization_score": 0.82, "current_mode": "mid"},
    CONNECTED | {"is_inverter_forced_mode_enabled": True},
    CONNECTED
    | {
        "is_inverter_forced_mode_enabled": True,
        "is_inverter_forced_mode_active": True,
        "inverter_forced_mode_since": Ago(90 * MINUTE),
    },
    CONNECTED | {"latitude": 47.80949, "longitude": 13.05501, "coordinates_last_updated_at": Ago(25 * MINUTE)},
    CONNECTED
    | {
        "geo_fence_distance_m": 250.5,
        "minimum_solar_coverage": 0.6,
        "hems_min_export_to_start_w": 1500,
        "hems_max_import_before_stopping_w": 3000,
        "hems_min_production_to_start_w": 2500,
        "hems_min_production_before_stopping_w": 1200,
    },
    CONNECTED | {"is_plugged_in": False, "is_charging": True},
    CONNECTED | {"battery_level": 0, "driving_range": 0, "connection_status": "warning"},
    CONNECTED | {"battery_level": 100, "driving_range": 412},
    CONNECTED | {"connection_status": "degraded", "building": "3f0a64a5-5a3c-4d7b-8f0e-6f6ef9a1f001"},
    PLUGGED_IDLE | {"boost_state": "cooling_down", "tariff_hint": {"cheapest_hour": "03:00", "unit": "ct/kWh"}},
)
ORDINARY = (CONNECTED, CONNECTED | POLICY, PLUGGED_IDLE, PLUGGED_IDLE | POLICY, CHARGING, FULL, FRESH)
