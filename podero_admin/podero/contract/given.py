"""What we send: strict, and without defaults of its own.

A field that was not given does not go out, and `to_json` of nothing is `{}`. The contract's defaults are documented in
`INPUT_DEFAULTS` and never sent by themselves.
"""

from collections.abc import Mapping
from datetime import datetime, time
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, Strict

from podero_admin.podero.contract.moments import in_utc
from podero_admin.podero.contract.words import PriceZone
from podero_admin.podero.reading import storable


def _given_moment(value: object) -> datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError("a date-time with a time zone is needed")
    return in_utc(value)


def _given_clock(value: object) -> time:
    if isinstance(value, str):
        value = time.fromisoformat(value)
    if not isinstance(value, time) or value.tzinfo is not None:
        raise ValueError("a time of day without a time zone is needed")
    return value.replace(microsecond=0)


def _given_number(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value


def _given_text(value: str) -> str:
    if storable(value) != value:
        raise ValueError("text may not contain NUL or half a character")
    return value


def _shortest(value: float) -> float:
    return int(value) if value.is_integer() else value


GivenFlag = Annotated[bool, Strict()]
GivenWhole = Annotated[int, Strict()]
GivenNumber = Annotated[
    float,
    Strict(),
    Field(allow_inf_nan=False),
    BeforeValidator(_given_number),
    PlainSerializer(_shortest, return_type=Any),
]
GivenText = Annotated[str, Strict(), AfterValidator(_given_text)]
GivenMoment = Annotated[datetime, BeforeValidator(_given_moment), PlainSerializer(datetime.isoformat)]
GivenClock = Annotated[time, BeforeValidator(_given_clock), PlainSerializer(time.isoformat)]


def _open(*, default: Any = ..., max_length: int | None = None) -> Any:
    """A field that may stay away; `default` documents what the API takes then."""
    documented = {} if default is ... else {"contract_default": default}
    return Field(default=None, max_length=max_length, json_schema_extra=documented)


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DeviceType(_Given):
    """What kind of device; for a vehicle `ev`, `Electric Vehicle`."""

    short_name: GivenText = Field(max_length=255)
    long_name: GivenText = Field(max_length=255)


class DeviceModelInput(_Given):
    """Manufacturer and model; cannot be changed after registration."""

    device_type: DeviceType
    manufacturer: GivenText = Field(max_length=255)
    model: GivenText = Field(max_length=255)
    year: GivenWhole | None = _open()
    cloud_service_id: UUID | None = _open()


class ElectricVehicleInput(_Given):
    """What a registration may say. Every field may stay away; reading one that was not given yields None."""

    is_pause_power_active: GivenFlag = _open(default=False)
    is_smart_optimization_active: GivenFlag = _open(default=False)
    device_model: DeviceModelInput | None = _open()
    price_zone: PriceZone = _open(default="AT")
    deleted_at: GivenMoment | None = _open()
    lifecycle_state: GivenText = _open(default="authenticated", max_length=20)
    lifecycle_error: GivenText | None = _open()
    pause_power_until: GivenMoment | None = _open()
    optimization_score: GivenNumber | None = _open()
    comment: GivenText | None = _open(max_length=300)
    last_monitoring_executed_at: GivenMoment | None = _open()
    is_inverter_forced_mode_enabled: GivenFlag = _open(default=False)
    is_trading_enabled: GivenFlag = _open(default=False)
    actual_steering_state: GivenText = _open(default="unknown", max_length=20)
    charge_target_min: GivenWhole | None = _open(default=50)
    is_charge_policy_enabled: GivenFlag | None = _open(default=False)
    minimum_charge_limit: GivenWhole | None = _open(default=100)
    charge_deadline_at: GivenClock | None = _open(default="06:00:00")
    is_over_charge_allowed: GivenFlag | None = _open(default=False)
    expected_max_charge_power: GivenWhole = _open(default=3600)
    boost_active_at: GivenMoment | None = _open()
    boost_for_next_session: GivenFlag = _open(default=False)
    latitude: GivenNumber | None = _open()
    longitude: GivenNumber | None = _open()
    coordinates_last_updated_at: GivenMoment | None = _open()
    geo_fence_distance_m: GivenNumber = _open(default=100)
    battery_at_plug_in: GivenNumber | None = _open()
    minimum_solar_coverage: GivenNumber = _open(default=1)
    hems_min_export_to_start_w: GivenWhole = _open(default=2000)
    hems_max_import_before_stopping_w: GivenWhole = _open(default=4000)
    hems_min_production_to_start_w: GivenWhole = _open(default=3000)
    hems_min_production_before_stopping_w: GivenWhole = _open(default=2000)

    def to_json(self) -> dict[str, Any]:
        """Return what goes out: the fields that were given and no others, in the contract's order."""
        return self.model_dump(mode="json", exclude_unset=True)


INPUT_FIELDS = tuple(ElectricVehicleInput.model_fields)


def _documented(extra: Any) -> dict[str, Any]:
    return extra if isinstance(extra, dict) else {}


INPUT_DEFAULTS: Mapping[str, Any] = {
    name: said["contract_default"]
    for name, field in ElectricVehicleInput.model_fields.items()
    if (said := _documented(field.json_schema_extra))
}
