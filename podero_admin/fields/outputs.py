"""The 68 fields that Podero returns for a vehicle, in the sections of its page."""

from podero_admin.fields.field import Group, by_name
from podero_admin.fields.inputs import INPUTS
from podero_admin.fields.readings import BATTERY, ENERGY, HEALTH, IDENTITY, STEERING, TECHNICAL

_OWN = by_name((*IDENTITY, *HEALTH, *BATTERY, *ENERGY, *STEERING, *TECHNICAL))
FIELDS = by_name((*INPUTS.values(), *_OWN.values()))

OUTPUT_GROUPS = (
    Group(
        "identity",
        "Identity",
        "Which car this is and whose.",
        (
            *("id", "owner", "device_model", "comment", "price_zone", "external_device_id"),
            *("created_at", "updated_at", "deleted_at"),
        ),
    ),
    Group(
        "health",
        "Health",
        "Whether Podero reaches the car.",
        (
            *("connection_status", "monitoring_status", "steering_status", "is_authenticated", "action_needed"),
            *("has_notification", "lifecycle_state", "lifecycle_error", "current_state_last_updated_at"),
            *("authorization_url", "embeddable_url"),
        ),
    ),
    Group(
        "battery",
        "Battery and charging",
        "What the car reported.",
        (
            *("battery_level", "battery_capacity_kwh", "driving_range", "is_plugged_in", "is_charging"),
            *("is_fully_charged", "charge_rate_w", "charge_time_remaining", "charge_target_max", "battery_at_plug_in"),
        ),
    ),
    Group("energy", "Energy", "What the car charged.", tuple(field.name for field in ENERGY)),
    Group(
        "targets",
        "Charging targets",
        "What the customer can rely on.",
        (
            *("charge_target_min", "minimum_charge_limit", "charge_deadline_at", "is_charge_policy_enabled"),
            *("is_over_charge_allowed", "expected_max_charge_power", "charge_policy_last_updated_at"),
        ),
    ),
    Group(
        "steering",
        "Steering and boost",
        "Who decides when the car charges.",
        (
            *("is_smart_optimization_active", "is_pause_power_active", "pause_power_until", "boost_state"),
            *("boost_for_next_session", "boost_feature_enabled", "last_boost_triggered_at", "last_boost_ended_at"),
            "last_boost_end_reason",
        ),
    ),
    Group(
        "solar",
        "Solar (HEMS)",
        "When to charge on surplus.",
        (
            *("hems_min_export_to_start_w", "hems_max_import_before_stopping_w", "hems_min_production_to_start_w"),
            *("hems_min_production_before_stopping_w", "minimum_solar_coverage"),
        ),
    ),
    Group(
        "place",
        "Place",
        "Where the car was last seen.",
        ("latitude", "longitude", "coordinates_last_updated_at", "geo_fence_distance_m"),
    ),
    Group(
        "technical",
        "Technical",
        "For a talk with Podero.",
        (
            *("actual_steering_state", "current_mode", "optimization_score", "last_monitoring_executed_at"),
            *("is_trading_enabled", "is_inverter_forced_mode_enabled", "is_inverter_forced_mode_active"),
            *("inverter_forced_mode_since", "charge_state_last_updated_at"),
        ),
    ),
)
OUTPUTS = by_name(FIELDS[name] for group in OUTPUT_GROUPS for name in group.fields)
