"""Contradicting settings: each warning, its silence next to it, and that nothing breaks it."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podero_admin.fields import FIELDS, INPUTS
from podero_admin.vehicles.contradictions import beyond_the_cap, charging_time, warnings

NOW = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
DEFAULTS = {name: field.default for name, field in INPUTS.items()}
ON = {"is_charge_policy_enabled": True}
OFF = {"is_charge_policy_enabled": False}


def warned(settings: dict[str, Any], **known: Any) -> list[str]:
    return [warning.field for warning in warnings(settings, now=NOW, **known)]


def test_the_contracts_own_defaults_contradict_nothing() -> None:
    assert warned(DEFAULTS) == warned(DEFAULTS | ON) == warned({}) == []


@pytest.mark.parametrize(
    ("settings", "fields"),
    [
        (ON | {"charge_target_min": 60, "minimum_charge_limit": 50}, ["charge_target_min"]),
        (ON | {"charge_target_min": 50, "minimum_charge_limit": 50}, []),
        (OFF | {"charge_target_min": 90, "minimum_charge_limit": 100}, []),
        (
            {"hems_min_production_to_start_w": 2000, "hems_min_production_before_stopping_w": 2000},
            ["hems_min_production_to_start_w"],
        ),
        ({"hems_min_production_to_start_w": 2001, "hems_min_production_before_stopping_w": 2000}, []),
        ({"hems_min_export_to_start_w": 0, "hems_max_import_before_stopping_w": 0}, ["hems_min_export_to_start_w"]),
        ({"hems_min_export_to_start_w": 0, "hems_max_import_before_stopping_w": 100}, []),
        ({"hems_min_export_to_start_w": 2000, "hems_max_import_before_stopping_w": 4000}, []),
        (OFF | {"minimum_charge_limit": 80}, ["minimum_charge_limit"]),
        (OFF | {"charge_deadline_at": time(7, 0)}, ["charge_deadline_at"]),
        (OFF | {"minimum_charge_limit": 100, "charge_deadline_at": time(6, 0)}, []),
        (OFF | {"minimum_charge_limit": None, "charge_deadline_at": None}, []),
        (ON | {"minimum_charge_limit": 80, "charge_deadline_at": "07:00:00"}, []),
        ({"is_pause_power_active": True}, ["pause_power_until"]),
        ({"is_pause_power_active": True, "pause_power_until": NOW - timedelta(minutes=1)}, ["pause_power_until"]),
        ({"is_pause_power_active": True, "pause_power_until": NOW + timedelta(minutes=1)}, []),
        ({"pause_power_until": "2026-11-16T12:01:00Z"}, ["is_pause_power_active"]),
        ({"pause_power_until": "2026-11-16T11:59:00Z"}, ["pause_power_until"]),
        ({"pause_power_until": "soon"}, []),
        ({"latitude": 48.2}, ["longitude"]),
        ({"longitude": 0, "latitude": None}, ["latitude"]),
        ({"latitude": 0, "longitude": 0}, []),
        ({"expected_max_charge_power": 0}, ["expected_max_charge_power"]),
    ],
)
def test_a_contradiction_is_named_at_its_field_and_nothing_else_is(settings: dict[str, Any], fields: list[str]) -> None:
    assert warned(settings) == fields


@pytest.mark.parametrize(
    ("settings", "cap", "fields"),
    [
        (ON | {"minimum_charge_limit": 90}, 80, ["minimum_charge_limit"]),
        (ON | {"minimum_charge_limit": 80}, 80, []),
        (ON | {"minimum_charge_limit": 90}, None, []),
        (ON | {"charge_target_min": 85, "minimum_charge_limit": 90}, 80, ["charge_target_min", "minimum_charge_limit"]),
        (OFF | {"charge_target_min": 50, "minimum_charge_limit": 100}, 80, []),
    ],
)
def test_a_level_above_the_cars_cap_is_named(settings: dict[str, Any], cap: int | None, fields: list[str]) -> None:
    assert [warning.field for warning in beyond_the_cap(settings | {"charge_target_max": cap})] == fields


REACH = ON | {"charge_target_min": 30, "minimum_charge_limit": 80, "charge_deadline_at": time(6, 0)}


@pytest.mark.parametrize(
    ("power", "battery_kwh", "fields"),
    [
        (11_000, None, []),
        (2500, None, []),  # 12 h, exactly as long as a car is taken to be on the cable
        (2499, None, ["charge_deadline_at"]),
        (2499, Decimal(40), []),
        (4000, Decimal(100), ["charge_deadline_at"]),
        (2499, Decimal(0), ["charge_deadline_at"]),
        (2499, Decimal("NaN"), ["charge_deadline_at"]),
    ],
)
def test_a_deadline_out_of_reach_is_named(power: int, battery_kwh: Decimal | None, fields: list[str]) -> None:
    settings = REACH | {"expected_max_charge_power": power}
    assert warned(settings, battery_kwh=battery_kwh) == fields
    assert warned(settings | {"charge_deadline_at": None}, battery_kwh=battery_kwh) == []
    assert "charge_deadline_at" not in warned(settings | OFF | {"charge_deadline_at": time(6)}, battery_kwh=battery_kwh)


def test_the_time_needed_is_stated_in_words() -> None:
    (warning,) = warnings(REACH | {"expected_max_charge_power": 2000}, now=NOW)
    assert "From 30 % to 80 % of a typical 60 kWh battery takes about 15 h at 2,000 W" in warning.text


@pytest.mark.parametrize(
    ("battery_kwh", "words"),
    [
        (None, "From 30 % to 80 % of a typical 60 kWh battery takes about 2 h 45 min at 11,000 W."),
        (Decimal("82.0"), "From 30 % to 80 % of the 82 kWh battery takes about 3 h 45 min at 11,000 W."),
    ],
)
def test_the_charging_time_is_told_for_any_target(battery_kwh: Decimal | None, words: str) -> None:
    assert str(charging_time(REACH | {"expected_max_charge_power": 11_000}, battery_kwh=battery_kwh)) == words


@pytest.mark.parametrize(
    "change",
    [
        {"minimum_charge_limit": None},
        {"minimum_charge_limit": 30},
        {"expected_max_charge_power": None},
        {"expected_max_charge_power": 0},
        OFF,
    ],
)
def test_without_its_figures_or_with_the_target_off_there_is_no_charging_time(change: dict[str, Any]) -> None:
    assert charging_time(REACH | {"expected_max_charge_power": 11_000} | change) is None


def test_a_missing_floor_counts_from_empty() -> None:
    from_empty = REACH | {"charge_target_min": None, "expected_max_charge_power": 11_000}
    assert "From 0 % to 80 %" in str(charging_time(from_empty))


ODD = st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text() | st.datetimes()


@given(st.dictionaries(st.sampled_from(list(FIELDS)), ODD))
def test_nothing_whatever_breaks_it(settings: dict[str, Any]) -> None:
    for warning in (*warnings(settings, now=NOW), *beyond_the_cap(settings | {"charge_target_max": 80})):
        assert warning.field in INPUTS
        assert warning.text.endswith(".")
    charging_time(settings)
