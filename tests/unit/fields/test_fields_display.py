"""A value in words: the documented cases, and that nothing whatever makes it raise."""

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podero_admin.fields import FIELDS, display

VIENNA = ZoneInfo("Europe/Vienna")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("battery_level", 46, "46 %"),
        ("battery_level", 0, "0 %"),
        ("battery_level", None, "not known"),
        ("battery_level", True, "true"),
        ("battery_level", "lots", "lots"),
        ("charge_rate_w", 11000, "11,000 W"),
        ("charge_time_remaining", 6240, "1 h 44 min"),
        ("charge_time_remaining", 7200, "2 h"),
        ("charge_time_remaining", 1500, "25 min"),
        ("charge_time_remaining", 42, "42 s"),
        ("charge_time_remaining", 0, "0 min"),
        ("charge_time_remaining", -5, "-5"),
        ("battery_capacity_kwh", "75.5", "75.5 kWh"),
        ("battery_capacity_kwh", Decimal("75.5"), "75.5 kWh"),
        ("battery_capacity_kwh", "77.0", "77 kWh"),
        ("consumption_last_week_kwh", "51.250", "51.25 kWh"),
        ("consumption_last_week_kwh", "1200", "1,200 kWh"),
        ("battery_capacity_kwh", "0.00", "not known"),
        ("battery_capacity_kwh", 0, "not known"),
        ("battery_capacity_kwh", "NaN", "NaN"),
        ("battery_capacity_kwh", "1E+999999999", "1E+999999999"),
        ("consumption_last_day_kwh", 8.2, "8.2 kWh"),
        ("consumption_last_day_kwh", float("inf"), "Infinity"),
        ("minimum_solar_coverage", 0.5, "0.5"),
        ("latitude", 48.2082, "48.2082 °"),
        ("device_model_year", 2023, "2023"),
        ("charge_target_max", None, "no cap detected"),
        ("comment", "", "none"),
        ("external_device_id", "", "not linked"),
        ("is_plugged_in", True, "yes"),
        ("is_plugged_in", False, "no"),
        ("is_plugged_in", "maybe", "maybe"),
        ("created_at", "2026-11-16T11:26:00Z", "16 Nov 2026, 12:26"),
        ("created_at", datetime(2026, 7, 1, 10, 0, tzinfo=UTC), "1 Jul 2026, 12:00"),
        ("created_at", "2026-11-16T11:26:00", "16 Nov 2026, 12:26"),
        ("created_at", "yesterday", "yesterday"),
        ("created_at", 12, "12"),
        ("created_at", "9999-12-31T23:59:59-10:00", "9999-12-31T23:59:59-10:00"),
        ("inverter_forced_mode_since", "0001-01-01T00:00:00Z", "never"),
        ("charge_deadline_at", "06:00:00", "06:00"),
        ("charge_deadline_at", time(7, 30), "07:30"),
        ("charge_deadline_at", "2026-01-01T07:30:00Z", "07:30"),
        ("charge_deadline_at", "late", "late"),
        ("price_zone", "AT", "AT · Austria"),
        ("price_zone", "XX", "XX"),
        ("price_zone", ["AT"], '["AT"]'),
        ("connection_status", "ok", "ok"),
        ("device_model", {"manufacturer": "Tesla", "model": "Model 3", "year": 2023}, "Tesla Model 3 (2023)"),
        ("device_model", {"manufacturer": "Tesla", "model": "Model 3", "year": None}, "Tesla Model 3"),
        ("device_model", {}, "{}"),
        ("device_model", "Tesla", "Tesla"),
        ("owner", {"id": "u1", "first_name": "Jana", "email": "j@example.org"}, "Jana, j@example.org"),
        ("owner", {"id": "u1"}, "u1"),
        ("comment", "ends in \ud800", "ends in ?"),
        ("something_new", {"a": [1]}, '{"a": [1]}'),
        ("something_new", None, "not known"),
    ],
)
def test_it_says_the_value_in_words(name: str, value: Any, words: str) -> None:
    assert display(name, value, tz=VIENNA) == words


def test_it_says_so_when_a_number_is_too_long_to_be_written() -> None:
    assert display("battery_level", 10**5000, tz=UTC) == "a value that cannot be shown"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(name=st.sampled_from([*FIELDS, "something_new"]), value=JSON)
def test_it_never_raises_and_always_says_something_that_can_be_written(name: str, value: Any) -> None:
    words = display(name, value, tz=VIENNA)
    assert isinstance(words, str)
    words.encode()
