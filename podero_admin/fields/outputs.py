"""The 68 fields that Podero returns for a vehicle, in the sections of its page, and the parts of two of them."""

from functools import partial

from podero_admin.fields.field import Field, Group, by_name
from podero_admin.fields.inputs import DEVICE_MODEL_INPUTS, INPUTS

_output = partial(Field, direction="output")
_nullable = partial(Field, direction="output", nullable=True)

STATUS_VALUES = (("ok", "ok"), ("warning", "warning"), ("error", "error"), ("unknown", "unknown"))
BOOST_STATES = (
    ("available", "available"),
    ("requested", "requested"),
    ("unavailable", "unavailable"),
    ("ongoing", "ongoing"),
)

_IDENTITY = (
    _nullable(name="id", label="Vehicle id", kind="uuid", help="Podero's id of this vehicle."),
    _output(
        name="owner", label="Owner", kind="object", required=True, personal=True, help="The customer who owns the car."
    ),
    _output(name="created_at", label="Created", kind="datetime", required=True, help="When Podero made this record."),
    _output(name="updated_at", label="Changed", kind="datetime", required=True, help="When the record last changed."),
    _nullable(
        name="external_device_id",
        label="Provider's id",
        kind="text",
        max_length=255,
        default="",
        help="The car's id at the manufacturer or provider; empty until it is linked.",
        null_text="not linked",
    ),
)
_HEALTH = (
    _output(
        name="connection_status",
        label="Connection",
        kind="choice",
        choices=STATUS_VALUES,
        required=True,
        help="Whether the link to the manufacturer works.",
    ),
    _output(
        name="monitoring_status",
        label="Monitoring",
        kind="choice",
        choices=STATUS_VALUES,
        required=True,
        help="Whether readings of the car arrive.",
    ),
    _output(
        name="steering_status",
        label="Steering",
        kind="choice",
        choices=STATUS_VALUES,
        required=True,
        help="Whether the car follows what Podero asks of it.",
    ),
    _nullable(
        name="is_authenticated",
        label="Connected",
        kind="nullable_boolean",
        default=False,
        help="Whether the customer has given Podero access to the car.",
    ),
    _output(
        name="action_needed",
        label="Action needed",
        kind="boolean",
        default=False,
        help="Somebody has to do something before the car can be steered again.",
    ),
    _output(
        name="has_notification",
        label="Notice for the owner",
        kind="boolean",
        default=False,
        help="The owner has a notice that is not read yet; it is no fault.",
    ),
    _nullable(
        name="current_state_last_updated_at",
        label="Car last reported",
        kind="datetime",
        help="When the car's state last came from the manufacturer.",
    ),
    _nullable(
        name="authorization_url",
        label="Sign-in link",
        kind="url",
        personal=True,
        help="The link with which the owner gives Podero access again.",
        null_text="none",
    ),
    _nullable(
        name="embeddable_url",
        label="Onboarding form",
        kind="url",
        personal=True,
        help="The form with which the owner connects the car.",
        null_text="none",
    ),
)
_BATTERY = (
    _nullable(
        name="battery_level", label="Battery", unit="%", kind="integer", help="How full the battery was when last told."
    ),
    _nullable(
        name="battery_capacity_kwh",
        label="Battery capacity",
        unit="kWh",
        kind="decimal",
        default="0",
        help="What the full battery holds; 0 means that Podero does not know.",
    ),
    _nullable(
        name="driving_range", label="Range", unit="km", kind="integer", help="How far the car gets with what it holds."
    ),
    _nullable(
        name="is_plugged_in",
        label="Plugged in",
        kind="nullable_boolean",
        default=False,
        help="Whether the cable is connected.",
    ),
    _nullable(
        name="is_charging",
        label="Charging",
        kind="nullable_boolean",
        default=False,
        help="Whether the car draws power now.",
    ),
    _nullable(
        name="is_fully_charged",
        label="Full",
        kind="nullable_boolean",
        default=False,
        help="Whether the car has reached its own limit, which can be below 100 %.",
    ),
    _nullable(
        name="charge_rate_w", label="Power now", unit="W", kind="integer", help="The power with which the car charges."
    ),
    _nullable(
        name="charge_time_remaining",
        label="Time left",
        unit="s",
        kind="integer",
        help="How long the car still needs until its target.",
    ),
    _nullable(
        name="charge_target_max",
        label="Car's own cap",
        unit="%",
        kind="integer",
        help="The limit set in the manufacturer's app, beyond which the car does not charge.",
        null_text="no cap detected",
    ),
)
_ENERGY = (
    _nullable(
        name="consumption_last_day_kwh",
        label="Energy, last day",
        unit="kWh",
        kind="decimal",
        help="What the car charged in the last day.",
    ),
    _nullable(
        name="consumption_last_week_kwh",
        label="Energy, last week",
        unit="kWh",
        kind="decimal",
        help="What the car charged in the last week.",
    ),
    _nullable(
        name="consumption_last_month_kwh",
        label="Energy, last month",
        unit="kWh",
        kind="decimal",
        help="What the car charged in the last month.",
    ),
    _nullable(
        name="consumption_last_updated_at",
        label="Energy as of",
        kind="datetime",
        help="When Podero last worked out the energy figures.",
    ),
)
_STEERING = (
    _output(
        name="boost_state",
        label="Boost",
        kind="choice",
        choices=BOOST_STATES,
        default="unavailable",
        help="Whether the car can be, or is being, charged at once.",
    ),
    _output(
        name="boost_feature_enabled",
        label="Boost allowed",
        kind="boolean",
        default=True,
        help="Whether boost is switched on for this car.",
    ),
    _nullable(
        name="last_boost_triggered_at",
        label="Last boost asked for",
        kind="datetime",
        help="When a boost was last asked for.",
    ),
    _nullable(name="last_boost_ended_at", label="Last boost ended", kind="datetime", help="When a boost last ended."),
    _nullable(
        name="last_boost_end_reason",
        label="Why it ended",
        kind="text",
        help="Why the last boost ended, in Podero's own words.",
    ),
    _nullable(
        name="charge_policy_last_updated_at",
        label="Targets changed",
        kind="datetime",
        help="When target or deadline last changed.",
    ),
)
_TECHNICAL = (
    _nullable(
        name="current_mode", label="Mode", kind="text", help="Podero's operating mode, documented for heat pumps only."
    ),
    _output(
        name="is_inverter_forced_mode_active",
        label="Inverter forced mode active",
        kind="boolean",
        default=False,
        help="A state of solar inverters that Podero does not explain for cars.",
    ),
    _nullable(
        name="inverter_forced_mode_since",
        label="Inverter forced mode since",
        kind="datetime",
        default="0001-01-01T00:00:00Z",
        help="Since when the forced mode is active; the year 1 means never.",
    ),
    _nullable(
        name="charge_state_last_updated_at",
        label="Charge state as of (old)",
        kind="datetime",
        help="Retired by Podero; 'Car last reported' has taken its place.",
    ),
)

_OWN = by_name((*_IDENTITY, *_HEALTH, *_BATTERY, *_ENERGY, *_STEERING, *_TECHNICAL))
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
    Group("energy", "Energy", "What the car charged.", tuple(field.name for field in _ENERGY)),
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

_cloud_text = partial(_nullable, kind="text", null_text="none")
DEVICE_MODEL_OUTPUTS = by_name(
    (
        *(DEVICE_MODEL_INPUTS[f"device_model_{part}"] for part in ("manufacturer", "model", "year")),
        _nullable(
            name="device_model_cloud_service", label="Cloud service", kind="uuid", help="Podero's id of the service."
        ),
        _cloud_text(
            name="device_model_cloud_service_instructions",
            label="How to prepare the account",
            help="What the customer does in the manufacturer's account first.",
        ),
        _nullable(
            name="device_model_cloud_service_signup_link",
            label="Manufacturer's sign-up",
            kind="url",
            help="Where the customer opens an account with the manufacturer.",
            null_text="none",
        ),
    )
)

_person = partial(_nullable, kind="text", personal=True)
OWNER_OUTPUTS = by_name(
    (
        _output(name="owner_id", label="Customer id", kind="uuid", required=True, help="Podero's id of the customer."),
        _person(name="owner_email", label="E-mail", help="The customer's e-mail address."),
        _person(name="owner_first_name", label="First name", help="The customer's first name."),
        _person(name="owner_last_name", label="Last name", help="The customer's last name."),
        _nullable(
            name="owner_external_id", label="Customer number", kind="text", help="The customer's number with you."
        ),
    )
)
