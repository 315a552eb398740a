"""What we read: whatever comes, an object with an id becomes a vehicle, and what did not fit is named."""

import json
from datetime import UTC, datetime, time
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podero_admin.podero import OUTPUT_FIELDS, BoostState, ContractViolation, ElectricVehicle, PriceZone, Status, User
from podero_admin.podero.contract import is_never
from podero_admin.podero.reading import read_json, readable_id, storable

ID = "9d1f6a6e-3c0f-4d0b-8b8e-0e6f2f3a4b5c"


def told(**fields):
    return ElectricVehicle.parse({"id": ID, **fields})


def test_an_id_alone_is_a_vehicle():
    vehicle = told()
    assert vehicle.id == UUID(ID)
    assert {name for name in OUTPUT_FIELDS if getattr(vehicle, name) is not None} == {"id"}
    assert vehicle.problems == []


@pytest.mark.parametrize(
    "text", [ID.upper(), ID.replace("-", ""), f"{{{ID}}}", f"urn:uuid:{ID}", ID.replace("-", "", 1)]
)
def test_an_id_is_read_in_every_spelling(text):
    vehicle = ElectricVehicle.parse({"id": text})
    assert vehicle.id == UUID(ID)
    assert vehicle.problems == []


def test_everything_may_be_null():
    vehicle = told(**dict.fromkeys(set(OUTPUT_FIELDS) - {"id"}))
    assert vehicle.problems == []


def test_the_whole_object_is_kept_in_its_order():
    answer = {"zebra": {"new": [1]}, "comment": "x", "id": ID, "raw": 1, "problems": 2, "model_dump": 3}
    vehicle = ElectricVehicle.parse(answer)
    assert json.dumps(vehicle.raw) == json.dumps(answer)
    assert vehicle.model_extra["zebra"] == {"new": [1]}
    assert vehicle.problems == []


@pytest.mark.parametrize(
    ("field", "answer", "value"),
    [
        ("connection_status", "ok", Status.OK),
        ("connection_status", "melting", "melting"),
        ("price_zone", "DE_LU", PriceZone.DE_LU),
        ("price_zone", "FR", "FR"),
        ("boost_state", "ongoing", BoostState.ONGOING),
        ("boost_state", "paused", "paused"),
        ("battery_capacity_kwh", "77.40", Decimal("77.40")),
        ("battery_capacity_kwh", 77.4, Decimal("77.4")),
        ("battery_capacity_kwh", 77, Decimal(77)),
        ("battery_capacity_kwh", "0", Decimal(0)),
        ("battery_level", 55, 55),
        ("battery_level", 55.0, 55),
        ("battery_level", "55", 55),
        ("latitude", 48, 48.0),
        ("latitude", "48.5", 48.5),
        ("inverter_forced_mode_since", "0001-01-01T00:00:00Z", None),
        ("inverter_forced_mode_since", "0001-01-01T00:00:00+02:00", None),
        ("inverter_forced_mode_since", "0001-01-01T00:00:00", None),
        ("created_at", "2026-03-01T12:00:00Z", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("created_at", "2026-03-01T12:00:00.1234567+02:00", datetime(2026, 3, 1, 10, 0, 0, 123456, tzinfo=UTC)),
        ("created_at", "2026-03-01 12:00", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("created_at", "2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("charge_deadline_at", "06:30", time(6, 30)),
        ("charge_deadline_at", "06:30:15.5", time(6, 30, 15)),
        ("charge_deadline_at", "06:30:00Z", time(6, 30)),
        ("charge_deadline_at", "2026-03-01T06:30:00+02:00", time(6, 30)),
        ("comment", "a\0b\ud83dc😀", "a\ufffdb\ufffdc😀"),
    ],
)
def test_every_documented_shape_is_read(field, answer, value):
    vehicle = told(**{field: answer})
    assert getattr(vehicle, field) == value
    assert vehicle.problems == []


@pytest.mark.parametrize(
    ("field", "answer"),
    [
        ("connection_status", 5),
        ("battery_level", 55.5),
        ("battery_level", True),
        ("battery_level", 10**20),
        ("battery_level", float("inf")),
        ("battery_level", "many"),
        ("battery_level", [55]),
        ("battery_capacity_kwh", "NaN"),
        ("battery_capacity_kwh", "1E+999999"),
        ("battery_capacity_kwh", "1E-999999"),
        ("battery_capacity_kwh", "1" * 100),
        ("battery_capacity_kwh", "0." + "3" * 100),
        ("battery_capacity_kwh", ""),
        ("battery_capacity_kwh", {}),
        ("is_charging", "true"),
        ("is_charging", 1),
        ("comment", 5),
        ("created_at", "yesterday"),
        ("created_at", 1_700_000_000),
        ("created_at", "9999-12-31T23:59:59-05:00"),
        ("created_at", "2026-02-30T00:00:00Z"),
        ("charge_deadline_at", "25:00"),
        ("charge_deadline_at", "early"),
        ("charge_deadline_at", 630),
        ("owner", "Alice"),
        ("owner", []),
        ("device_model", "Tesla"),
    ],
)
def test_a_field_that_does_not_fit_is_none_and_named(field, answer):
    vehicle = told(**{field: answer}, driving_range=280)
    assert getattr(vehicle, field) is None
    assert vehicle.problems == [field]
    assert vehicle.raw[field] == answer
    assert vehicle.driving_range == 280


def test_problems_inside_are_named_by_their_path():
    vehicle = told(
        owner={"id": "no uuid", "email": "a@example.com"},
        device_model={"device_type": {"short_name": 5}, "manufacturer": "Tesla", "model": "3", "cloud_service": 7},
    )
    assert vehicle.problems == ["device_model.device_type.short_name", "device_model.cloud_service", "owner.id"]
    assert vehicle.owner.email == "a@example.com"
    assert vehicle.device_model.manufacturer == "Tesla"


def test_odd_fields_inside_and_outside_are_named_once_each():
    vehicle = told(comment=7, battery_level="full", owner={"id": "no uuid", "email": []}, driving_range=280)
    assert sorted(vehicle.problems) == ["battery_level", "comment", "owner.email", "owner.id"]
    assert (vehicle.comment, vehicle.owner.email, vehicle.driving_range) == (None, None, 280)


def test_a_vehicle_can_be_made_by_hand():
    assert ElectricVehicle(id=UUID(ID)).battery_level is None


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (None, None),
        ("text", None),
        (5, None),
        ([], None),
        ({}, None),
        ({"id": None}, None),
        ({"id": "7"}, None),
        ({"id": 7}, None),
        ([{"id": ID}], ID),
        ({"data": {"id": ID}}, ID),
        ({"item": {"id": ID}}, ID),
        ({"data": {"id": 7}}, None),
        ([{"id": ID}, {"id": ID}], None),
    ],
)
def test_without_an_id_it_is_no_vehicle_but_an_id_that_can_be_read_is_saved(answer, found):
    with pytest.raises(ContractViolation, match="vehicle") as caught:
        ElectricVehicle.parse(answer)
    assert caught.value.readable_id == (UUID(found) if found else None)


def test_an_object_nested_without_end_keeps_its_id():
    deep = []
    for _ in range(150):
        deep = [deep]
    with pytest.raises(ContractViolation) as caught:
        told(deep=deep)
    assert caught.value.readable_id == UUID(ID)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud800\0") | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.just("\ud800"), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(OUTPUT_FIELDS) | st.text(), anything, max_size=12))
def test_whatever_comes_with_an_id_is_a_vehicle(answer):
    vehicle = ElectricVehicle.parse({**answer, "id": ID})
    assert vehicle.id == UUID(ID)
    json.dumps(vehicle.raw).encode()
    repr(vehicle).encode()
    assert list(vehicle.raw)[-1] == "id" or "id" in answer
    for field in vehicle.problems:
        assert getattr(vehicle, field.partition(".")[0]) is None or "." in field


@settings(max_examples=100)
@given(st.binary() | anything.map(lambda value: json.dumps(value).encode()))
def test_bytes_of_any_kind_are_json_or_a_value_error(body):
    try:
        value = read_json(body)
    except ValueError:
        return
    json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    readable_id(value)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": 1e999}', {"a": "1e999"}),
        (b"9" * 300, int("9" * 300)),
        (b"9" * 301, "9" * 301),
        (b'"\\u0000\\ud800"', "\ufffd\ufffd"),
        (b'"\\uD800"', "\ufffd"),
        (b'"\\udc00"', "\ufffd"),
        (b'"\\u0000"', "\ufffd"),
        ('"\\u0000"'.encode("utf-16"), "\ufffd"),
        ('"\\u0000"'.encode("utf-32"), "\ufffd"),
        (b'"\xed\xa0\x80"', "\ufffd"),
        ('"\ud7ff"'.encode(), "\ud7ff"),
        ('{"a": "\0"}'.replace("\0", "x").encode("utf-16"), {"a": "x"}),
        (b'"\\ud83d\\ude97"', "\U0001f697"),
        (b"[" * 100 + b"]" * 100, None),
    ],
)
def test_numbers_and_texts_beyond_reason_stay_harmless(body, value):
    read = read_json(body)
    assert read == value or value is None


def test_an_answer_is_no_deeper_than_can_be_stored():
    with pytest.raises(ValueError, match="deep"):
        read_json(b"[" * 102 + b"]" * 102)
    assert len(read_json(b"[" + b"[]," * 200 + b"[]]")) == 201


def test_a_vehicle_shows_only_its_id():
    vehicle = told(owner={"email": "alice@example.com"}, latitude=48.2, authorization_url="https://secret.example")
    assert repr(vehicle) == f"ElectricVehicle(id={UUID(ID)!r})"
    assert "alice" not in repr(vehicle.owner)


def test_the_year_one_means_never():
    assert is_never(datetime(1, 1, 1, tzinfo=UTC))
    assert not is_never(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"zip_code": 1010}, ("1010", None)),
        ({"zip_code": "01010", "country": "AT"}, ("01010", "AT")),
        ({"country": None, "country_iso2": "DE"}, (None, "DE")),
        ({"country_iso2": "DE"}, (None, "DE")),
        ({"zip_code": True}, (None, None)),
        ({"country_iso2": 7}, (None, None)),
        ({"country": None, "country_iso2": []}, (None, None)),
        ({"country": {"iso2": "AT"}, "country_iso2": "AT"}, (None, None)),
    ],
)
def test_zip_and_country_of_a_user_are_read_in_both_forms(answer, expected):
    user = User.read({"id": ID, **answer})
    assert (user.zip_code, user.country) == expected
    assert user.raw == {"id": ID, **answer}


def test_a_user_may_lack_everything_but_the_id():
    with pytest.raises(ContractViolation, match="user"):
        User.parse({"email": "a@example.com"})
    assert User.parse({"id": ID, "role": "owner"}).role == "owner"


def test_what_can_be_kept_as_it_is_costs_no_copy():
    sound = {"a": [1, {"b": "ü"}], "c": None}
    assert storable(sound) is sound
    odd = {"a\0": 1, "b": ["\ud800"], "c": sound}
    kept = storable(odd)
    assert kept == {"a�": 1, "b": ["�"], "c": sound}
    assert kept["c"] is sound
    assert odd["b"] == ["\ud800"]
