"""Registering: every answer holds the contract file, and a wrong input is refused as the stock server refuses it."""

import copy
import json
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import podero_admin
from podero_admin.sandbox.contract import BOOST_STATES, INPUT, OUTPUT, PRICE_ZONES
from podero_admin.sandbox.records import User
from podero_admin.sandbox.server import serve
from podero_admin.sandbox.world import World
from tests.contract.sandbox.caller import TIMEOUT, Caller

FILE = Path(podero_admin.__path__[0]) / "podero" / "register-electric-vehicle.openapi.yaml"
CONTRACT = yaml.safe_load(FILE.read_text(encoding="utf-8"))
SCHEMAS = CONTRACT["components"]["schemas"]
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
DEVICE_TYPE = {"short_name": "ev", "long_name": "Electric Vehicle"}
MODEL = {"device_type": DEVICE_TYPE, "manufacturer": "Škoda", "model": "Enyaq", "year": 2024}
FULL = {
    "is_pause_power_active": True,
    "is_smart_optimization_active": True,
    "device_model": MODEL | {"cloud_service_id": str(uuid.UUID(int=7))},
    "price_zone": "SE_3",
    "deleted_at": None,
    "lifecycle_state": "error",
    "lifecycle_error": "Something",
    "pause_power_until": "2027-01-01T10:00:00Z",
    "optimization_score": 0.5,
    "comment": "[pa:7F3K2M9QXA-1] Firmenwagen & <b>",
    "last_monitoring_executed_at": "2026-01-01T10:00:00.123Z",
    "is_inverter_forced_mode_enabled": True,
    "is_trading_enabled": True,
    "actual_steering_state": "steady",
    "charge_target_min": 30,
    "is_charge_policy_enabled": True,
    "minimum_charge_limit": 75,
    "charge_deadline_at": "07:30:00",
    "is_over_charge_allowed": True,
    "expected_max_charge_power": 11000,
    "boost_active_at": "2026-01-01T10:00:00Z",
    "boost_for_next_session": True,
    "latitude": 48.2,
    "longitude": 16.37,
    "coordinates_last_updated_at": "2026-01-01T10:00:00Z",
    "geo_fence_distance_m": 250.5,
    "battery_at_plug_in": 44.5,
    "minimum_solar_coverage": 0.6,
    "hems_min_export_to_start_w": 1,
    "hems_max_import_before_stopping_w": 2,
    "hems_min_production_to_start_w": 3,
    "hems_min_production_before_stopping_w": 4,
}


FORMATS = jsonschema.FormatChecker(["uuid"])
FORMATS.checks("date-time", raises=ValueError)(
    lambda value: not isinstance(value, str) or datetime.fromisoformat(value)
)
VEHICLE = jsonschema.Draft202012Validator(
    {"$ref": "#/components/schemas/ElectricVehicleOutput", "components": {"schemas": SCHEMAS}}, format_checker=FORMATS
)


def assert_holds_the_contract(vehicle: object) -> None:
    VEHICLE.validate(vehicle)


@pytest.mark.parametrize("change", [{"id": "x"}, {"created_at": "now"}, {"price_zone": "DE"}, {"owner": None}])
def test_the_judge_would_notice_a_breach(caller: Caller, user: User, change: dict[str, Any]) -> None:
    vehicle = caller.register(user.id).json()
    with pytest.raises(jsonschema.ValidationError):
        assert_holds_the_contract(vehicle | change)


def test_it_knows_every_field_of_the_contract_with_its_default() -> None:
    ours = {name: field.default for name, field in INPUT.items()}
    theirs = {name: field.get("default") for name, field in SCHEMAS["ElectricVehicleInput"]["properties"].items()}
    assert ours == theirs
    outputs = {name: field.get("default") for name, field in SCHEMAS["ElectricVehicleOutput"]["properties"].items()}
    statuses = dict.fromkeys(("connection_status", "monitoring_status", "steering_status"), "unknown")
    assert outputs | statuses == OUTPUT
    assert list(PRICE_ZONES) == SCHEMAS["PriceZone"]["enum"]
    assert list(BOOST_STATES) == SCHEMAS["BoostState"]["enum"]


@pytest.mark.parametrize("body", ["{}", "null", '{"unknown_key": 1, "charge_limit_max": 80}'])
def test_it_registers_an_empty_record_with_all_defaults(caller: Caller, user: User, body: str) -> None:
    answer = caller.call("POST", f"/users/{user.id}/electric-vehicles", data=body)
    assert answer.status_code == 200
    vehicle = answer.json()
    assert_holds_the_contract(vehicle)
    assert vehicle.keys() == OUTPUT.keys()
    own = {"id", "owner", "created_at", "updated_at", "authorization_url", "embeddable_url"}
    assert {name: value for name, value in vehicle.items() if name not in own} == {
        name: value for name, value in OUTPUT.items() if name not in own
    }


def test_it_waits_for_its_owner(caller: Caller, user: User) -> None:
    vehicle = caller.register(user.id, FULL).json()
    assert (vehicle["is_authenticated"], vehicle["boost_state"], vehicle["battery_level"]) == (
        False,
        "unavailable",
        None,
    )
    assert vehicle["authorization_url"].startswith("https://")
    assert vehicle["embeddable_url"].startswith("https://")
    assert vehicle["owner"] == {
        "id": user.id,
        "email": user.email,
        "first_name": "Jana",
        "last_name": "Novak",
        "external_id": "AS-204411",
    }


def test_it_gives_back_what_was_sent(caller: Caller, user: User) -> None:
    vehicle = caller.register(user.id, FULL).json()
    assert_holds_the_contract(vehicle)
    assert set(FULL) == set(INPUT)
    differing = {name for name in FULL if vehicle.get(name, "absent") != FULL[name]}
    assert differing == {"device_model", "boost_active_at"}
    assert "boost_active_at" not in vehicle
    model = vehicle["device_model"]
    assert (model["manufacturer"], model["cloud_service"]) == ("Škoda", str(uuid.UUID(int=7)))
    assert model["cloud_service_signup_link"].startswith("https://")
    assert "cloud_service_id" not in model


@pytest.mark.parametrize("name", [name for name, field in INPUT.items() if field.nullable])
def test_it_keeps_null_where_null_may_be(caller: Caller, user: User, name: str) -> None:
    vehicle = caller.register(user.id, {name: None}).json()
    assert_holds_the_contract(vehicle)
    assert vehicle.get(name) is None


@pytest.mark.parametrize("name", [name for name, field in INPUT.items() if not field.nullable])
def test_it_refuses_null_where_null_may_not_be(caller: Caller, user: User, world: World, name: str) -> None:
    answer = caller.register(user.id, {name: None})
    assert answer.status_code == 422
    assert [problem["loc"] for problem in answer.json()["detail"]] == [["body", "data", name]]
    assert world.vehicles_of(user.id) == []


WRONG = [
    ("is_trading_enabled", "perhaps", "bool_parsing", ["is_trading_enabled"]),
    ("is_trading_enabled", 2, "bool_parsing", ["is_trading_enabled"]),
    ("price_zone", "DE", "enum", ["price_zone"]),
    ("price_zone", ["AT"], "enum", ["price_zone"]),
    ("comment", "x" * 301, "string_too_long", ["comment"]),
    ("comment", 7, "string_type", ["comment"]),
    ("lifecycle_state", "x" * 21, "string_too_long", ["lifecycle_state"]),
    ("charge_target_min", 1.5, "int_from_float", ["charge_target_min"]),
    ("charge_target_min", "much", "int_type", ["charge_target_min"]),
    ("charge_target_min", True, "int_type", ["charge_target_min"]),
    ("latitude", "north", "float_type", ["latitude"]),
    ("charge_deadline_at", "25:00", "time_parsing", ["charge_deadline_at"]),
    ("charge_deadline_at", 7, "time_parsing", ["charge_deadline_at"]),
    ("pause_power_until", "tomorrow", "datetime_parsing", ["pause_power_until"]),
    ("pause_power_until", "2026-01-01", "datetime_parsing", ["pause_power_until"]),
    ("device_model", "Škoda", "model_attributes_type", ["device_model"]),
    ("device_model", MODEL | {"model": None}, "string_type", ["device_model", "model"]),
    ("device_model", MODEL | {"manufacturer": "x" * 256}, "string_too_long", ["device_model", "manufacturer"]),
    ("device_model", MODEL | {"cloud_service_id": "x"}, "uuid_parsing", ["device_model", "cloud_service_id"]),
    (
        "device_model",
        MODEL | {"device_type": {"short_name": "ev"}},
        "missing",
        ["device_model", "device_type", "long_name"],
    ),
]


@pytest.mark.parametrize(("name", "value", "kind", "place"), WRONG)
def test_it_refuses_a_wrong_value_at_its_field(
    caller: Caller, user: User, world: World, name: str, value: object, kind: str, place: list[str]
) -> None:
    answer = caller.register(user.id, {name: value})
    assert answer.status_code == 422
    (problem,) = answer.json()["detail"]
    assert (problem["type"], problem["loc"]) == (kind, ["body", "data", *place])
    assert problem["msg"]
    assert world.ledger.entries == []


@pytest.mark.parametrize("value", [[], "text", 7, True])
def test_it_refuses_a_body_that_is_no_object(caller: Caller, user: User, value: object) -> None:
    answer = caller.call("POST", f"/users/{user.id}/electric-vehicles", data=json.dumps(value))
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "data"]


def test_it_names_every_wrong_field_at_once(caller: Caller, user: User) -> None:
    answer = caller.register(user.id, {"price_zone": "DE", "comment": 1, "latitude": "x"})
    assert {problem["loc"][-1] for problem in answer.json()["detail"]} == {"price_zone", "comment", "latitude"}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"latitude": NaN}', b'{"latitude": Infinity}', b"[" * 20_000])
def test_it_cannot_read_what_is_no_json(caller: Caller, user: User, body: bytes) -> None:
    answer = caller.call("POST", f"/users/{user.id}/electric-vehicles", data=body)
    assert (answer.status_code, answer.json()) == (400, {"detail": "Cannot parse request body"})


def test_it_accepts_hours_and_minutes_and_moments_with_an_offset(caller: Caller, user: User) -> None:
    sent = {"charge_deadline_at": "07:30", "pause_power_until": "2026-06-01T12:00:00+02:00"}
    vehicle = caller.register(user.id, sent).json()
    assert (vehicle["charge_deadline_at"], vehicle["pause_power_until"]) == ("07:30:00", "2026-06-01T10:00:00Z")


def test_a_record_registered_as_deleted_is_deleted(caller: Caller, user: User) -> None:
    caller.register(user.id, {"deleted_at": "2026-01-01T00:00:00Z"})
    assert caller.vehicles(user.id).json() == []
    assert len(caller.vehicles(user.id, params={"include_deleted": "true"}).json()) == 1


def test_two_equal_calls_make_two_vehicles(caller: Caller, user: User, world: World) -> None:
    ids = {caller.register(user.id, FULL).json()["id"] for _ in range(2)}
    assert (
        ids == {entry.vehicle for entry in world.ledger.entries} == {each["id"] for each in world.vehicles_of(user.id)}
    )
    assert len(ids) == 2


def test_the_ledger_names_comment_and_attempt(caller: Caller, user: User, world: World) -> None:
    vehicle = caller.register(user.id, FULL, headers={"X-Request-ID": "a-1", "Idempotency-Key": "a-1"}).json()
    (entry,) = world.ledger.entries
    assert (entry.vehicle, entry.user, entry.organization) == (vehicle["id"], user.id, user.organization_id)
    assert (entry.comment, entry.headers) == (FULL["comment"], {"x-request-id": "a-1", "idempotency-key": "a-1"})


def sound_calls() -> dict[str, Any]:
    """The contract for the machine, less what it says against itself: its own default "06:00:00" is no RFC 3339 time, and
    an absent body, which it permits, is answered 400 by the stock server."""
    contract = copy.deepcopy(CONTRACT)
    (path,) = contract["paths"].values()
    path["post"]["requestBody"]["required"] = True
    deadline = contract["components"]["schemas"]["ElectricVehicleOutput"]["properties"]["charge_deadline_at"]
    del deadline["anyOf"][0]["format"]
    return contract


schema = schemathesis.openapi.from_dict(sound_calls())
schema.config.generation.update(modes=[GenerationMode.POSITIVE])


@pytest.fixture(scope="module")
def customer() -> Iterator[tuple[World, User, str]]:
    """A customer in a sandbox that lives for the whole module, and its address."""
    world = World.empty()
    user = world.add_user(world.add_organization().id)
    running = serve(world)
    yield world, user, running.base_url
    running.stop()


@schema.parametrize()
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_to_a_sound_call_holds_the_contract(case: Any, customer: tuple[World, User, str]) -> None:
    world, user, base_url = customer
    token = world.issue_token(world.organizations[user.organization_id])
    case.path_parameters = {"org_id": user.organization_id, "user_id": user.id}
    answer = case.call(base_url=base_url, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT)
    case.validate_response(answer, checks=CHECKS)
    assert answer.status_code == 200
    assert_holds_the_contract(answer.json())
