"""Settings in words: every sentence, and that any vehicle whatever can be spoken of."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podero_admin.fields import FIELDS, INPUTS
from podero_admin.vehicles.sentences import Part, say, settings_in_words

ON = {"is_charge_policy_enabled": True, "minimum_charge_limit": 80, "charge_deadline_at": "06:00:00"}
SMART = {"is_smart_optimization_active": True, "price_zone": "AT"}


def words(settings: dict[str, Any]) -> str:
    return " ".join(map(str, settings_in_words(settings, tz=ZoneInfo("Europe/Vienna"))))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, ""),
        ({"charge_target_min": 30}, "Keep at least 30 %."),
        ({"charge_target_min": 0}, "Keep no floor: the battery may run empty before it is charged."),
        ({"charge_target_min": None}, "No floor is set: Podero decides how much to keep."),
        (ON, "Be at 80 % by 06:00 every day."),
        (ON | SMART, "Be at 80 % by 06:00 every day, charging in the cheapest hours of Austria."),
        (ON | {"charge_deadline_at": None}, "Be at 80 %, without a deadline."),
        (ON | {"minimum_charge_limit": None}, "Be ready by 06:00 every day, without a target."),
        ({"is_charge_policy_enabled": True}, "Neither a target nor a deadline is set."),
        (ON | {"is_charge_policy_enabled": False}, "Target and deadline are off."),
        ({"is_charge_policy_enabled": None}, "Target and deadline are not decided."),
        (
            SMART | {"is_charge_policy_enabled": False, "price_zone": "DE_LU"},
            "Target and deadline are off. Charge in the cheapest hours of Germany and Luxembourg.",
        ),
        (SMART | {"price_zone": "XX"}, "Charge in the cheapest hours of XX."),
        (
            ON | {"is_over_charge_allowed": True},
            "Be at 80 % by 06:00 every day. May charge beyond the target when power is very cheap.",
        ),
        (ON | {"is_over_charge_allowed": False}, "Be at 80 % by 06:00 every day. Never above the target."),
        ({"is_over_charge_allowed": True}, ""),
        ({"is_smart_optimization_active": False}, "Smart charging is off: the car charges as it is plugged in."),
        ({"expected_max_charge_power": 11000}, "Planned with a charging power of 11,000 W."),
        ({"hems_min_export_to_start_w": 2000}, "Start on solar above 2,000 W export."),
        (
            {"hems_min_export_to_start_w": 2000, "hems_max_import_before_stopping_w": 4000},
            "Start on solar above 2,000 W export, stop above 4,000 W import.",
        ),
        ({"hems_min_production_before_stopping_w": 2000}, "Stop below 2,000 W production."),
        ({"minimum_solar_coverage": 1}, "On solar, charge only from the sun."),
        ({"minimum_solar_coverage": 0.5}, "On solar, a share of 0.5 must come from the sun."),
        ({"boost_for_next_session": True}, "At the next plug-in the car charges at once, whatever the price."),
        ({"boost_for_next_session": False, "is_pause_power_active": False, "is_trading_enabled": False}, ""),
        ({"is_pause_power_active": True}, "Charging is paused, without an end."),
        (
            {"is_pause_power_active": True, "pause_power_until": "2026-11-16T11:26:00Z"},
            "Charging is paused until 16 Nov 2026, 12:26.",
        ),
        (
            {"pause_power_until": datetime(2026, 11, 16, 11, 26, tzinfo=UTC)},
            "An end of a pause is noted (16 Nov 2026, 12:26), but no pause is on.",
        ),
        ({"is_trading_enabled": True}, "Takes part in trading."),
        ({"is_inverter_forced_mode_enabled": True}, "Inverter forced mode is allowed."),
        ({"lifecycle_state": "error"}, "The record is marked with an error."),
        ({"deleted_at": "2026-11-16T11:26:00Z"}, "The record is marked as deleted."),
        ({"latitude": 48.2, "longitude": 16.4}, "A position of the car is given."),
        ({"latitude": 48.2, "longitude": None}, ""),
        ({"geo_fence_distance_m": 100}, "Within 100 m of its place the car is steered."),
    ],
)
def test_a_setting_has_its_words(settings: dict[str, Any], expected: str) -> None:
    assert words(settings) == expected


def test_what_matters_is_marked() -> None:
    (sentence,) = settings_in_words({"charge_target_min": 30})
    assert sentence.parts == (Part("Keep at least "), Part("30 %", strong=True), Part("."))


def test_a_sentence_that_begins_with_what_matters_has_no_empty_part() -> None:
    assert say("{} is set.", "No floor").parts == (Part("No floor", strong=True), Part(" is set."))


def test_braces_in_a_value_stay_what_they_are() -> None:
    assert words(SMART | {"price_zone": "{}"}) == "Charge in the cheapest hours of {}."


def test_coordinates_are_never_spoken() -> None:
    spoken = words({"latitude": 48.2082, "longitude": 16.3738, "geo_fence_distance_m": 100})
    assert "48" not in spoken
    assert "16" not in spoken


def test_a_form_as_the_contract_fills_it_is_told_whole() -> None:
    defaults = {name: field.default for name, field in INPUTS.items()}
    spoken = words(defaults)
    for expected in ("50 %", "Target and deadline are off", "Smart charging is off", "3,600 W", "3,000 W production"):
        assert expected in spoken


@given(
    st.dictionaries(
        st.sampled_from(list(FIELDS)),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.none(), max_size=1),
    ),
)
def test_any_vehicle_can_be_spoken_of(settings: dict[str, Any]) -> None:
    words(settings).encode()
