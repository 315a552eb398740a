"""The demo world: names as they are, vehicles in every state, the same each time, and quick when it is large."""

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from podero_admin.sandbox.contract import BOOST_STATES, NEVER, OUTPUT, PRICE_ZONES, STATUSES
from podero_admin.sandbox.records import User, user_json, vehicle_detail_json
from podero_admin.sandbox.server import serve
from podero_admin.sandbox.world import World
from tests.contract.sandbox.caller import TIMEOUT, Caller

ALPENSTROM = "016b78a7-0c7c-4241-a277-015c3ad3cb90"
NORDVOLT = "5b0d2f0e-8f3b-4c53-9d4a-2f7f6a1c9e11"
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo() -> World:
    return World.demo(now=NOW)


@pytest.fixture(scope="module")
def vehicles(demo: World) -> list[dict[str, Any]]:
    return [vehicle_detail_json(user, each, "http://here") for user in demo.users() for each in user.vehicles]


def customers(world: World, organization_id: str | None = None) -> list[User]:
    found = [user for user in world.users() if user.role == "user" and not user.deleted_at]
    return [user for user in found if organization_id in {None, user.organization_id}]


def ago(moment: str | None) -> timedelta:
    return NOW - datetime.fromisoformat(moment) if moment else timedelta(0)


@pytest.mark.parametrize(("users", "shares"), [(60, (30, 30)), (50, (25, 25)), (7, (4, 3)), (0, (0, 0))])
def test_it_splits_its_customers_over_two_organisations(users: int, shares: tuple[int, int]) -> None:
    world = World.demo(users=users, now=NOW)
    assert tuple(len(customers(world, each)) for each in (ALPENSTROM, NORDVOLT)) == shares


def test_it_has_staff_and_a_deleted_customer_in_each(demo: World) -> None:
    for organization in demo.organizations.values():
        roles = Counter(user.role for user in organization.users.values())
        assert (roles["admin"], roles["staff"]) == (1, 2)
        assert len([user for user in organization.users.values() if user.deleted_at]) == 1


def test_jana_novak_is_there_without_a_vehicle(demo: World) -> None:
    (jana,) = [user for user in customers(demo, ALPENSTROM) if user.external_user_id == "AS-204411"]
    assert (jana.first_name, jana.last_name, jana.email) == ("Jana", "Novak", "jana.novak@example.org")
    assert jana.vehicles == []


def test_it_is_the_same_for_the_same_seed_and_another_for_another(demo: World) -> None:
    def picture(world: World) -> list[Any]:
        return [(user_json(user), user.vehicles) for user in world.users()]

    assert picture(World.demo(now=NOW)) == picture(demo)
    assert picture(World.demo(seed=2, now=NOW)) != picture(demo)


def test_names_are_as_they_really_are(demo: World) -> None:
    names = [(user.first_name, user.last_name) for user in customers(demo)]
    written = [" ".join(filter(None, name)) for name in names]
    for pattern in ("[äöüß]", "[éèë]", "'", "’", "[\u05d0-\u05ea]", "[\u0627-\u064a]", "[őű]", "[șțȚȘ]", "ão|ç", "🌻"):
        assert any(re.search(pattern, name) for name in written), pattern
    assert max(map(len, written)) == 120
    assert {(None, None), ("", ""), ("Sunniva", None)} <= set(names)
    assert [name for name, number in Counter(filter(None, written)).items() if number == 2]


def test_addresses_are_unique_and_some_customer_numbers_are_missing(demo: World) -> None:
    for organization in demo.organizations.values():
        emails = [user.email for user in organization.users.values()]
        assert len(emails) == len(set(emails))
        assert all(email.isascii() and re.fullmatch(r"[^@\s]+@[a-z.]+", email) for email in emails)
        numbers = [user.external_user_id for user in customers(demo, organization.id)]
        assert None in numbers
        assert max(Counter(filter(None, numbers)).values()) == 1


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("connection_status", {*STATUSES, "degraded"}),
        ("monitoring_status", set(STATUSES)),
        ("steering_status", set(STATUSES)),
        ("boost_state", {*BOOST_STATES, "cooling_down"}),
        ("price_zone", set(PRICE_ZONES)),
        ("lifecycle_state", {"authenticated", "error"}),
        ("is_authenticated", {True, False, None}),
        ("is_plugged_in", {True, False, None}),
        ("is_charging", {True, False, None}),
        ("is_fully_charged", {True, False, None}),
        ("is_charge_policy_enabled", {True, False}),
        ("is_smart_optimization_active", {True, False}),
        ("is_pause_power_active", {True, False}),
        ("action_needed", {True, False}),
        ("has_notification", {True, False}),
        ("boost_feature_enabled", {True, False}),
        ("boost_for_next_session", {True, False}),
        ("is_trading_enabled", {True, False}),
        ("is_inverter_forced_mode_active", {True, False}),
    ],
)
def test_every_value_occurs(vehicles: list[dict[str, Any]], name: str, values: set[Any]) -> None:
    assert {each[name] for each in vehicles} == values


CASES = {
    "paused": lambda v: v["is_pause_power_active"] and ago(v["pause_power_until"]) < timedelta(0),
    "idle": lambda v: v["is_plugged_in"] and v["is_charging"] is False and not v["is_fully_charged"],
    "charging": lambda v: v["is_charging"] and v["charge_rate_w"] and v["charge_time_remaining"],
    "inconsistent": lambda v: v["is_charging"] and v["is_plugged_in"] is False,
    "deleted": lambda v: v["deleted_at"],
    "lifecycle error": lambda v: v["lifecycle_state"] == "error" and v["lifecycle_error"],
    "reauthenticate": lambda v: "http://here/api/" in str(v["actions"]),
    "unknown action": lambda v: v["action_needed"] and "resolution_link" not in v["actions"][0],
    "three hours old": lambda v: ago(v["current_state_last_updated_at"]) == timedelta(hours=3),
    "forty days old": lambda v: ago(v["current_state_last_updated_at"]) == timedelta(days=40),
    "live": lambda v: timedelta(0) < ago(v["current_state_last_updated_at"]) < timedelta(minutes=15),
    "capacity as number": lambda v: isinstance(v["battery_capacity_kwh"], float),
    "capacity as text": lambda v: v["battery_capacity_kwh"] == "58.00",
    "capacity nought": lambda v: v["battery_capacity_kwh"] == "0",
    "capacity null": lambda v: v["battery_capacity_kwh"] is None,
    "consumption as number": lambda v: isinstance(v["consumption_last_day_kwh"], float),
    "consumption as text": lambda v: isinstance(v["consumption_last_week_kwh"], str),
    "consumption null": lambda v: v["consumption_last_month_kwh"] is None,
    "cap below target": lambda v: (v["charge_target_max"] or 100) < (v["minimum_charge_limit"] or 0) < 100,
    "no model": lambda v: v["device_model"] is None,
    "inverter mode never": lambda v: v["is_inverter_forced_mode_enabled"] and v["inverter_forced_mode_since"] == NEVER,
    "inverter mode since": lambda v: v["is_inverter_forced_mode_active"] and v["inverter_forced_mode_since"] != NEVER,
    "position": lambda v: v["latitude"] and v["longitude"] and v["coordinates_last_updated_at"],
    "building": lambda v: v.get("building"),
    "tariff hint": lambda v: v.get("tariff_hint"),
    "waiting for its owner": lambda v: (
        not v["is_authenticated"] and v["authorization_url"] and v["battery_level"] is None
    ),
    "empty battery": lambda v: v["battery_level"] == 0,
}


@pytest.mark.parametrize("case", CASES)
def test_every_state_occurs(vehicles: list[dict[str, Any]], case: str) -> None:
    assert [each for each in vehicles if CASES[case](each)]
    assert not all(CASES[case](each) for each in vehicles)


def test_every_vehicle_has_every_field(vehicles: list[dict[str, Any]]) -> None:
    for each in vehicles:
        assert OUTPUT.keys() <= each.keys()
        assert each["id"]
        assert each["created_at"] <= each["updated_at"]


@pytest.mark.parametrize(("client", "organization"), [("alpenstrom", ALPENSTROM), ("nordvolt", NORDVOLT)])
def test_its_credentials_open_both_doors(client: str, organization: str) -> None:
    running = serve(World.demo(users=8))
    caller = Caller(running, organization, (client, f"{client}-sandbox"))
    person = {"username": f"operator@{client}.example", "password": f"{client}-password"}
    assert caller.token(json={"grant_type": "password"} | person).status_code == 200
    caller.sign_in()
    with caller.session:
        assert caller.call("GET", "/users").status_code == 200
    running.stop()


def test_it_holds_60_000_customers_with_100_000_vehicles() -> None:
    world = World.demo(users=60_000)
    assert len(customers(world)) == 60_000
    assert sum(len(user.vehicles) for user in world.users()) == 100_000
    for organization in world.organizations.values():
        assert len({user.email for user in organization.users.values()}) == len(organization.users)


def run(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "podero_admin.sandbox", *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": "."}
    )


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_until_it_is_told_to_end(ending: signal.Signals, tmp_path: Path) -> None:
    with run("--port", "0", "--users", "6", "--ledger", str(tmp_path / "ledger")) as process:
        line = process.stdout.readline()
        base_url = re.search(r"http://127\.0\.0\.1:\d+", line).group()
        assert requests.get(f"{base_url}/sandbox/ledger", timeout=TIMEOUT).json() == []
        process.send_signal(ending)
        assert process.wait(timeout=60) == 0
        assert process.stderr.read() == ""


def test_the_command_says_when_its_port_is_taken() -> None:
    running = serve(World.empty())
    with run("--port", str(running.port), "--users", "0") as process:
        assert process.wait(timeout=60) == 1
        assert "cannot listen" in process.stderr.read()
    running.stop()


@pytest.mark.parametrize("wrong", [("--port", "99999"), ("--port", "-1"), ("--users", "-3"), ("--users", "many")])
def test_the_command_says_which_number_is_wrong(wrong: tuple[str, str]) -> None:
    with run(*wrong) as process:
        assert process.wait(timeout=60) == 2
        said = process.stderr.read()
    assert f"{wrong[1]} is no whole number from 0 to" in said
    assert "Traceback" not in said


def test_a_server_that_is_started_again_remembers_what_was_registered(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    before = World.demo(users=8, ledger=path)
    user = next(iter(customers(before)))
    made = before.register(user, {"comment": "kept", "price_zone": "CH"}, {})
    path.write_text(path.read_text(encoding="utf-8") + '{"number": 2, "cut o', encoding="utf-8")
    after = World.demo(users=8, ledger=path)
    kept = [each for each in after.vehicles_of(user.id) if each["id"] == made.id]
    assert [(each["comment"], each["price_zone"]) for each in kept] == [("kept", "CH")]
    assert len(after.ledger.entries) == 1
