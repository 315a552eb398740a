"""What we send: exactly what was given, typed as the contract wants it, and nothing else."""

from datetime import UTC, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from pydantic import ValidationError

from podero_admin.podero import (
    INPUT_DEFAULTS,
    INPUT_FIELDS,
    DeviceModelInput,
    DeviceType,
    ElectricVehicleInput,
    PriceZone,
)

EV = DeviceType(short_name="ev", long_name="Electric Vehicle")
NULLABLE = {
    "device_model",
    "deleted_at",
    "lifecycle_error",
    "pause_power_until",
    "optimization_score",
    "comment",
    "last_monitoring_executed_at",
    "charge_target_min",
    "is_charge_policy_enabled",
    "minimum_charge_limit",
    "charge_deadline_at",
    "is_over_charge_allowed",
    "boost_active_at",
    "latitude",
    "longitude",
    "coordinates_last_updated_at",
    "battery_at_plug_in",
}


def sent(**given):
    return ElectricVehicleInput(**given).to_json()


def test_nothing_given_is_an_empty_object():
    assert sent() == {}


@pytest.mark.parametrize("name", INPUT_FIELDS)
def test_null_goes_out_only_where_the_contract_allows_it(name):
    if name in NULLABLE:
        assert sent(**{name: None}) == {name: None}
    else:
        with pytest.raises(ValidationError):
            sent(**{name: None})


def test_every_documented_default_may_be_sent_as_it_is():
    assert sent(**INPUT_DEFAULTS) == INPUT_DEFAULTS


def test_the_order_is_the_contracts():
    assert list(sent(comment="x", is_pause_power_active=True)) == ["is_pause_power_active", "comment"]


def test_values_go_out_as_json_wants_them():
    moment = datetime(2026, 3, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    model = DeviceModelInput(device_type=EV, manufacturer="Tesla", model="3", cloud_service_id=UUID(int=1))
    assert sent(
        device_model=model,
        price_zone=PriceZone.DE_LU,
        pause_power_until=moment,
        charge_deadline_at=time(7, 5, 9, 999),
        latitude=Decimal("48.2"),
        geo_fence_distance_m=Decimal(100),
        minimum_solar_coverage=0.5,
    ) == {
        "device_model": {
            "device_type": {"short_name": "ev", "long_name": "Electric Vehicle"},
            "manufacturer": "Tesla",
            "model": "3",
            "cloud_service_id": "00000000-0000-0000-0000-000000000001",
        },
        "price_zone": "DE_LU",
        "pause_power_until": "2026-03-01T10:00:00+00:00",
        "charge_deadline_at": "07:05:09",
        "latitude": 48.2,
        "geo_fence_distance_m": 100,
        "minimum_solar_coverage": 0.5,
    }


def test_texts_of_times_are_read():
    assert sent(charge_deadline_at="07:05", deleted_at="2026-03-01T12:00:00Z") == {
        "deleted_at": "2026-03-01T12:00:00+00:00",
        "charge_deadline_at": "07:05:00",
    }


@pytest.mark.parametrize(
    "given",
    [
        {"no_such_field": 1},
        {"is_pause_power_active": 1},
        {"is_pause_power_active": "true"},
        {"charge_target_min": 50.0},
        {"charge_target_min": "50"},
        {"charge_target_min": True},
        {"geo_fence_distance_m": True},
        {"geo_fence_distance_m": "100"},
        {"geo_fence_distance_m": 10**400},
        {"latitude": float("nan")},
        {"latitude": float("inf")},
        {"latitude": Decimal("NaN")},
        {"latitude": Decimal("1E+999")},
        {"price_zone": "DE"},
        {"comment": "x" * 301},
        {"comment": "nul\0"},
        {"comment": "half \ud83d"},
        {"comment": 5},
        {"lifecycle_state": "x" * 21},
        {"deleted_at": datetime(2026, 3, 1)},
        {"deleted_at": "2026-03-01T12:00:00"},
        {"deleted_at": "soon"},
        {"deleted_at": 1_700_000_000},
        {"deleted_at": datetime.max.replace(tzinfo=timezone(timedelta(hours=-5)))},
        {"charge_deadline_at": time(7, tzinfo=UTC)},
        {"charge_deadline_at": "25:00"},
        {"charge_deadline_at": 700},
        {"device_model": {"manufacturer": "Tesla", "model": "3"}},
        {"device_model": {"device_type": EV, "manufacturer": "T" * 256, "model": "3"}},
        {"device_model": {"device_type": EV, "manufacturer": "T", "model": "3", "colour": "red"}},
    ],
)
def test_what_does_not_fit_is_refused(given):
    with pytest.raises(ValidationError):
        ElectricVehicleInput(**given)


def test_what_was_given_cannot_be_changed_afterwards():
    with pytest.raises(ValidationError):
        ElectricVehicleInput(comment="x").comment = "y"
