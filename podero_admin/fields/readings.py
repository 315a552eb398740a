"""The 37 fields that only Podero writes."""

from functools import partial

from podero_admin.fields.field import Field

_output = partial(Field, direction="output")
_nullable = partial(Field, direction="output", nullable=True)

STATUS_VALUES = (("ok", "ok"), ("warning", "warning"), ("error", "error"), ("unknown", "unknown"))
BOOST_STATES = (
    ("available", "available"),
    ("requested", "requested"),
    ("unavailable", "unavailable"),
    ("ongoing", "ongoing"),
)

IDENTITY = (
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
HEALTH = (
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
BATTERY = (
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
ENERGY = (
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
STEERING = (
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
TECHNICAL = (
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
