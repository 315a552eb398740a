"""The contract with Podero in types: strict in what we send, tolerant in what we read.

The canonical contract is `register-electric-vehicle.openapi.yaml`, beside this file; a test holds every model here
against it. Names, order, types and the documented defaults are the contract's.

What we send (`…Input`) has no defaults of its own: a field that was not given does not go out, and `to_json` of
nothing is `{}`. The contract's defaults are documented in `INPUT_DEFAULTS` and never sent by themselves.

What we read never fails for a single field: one that does not fit is None and named in `problems`. Unknown keys are
kept, unknown values of an enum stay text, and the whole object stays in `raw` as it came.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self, cast
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    PrivateAttr,
    Strict,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)

from podero_admin.podero.errors import ContractViolation
from podero_admin.podero.reading import read_uuid, readable_id, storable

NEVER_YEAR = 1
LARGEST_WHOLE = 2**31 - 1
LARGEST_EXPONENT = 30


class PriceZone(StrEnum):
    """Electricity price zones; no ISO codes (Germany is DE_LU, Britain is UK)."""

    AT = "AT"
    AT_HOURLY = "AT_HOURLY"
    BE = "BE"
    CH = "CH"
    EE = "EE"
    DE_LU = "DE_LU"
    HU = "HU"
    IT_CNOR = "IT_CNOR"
    IT_CSUD = "IT_CSUD"
    IT_NORD = "IT_NORD"
    IT_PUN = "IT_PUN"
    IT_SARD = "IT_SARD"
    IT_SICI = "IT_SICI"
    IT_SUD = "IT_SUD"
    PT = "PT"
    RO = "RO"
    SE_1 = "SE_1"
    SE_2 = "SE_2"
    SE_3 = "SE_3"
    SE_4 = "SE_4"
    UK = "UK"


class BoostState(StrEnum):
    """Where charging at once stands."""

    AVAILABLE = "available"
    REQUESTED = "requested"
    UNAVAILABLE = "unavailable"
    ONGOING = "ongoing"


class Status(StrEnum):
    """Connection, monitoring and steering each have one of these."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    UNKNOWN = "unknown"


# What we send.


def _given_moment(value: object) -> datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError("a date-time with a time zone is needed")
    return _in_utc(value)


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

NO_DEFAULT: Any = object()


def _open(*, default: Any = NO_DEFAULT, max_length: int | None = None) -> Any:
    """A field that may stay away; `default` documents what the API takes then."""
    documented = {} if default is NO_DEFAULT else {"contract_default": default}
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


# What we read.


def is_never(moment: datetime) -> bool:
    """The API writes a moment in the year 1 where it means "never"."""
    return moment.year == NEVER_YEAR


def read_moment(value: object) -> datetime | None:
    """Read a date-time as UTC; one without a zone counts as UTC, one in the year 1 is None."""
    if value is None:
        return None
    moment = datetime.fromisoformat(_text(value))
    return None if is_never(moment) else _in_utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def read_clock(value: object) -> time | None:
    """Read a time of day from HH:MM, HH:MM:SS or a date-time, as it is written: no zone is converted."""
    if value is None:
        return None
    text = _text(value)
    is_clock = ":" in text[:3]
    clock = time.fromisoformat(text) if is_clock else datetime.fromisoformat(text).time()
    return clock.replace(tzinfo=None, microsecond=0)


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("beyond the calendar") from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("text is expected")  # noqa: TRY004  # pydantic turns only a ValueError into a field's problem
    return value


def _read_text(value: object) -> str | None:
    return None if value is None else _text(value)


def _read_code(value: object) -> str | None:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _read_text(value)


def _read_flag(value: object) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise ValueError("true or false is expected")


def _read_amount(value: object) -> Decimal | None:
    """Read a number, or a text that holds one; far beyond any use counts as unreadable."""
    if value is None:
        return None
    try:
        amount = Decimal("" if isinstance(value, bool) else str(value))
    except InvalidOperation:
        raise ValueError("a number is expected") from None
    if (
        not amount.is_finite()
        or abs(amount.adjusted()) > LARGEST_EXPONENT
        or len(amount.as_tuple().digits) > 2 * LARGEST_EXPONENT
    ):
        raise ValueError("a usable number is expected")
    return amount


def _read_number(value: object) -> float | None:
    amount = _read_amount(value)
    return None if amount is None else float(amount)


def _read_whole(value: object) -> int | None:
    amount = _read_amount(value)
    if amount is None:
        return None
    if amount != amount.to_integral_value() or abs(amount) > LARGEST_WHOLE:
        raise ValueError("a whole number is expected")
    return int(amount)


def _read_id(value: object) -> UUID | None:
    found = value if value is None or isinstance(value, UUID) else read_uuid(value)
    if found is None and value is not None:
        raise ValueError("a UUID is expected")
    return found


def _one_of(kind: type[StrEnum]) -> PlainValidator:
    """A value of the enum; one that we do not know stays text."""
    known: Mapping[str, str] = {member.value: member for member in kind}
    return PlainValidator(lambda value: None if value is None else known.get(_text(value), value))


ReadFlag = Annotated[bool | None, PlainValidator(_read_flag)]
ReadWhole = Annotated[int | None, PlainValidator(_read_whole)]
ReadNumber = Annotated[float | None, PlainValidator(_read_number)]
ReadAmount = Annotated[Decimal | None, PlainValidator(_read_amount)]
ReadText = Annotated[str | None, PlainValidator(_read_text)]
ReadCode = Annotated[str | None, PlainValidator(_read_code)]
ReadMoment = Annotated[datetime | None, PlainValidator(read_moment)]
ReadClock = Annotated[time | None, PlainValidator(read_clock)]
ReadId = Annotated[UUID | None, PlainValidator(_read_id)]
OwnId = Annotated[UUID, PlainValidator(_read_id)]
ReadStatus = Annotated[Status | str | None, _one_of(Status)]
ReadZone = Annotated[PriceZone | str | None, _one_of(PriceZone)]
ReadBoost = Annotated[BoostState | str | None, _one_of(BoostState)]


def _told(
    *, required: bool = False, null: bool = False, default: Any = NO_DEFAULT, max_length: int | None = None
) -> Any:
    """A field of an answer, None where it is missing; the rest documents what the contract says of it."""
    said: dict[str, Any] = {"required": required, "null": null, "maxLength": max_length}
    return Field(default=None, json_schema_extra=said if default is NO_DEFAULT else {**said, "default": default})


class _Told(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)
    inside: ClassVar[str] = ""

    @field_validator("*", mode="wrap")
    @classmethod
    def _odd_is_none(cls, value: object, read: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        try:
            return read(value)
        except ValidationError:
            cast("list[str]", info.context).append(f"{cls.inside}{info.field_name}")
            return None

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Show the id alone: the rest is personal, or a link that lets somebody in."""
        return [("id", getattr(self, "id", None))]


class DeviceTypeOutput(_Told):
    """What kind of device."""

    inside: ClassVar[str] = "device_model.device_type."
    short_name: ReadText = _told(required=True, max_length=255)
    long_name: ReadText = _told(required=True, max_length=255)


class DeviceModel(_Told):
    """Manufacturer and model, and how the customer prepares the manufacturer's account."""

    inside: ClassVar[str] = "device_model."
    device_type: DeviceTypeOutput | None = _told(required=True)
    cloud_service_instructions: ReadText = _told(null=True)
    cloud_service_signup_link: ReadText = _told(null=True)
    manufacturer: ReadText = _told(required=True, max_length=255)
    model: ReadText = _told(required=True, max_length=255)
    year: ReadWhole = _told(null=True)
    cloud_service: ReadId = _told(null=True)


class Owner(_Told):
    """The customer whose vehicle it is; `external_id` is the partner's customer number."""

    inside: ClassVar[str] = "owner."
    id: ReadId = _told(required=True)
    email: ReadText = _told(null=True)
    first_name: ReadText = _told(null=True)
    last_name: ReadText = _told(null=True)
    external_id: ReadText = _told(null=True)


class _Record(_Told):
    """An object with an id of its own, and everything else the API said about it."""

    noun: ClassVar[str]
    _raw: dict[str, Any] = PrivateAttr(default_factory=dict)
    _problems: list[str] = PrivateAttr(default_factory=list)

    @property
    def raw(self) -> dict[str, Any]:
        """The whole object as it came, in its own order."""
        return self._raw

    @property
    def problems(self) -> list[str]:
        """The fields that did not fit the contract, as paths; they are None."""
        return self._problems

    @classmethod
    def parse(cls, answer: object) -> Self:
        """Read an answer; raises ContractViolation only where it is no object or has no usable id."""
        if not isinstance(answer, dict) or read_uuid(answer.get("id")) is None:
            raise ContractViolation(f"Podero's answer holds no {cls.noun} with an id.", readable_id=readable_id(answer))
        try:
            raw, problems = storable(answer), list[str]()
        except ValueError:
            text = f"Podero's {cls.noun} is nested too deeply."
            raise ContractViolation(text, readable_id=readable_id(answer)) from None
        record = cls.model_validate(raw, context=problems)
        record._raw, record._problems = raw, problems  # noqa: SLF001  # our own
        return record


class ElectricVehicle(_Record):
    """A vehicle as the API describes it; nearly everything may be missing, above all when just registered."""

    noun: ClassVar[str] = "vehicle"
    connection_status: ReadStatus = _told(required=True)
    monitoring_status: ReadStatus = _told(required=True)
    steering_status: ReadStatus = _told(required=True)
    device_model: DeviceModel | None = _told(required=True, null=True)
    owner: Owner | None = _told(required=True)
    price_zone: ReadZone = _told(default="AT")
    id: OwnId = _told(null=True)
    created_at: ReadMoment = _told(required=True)
    updated_at: ReadMoment = _told(required=True)
    deleted_at: ReadMoment = _told(null=True)
    lifecycle_state: ReadText = _told(default="authenticated", max_length=20)
    lifecycle_error: ReadText = _told(null=True)
    pause_power_until: ReadMoment = _told(null=True)
    is_pause_power_active: ReadFlag = _told(default=False)
    external_device_id: ReadText = _told(null=True, default="", max_length=255)
    is_authenticated: ReadFlag = _told(null=True, default=False)
    is_smart_optimization_active: ReadFlag = _told(default=False)
    optimization_score: ReadNumber = _told(null=True)
    current_mode: ReadText = _told(null=True)
    comment: ReadText = _told(null=True, max_length=300)
    current_state_last_updated_at: ReadMoment = _told(null=True)
    last_monitoring_executed_at: ReadMoment = _told(null=True)
    is_inverter_forced_mode_enabled: ReadFlag = _told(default=False)
    is_inverter_forced_mode_active: ReadFlag = _told(default=False)
    inverter_forced_mode_since: ReadMoment = _told(null=True, default="0001-01-01T00:00:00Z")
    is_trading_enabled: ReadFlag = _told(default=False)
    actual_steering_state: ReadText = _told(default="unknown", max_length=20)
    charge_target_min: ReadWhole = _told(null=True, default=50)
    charge_target_max: ReadWhole = _told(null=True)
    is_charge_policy_enabled: ReadFlag = _told(null=True, default=False)
    charge_policy_last_updated_at: ReadMoment = _told(null=True)
    minimum_charge_limit: ReadWhole = _told(null=True, default=100)
    charge_deadline_at: ReadClock = _told(null=True, default="06:00:00")
    is_over_charge_allowed: ReadFlag = _told(null=True, default=False)
    expected_max_charge_power: ReadWhole = _told(default=3600)
    charge_time_remaining: ReadWhole = _told(null=True)
    charge_rate_w: ReadWhole = _told(null=True)
    is_fully_charged: ReadFlag = _told(null=True, default=False)
    is_plugged_in: ReadFlag = _told(null=True, default=False)
    is_charging: ReadFlag = _told(null=True, default=False)
    battery_level: ReadWhole = _told(null=True)
    driving_range: ReadWhole = _told(null=True)
    battery_capacity_kwh: ReadAmount = _told(null=True, default="0")
    charge_state_last_updated_at: ReadMoment = _told(null=True)
    boost_for_next_session: ReadFlag = _told(default=False)
    latitude: ReadNumber = _told(null=True)
    longitude: ReadNumber = _told(null=True)
    coordinates_last_updated_at: ReadMoment = _told(null=True)
    geo_fence_distance_m: ReadNumber = _told(default=100)
    consumption_last_day_kwh: ReadAmount = _told(null=True)
    consumption_last_week_kwh: ReadAmount = _told(null=True)
    consumption_last_month_kwh: ReadAmount = _told(null=True)
    consumption_last_updated_at: ReadMoment = _told(null=True)
    battery_at_plug_in: ReadNumber = _told(null=True)
    minimum_solar_coverage: ReadNumber = _told(default=1)
    hems_min_export_to_start_w: ReadWhole = _told(default=2000)
    hems_max_import_before_stopping_w: ReadWhole = _told(default=4000)
    hems_min_production_to_start_w: ReadWhole = _told(default=3000)
    hems_min_production_before_stopping_w: ReadWhole = _told(default=2000)
    embeddable_url: ReadText = _told(null=True)
    authorization_url: ReadText = _told(null=True)
    action_needed: ReadFlag = _told(default=False)
    has_notification: ReadFlag = _told(default=False)
    boost_state: ReadBoost = _told(default="unavailable")
    boost_feature_enabled: ReadFlag = _told(default=True)
    last_boost_triggered_at: ReadMoment = _told(null=True)
    last_boost_ended_at: ReadMoment = _told(null=True)
    last_boost_end_reason: ReadText = _told(null=True)


class User(_Record):
    """A person of the organisation as the API knows them; only those of role `user` are customers."""

    noun: ClassVar[str] = "user"
    id: OwnId = _told(required=True)
    email: ReadText = _told(required=True)
    role: ReadText = _told(required=True)
    external_user_id: ReadText = _told(null=True)
    first_name: ReadText = _told(null=True)
    last_name: ReadText = _told(null=True)
    street_and_number: ReadText = _told(null=True)
    street_add_info: ReadText = _told(null=True)
    town: ReadText = _told(null=True)
    zip_code: ReadCode = _told(null=True)
    country: ReadText = _told(null=True)
    latitude: ReadNumber = _told(null=True)
    longitude: ReadNumber = _told(null=True)
    location_last_updated: ReadMoment = _told(null=True)
    deleted_at: ReadMoment = _told(null=True)

    @model_validator(mode="before")
    @classmethod
    def _either_country(cls, answer: dict[str, Any]) -> dict[str, Any]:
        """Requests call it `country_iso2`, answers `country`; both are read."""
        return {**answer, "country": answer.get("country") or answer.get("country_iso2")}


INPUT_FIELDS = tuple(ElectricVehicleInput.model_fields)
OUTPUT_FIELDS = tuple(ElectricVehicle.model_fields)


def _documented(extra: Any) -> dict[str, Any]:
    return extra if isinstance(extra, dict) else {}


INPUT_DEFAULTS: Mapping[str, Any] = {
    name: said["contract_default"]
    for name, field in ElectricVehicleInput.model_fields.items()
    if (said := _documented(field.json_schema_extra))
}
