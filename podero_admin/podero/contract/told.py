"""What we read: tolerant of what is missing, odd or new."""

from typing import Any, ClassVar

from podero_admin.podero.contract.readers import (
    OwnId,
    ReadAmount,
    ReadBoost,
    ReadClock,
    ReadCode,
    ReadFlag,
    ReadId,
    ReadMoment,
    ReadNumber,
    ReadStatus,
    ReadText,
    ReadWhole,
    ReadZone,
)
from podero_admin.podero.contract.record import Record, Told, told


class DeviceTypeOutput(Told):
    """What kind of device."""

    inside: ClassVar[str] = "device_model.device_type."
    short_name: ReadText = told(required=True, max_length=255)
    long_name: ReadText = told(required=True, max_length=255)


class DeviceModel(Told):
    """Manufacturer and model, and how the customer prepares the manufacturer's account."""

    inside: ClassVar[str] = "device_model."
    device_type: DeviceTypeOutput | None = told(required=True)
    cloud_service_instructions: ReadText = told(null=True)
    cloud_service_signup_link: ReadText = told(null=True)
    manufacturer: ReadText = told(required=True, max_length=255)
    model: ReadText = told(required=True, max_length=255)
    year: ReadWhole = told(null=True)
    cloud_service: ReadId = told(null=True)


class Owner(Told):
    """The customer whose vehicle it is; `external_id` is the partner's customer number."""

    inside: ClassVar[str] = "owner."
    id: ReadId = told(required=True)
    email: ReadText = told(null=True)
    first_name: ReadText = told(null=True)
    last_name: ReadText = told(null=True)
    external_id: ReadText = told(null=True)


class ElectricVehicle(Record):
    """A vehicle as the API describes it; nearly everything may be missing, above all when just registered.

    Power in W, energy in kWh, levels in %, driving range in km, geo-fence in m, remaining charge time in seconds,
    latitude and longitude in degrees, times of day local, moments in UTC. The API does not document the scales of
    `optimization_score` and `minimum_solar_coverage`; a solar coverage of 1 presumably means all.
    """

    noun: ClassVar[str] = "vehicle"
    connection_status: ReadStatus = told(required=True)
    monitoring_status: ReadStatus = told(required=True)
    steering_status: ReadStatus = told(required=True)
    device_model: DeviceModel | None = told(required=True, null=True)
    owner: Owner | None = told(required=True)
    price_zone: ReadZone = told(default="AT")
    id: OwnId = told(null=True)
    created_at: ReadMoment = told(required=True)
    updated_at: ReadMoment = told(required=True)
    deleted_at: ReadMoment = told(null=True)
    lifecycle_state: ReadText = told(default="authenticated", max_length=20)
    lifecycle_error: ReadText = told(null=True)
    pause_power_until: ReadMoment = told(null=True)
    is_pause_power_active: ReadFlag = told(default=False)
    external_device_id: ReadText = told(null=True, default="", max_length=255)
    is_authenticated: ReadFlag = told(null=True, default=False)
    is_smart_optimization_active: ReadFlag = told(default=False)
    optimization_score: ReadNumber = told(null=True)
    current_mode: ReadText = told(null=True)
    comment: ReadText = told(null=True, max_length=300)
    current_state_last_updated_at: ReadMoment = told(null=True)
    last_monitoring_executed_at: ReadMoment = told(null=True)
    is_inverter_forced_mode_enabled: ReadFlag = told(default=False)
    is_inverter_forced_mode_active: ReadFlag = told(default=False)
    inverter_forced_mode_since: ReadMoment = told(null=True, default="0001-01-01T00:00:00Z")
    is_trading_enabled: ReadFlag = told(default=False)
    actual_steering_state: ReadText = told(default="unknown", max_length=20)
    charge_target_min: ReadWhole = told(null=True, default=50)
    charge_target_max: ReadWhole = told(null=True)
    is_charge_policy_enabled: ReadFlag = told(null=True, default=False)
    charge_policy_last_updated_at: ReadMoment = told(null=True)
    minimum_charge_limit: ReadWhole = told(null=True, default=100)
    charge_deadline_at: ReadClock = told(null=True, default="06:00:00")
    is_over_charge_allowed: ReadFlag = told(null=True, default=False)
    expected_max_charge_power: ReadWhole = told(default=3600)
    charge_time_remaining: ReadWhole = told(null=True)
    charge_rate_w: ReadWhole = told(null=True)
    is_fully_charged: ReadFlag = told(null=True, default=False)
    is_plugged_in: ReadFlag = told(null=True, default=False)
    is_charging: ReadFlag = told(null=True, default=False)
    battery_level: ReadWhole = told(null=True)
    driving_range: ReadWhole = told(null=True)
    battery_capacity_kwh: ReadAmount = told(null=True, default="0")
    charge_state_last_updated_at: ReadMoment = told(null=True)
    boost_for_next_session: ReadFlag = told(default=False)
    latitude: ReadNumber = told(null=True)
    longitude: ReadNumber = told(null=True)
    coordinates_last_updated_at: ReadMoment = told(null=True)
    geo_fence_distance_m: ReadNumber = told(default=100)
    consumption_last_day_kwh: ReadAmount = told(null=True)
    consumption_last_week_kwh: ReadAmount = told(null=True)
    consumption_last_month_kwh: ReadAmount = told(null=True)
    consumption_last_updated_at: ReadMoment = told(null=True)
    battery_at_plug_in: ReadNumber = told(null=True)
    minimum_solar_coverage: ReadNumber = told(default=1)
    hems_min_export_to_start_w: ReadWhole = told(default=2000)
    hems_max_import_before_stopping_w: ReadWhole = told(default=4000)
    hems_min_production_to_start_w: ReadWhole = told(default=3000)
    hems_min_production_before_stopping_w: ReadWhole = told(default=2000)
    embeddable_url: ReadText = told(null=True)
    authorization_url: ReadText = told(null=True)
    action_needed: ReadFlag = told(default=False)
    has_notification: ReadFlag = told(default=False)
    boost_state: ReadBoost = told(default="unavailable")
    boost_feature_enabled: ReadFlag = told(default=True)
    last_boost_triggered_at: ReadMoment = told(null=True)
    last_boost_ended_at: ReadMoment = told(null=True)
    last_boost_end_reason: ReadText = told(null=True)


class User(Record):
    """A person of the organisation as the API knows them; only those of role `user` are customers."""

    noun: ClassVar[str] = "user"
    id: OwnId = told(required=True)
    email: ReadText = told(required=True)
    role: ReadText = told(required=True)
    external_user_id: ReadText = told(null=True)
    first_name: ReadText = told(null=True)
    last_name: ReadText = told(null=True)
    street_and_number: ReadText = told(null=True)
    street_add_info: ReadText = told(null=True)
    town: ReadText = told(null=True)
    zip_code: ReadCode = told(null=True)
    country: ReadText = told(null=True)
    latitude: ReadNumber = told(null=True)
    longitude: ReadNumber = told(null=True)
    location_last_updated: ReadMoment = told(null=True)
    deleted_at: ReadMoment = told(null=True)

    @classmethod
    def in_one_form(cls, answer: dict[str, Any]) -> dict[str, Any]:
        """Requests call it `country_iso2`, answers `country`; both are read."""
        return {**answer, "country": answer.get("country") or answer.get("country_iso2")}


OUTPUT_FIELDS = tuple(ElectricVehicle.model_fields)
