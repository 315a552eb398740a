"""A vehicle of the contract becomes columns, whatever it holds."""

import json
from typing import Any

import pytest

from podero_admin.podero import ElectricVehicle
from podero_admin.vehicles.mapping import MODEL_NOT_KNOWN, note_of, vehicle_values
from podero_admin.vehicles.models import NEVER, Vehicle
from podero_admin.vehicles.statuses import Health

LEAST = {"id": "3f0e7a53-7dd8-4d0f-9a3c-0d5a1c0e6b11"}


def values(**told: Any) -> dict[str, Any]:
    return vehicle_values(ElectricVehicle.parse({**LEAST, **told}))


def test_an_empty_record_waits_for_its_owner() -> None:
    found = values()
    assert found["title"] == MODEL_NOT_KNOWN
    assert found["settled_health"] == Health.NOT_CONNECTED
    assert found["connection_status"] == "unknown"
    assert (found["battery_level"], found["reported_at"], found["reported_key"]) == (None, None, NEVER)


def test_maker_and_model_make_the_title() -> None:
    found = values(device_model={"manufacturer": "Škoda", "model": "Enyaq", "year": 2023})
    assert (found["title"], found["title_key"], found["year"]) == ("Škoda Enyaq", "skoda enyaq", 2023)


def test_the_output_is_kept_verbatim_with_what_is_new_in_it() -> None:
    told = {**LEAST, "new_key": {"deep": [1, "ü", None]}, "battery_level": "much", "comment": "[pa:ABCDEFGHJK-1] Blue"}
    assert json.loads(vehicle_values(ElectricVehicle.parse(told))["output"]) == told
    assert vehicle_values(ElectricVehicle.parse(told))["output"].isascii()


def test_an_unknown_status_stays_itself() -> None:
    assert values(connection_status="degraded")["connection_status"] == "degraded"


@pytest.mark.parametrize(
    ("told", "health"),
    [
        ({"deleted_at": "2026-01-01T00:00:00Z", "action_needed": True}, Health.DELETED),
        ({"action_needed": True, "is_authenticated": True}, Health.ACTION_NEEDED),
        ({"is_authenticated": None}, Health.NOT_CONNECTED),
        ({"is_authenticated": True, "lifecycle_state": "error"}, Health.LIFECYCLE_ERROR),
    ],
)
def test_the_health_is_settled_by_its_order(told: dict[str, Any], health: Health) -> None:
    assert values(**told)["settled_health"] == health


def test_what_is_urgent_comes_first() -> None:
    urgent = values(action_needed=True, is_authenticated=True)["urgency"]
    assert urgent < values()["urgency"] < values(deleted_at="2026-01-01T00:00:00Z")["urgency"]


@pytest.mark.parametrize(
    "told",
    [
        {"device_model": {"manufacturer": "x" * 9000, "model": "\0\ud800", "year": 10**30}},
        {"device_model": "Tesla"},
        {"comment": "x" * 9000},
        {"battery_level": 10**12},
        {"battery_level": -5},
        {"current_state_last_updated_at": "0001-01-01T00:00:00Z"},
        {"current_state_last_updated_at": "9999-12-31T23:59:59Z", "is_authenticated": True},
        {"connection_status": 7, "price_zone": ["AT"], "is_authenticated": "yes", "action_needed": 1},
        {"connection_status": "x" * 500},
    ],
)
def test_whatever_comes_fits_the_columns(told: dict[str, Any]) -> None:
    found = values(**told)
    for name, value in found.items():
        longest = Vehicle._meta.get_field(name).max_length
        assert longest is None or len(value) <= longest
        assert "\0" not in str(value)
    assert found["battery_level"] is None
    assert found["reported_at"] is None


@pytest.mark.parametrize(
    ("comment", "note"),
    [
        ("[pa:ABCDEFGHJK-1] Blue car", "Blue car"),
        ("[pa:ABCDEFGHJK-12] ", ""),
        ("&#91;pa:ABCDEFGHJK-1] Blue", "Blue"),
        ("&amp;#91;pa:ABCDEFGHJK-1&amp;#93; Blue", "Blue"),
        ("Blue car", "Blue car"),
        ("[pa:short-1] Blue", "[pa:short-1] Blue"),
        (None, ""),
        (7, "7"),
    ],
)
def test_the_note_is_shown_without_its_mark(comment: Any, note: str) -> None:
    assert note_of(comment) == note
