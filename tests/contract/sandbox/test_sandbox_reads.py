"""Users and vehicles: what is listed, what is hidden, and every stock error shape."""

import http.client
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from podero_admin.sandbox.records import User
from podero_admin.sandbox.world import World
from tests.contract.sandbox.caller import TIMEOUT, Caller

NOBODY = str(uuid.UUID(int=1))
GONE = "2026-01-01T00:00:00Z"
VEHICLES = "/users/{user}/electric-vehicles"


def test_it_lists_users_of_every_role_without_deleted_ones(caller: Caller, user: User, world: World) -> None:
    staff = world.add_user(user.organization_id, role="staff")
    gone = world.add_user(user.organization_id, deleted_at=GONE)
    assert [each["id"] for each in caller.call("GET", "/users").json()] == [user.id, staff.id]
    everybody = caller.call("GET", "/users", params={"include_deleted": "true"}).json()
    assert [each["id"] for each in everybody] == [user.id, staff.id, gone.id]


def test_it_shows_one_user(caller: Caller, user: User) -> None:
    shown = caller.call("GET", f"/users/{user.id}").json()
    assert (shown["id"], shown["external_user_id"], shown["role"]) == (user.id, "AS-204411", "user")
    assert {"email", "first_name", "last_name", "zip_code", "town", "country"} <= shown.keys()
    assert "vehicles" not in shown


def test_a_deleted_user_is_shown_on_demand_only(caller: Caller, user: User, world: World) -> None:
    world.patch_user(user.id, {"deleted_at": GONE})
    assert caller.call("GET", f"/users/{user.id}").status_code == 404
    assert caller.call("GET", f"/users/{user.id}", params={"include_deleted": "1"}).status_code == 200
    assert caller.register(user.id).status_code == 404


def test_a_deleted_vehicle_is_shown_on_demand_only(caller: Caller, user: User, world: World) -> None:
    vehicle = world.add_vehicle(user.id, deleted_at=GONE)
    path = f"/users/{user.id}/electric-vehicles"
    assert caller.call("GET", path).json() == []
    assert caller.call("GET", f"{path}/{vehicle.id}").status_code == 404
    deleted = {"params": {"include_deleted": "true"}}
    assert [each["id"] for each in caller.call("GET", path, **deleted).json()] == [vehicle.id]
    assert caller.call("GET", f"{path}/{vehicle.id}", **deleted).json()["deleted_at"] == GONE


def test_actions_stand_on_the_detail_alone_and_link_back_to_this_server(
    caller: Caller, user: User, world: World
) -> None:
    action = {
        "code": "reauthenticate",
        "resolution_link": {"url": "/cues/1/resolve?secret=x", "required_parameters": []},
    }
    vehicle = world.add_vehicle(user.id, action_needed=True, actions=[action, {"code": "new"}])
    (listed,) = caller.vehicles(user.id).json()
    assert "actions" not in listed
    shown = caller.call("GET", f"/users/{user.id}/electric-vehicles/{vehicle.id}").json()
    assert shown["actions"][0]["resolution_link"]["url"] == f"{caller.running.base_url}/cues/1/resolve?secret=x"
    assert shown["actions"][1] == {"code": "new"}


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Bearer", "Basic Y2xpZW50OnNlY3JldA=="])
@pytest.mark.parametrize(("method", "path"), [("GET", "/users"), ("POST", VEHICLES), ("GET", VEHICLES)])
def test_without_a_token_it_answers_401(caller: Caller, user: User, header: str | None, method: str, path: str) -> None:
    answer = caller.call(method, path.format(user=user.id), headers={"Authorization": header}, json={"price_zone": 1})
    assert (answer.status_code, answer.json()) == (401, {"detail": "Unauthorized"})


@pytest.mark.parametrize("path", [f"/users/{NOBODY}", f"/users/{NOBODY}/electric-vehicles"])
def test_an_unknown_user_is_404_in_json(caller: Caller, path: str) -> None:
    answer = caller.call("GET", path)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


def test_an_unknown_vehicle_or_one_of_another_user_is_404(caller: Caller, user: User, world: World) -> None:
    other = world.add_user(user.organization_id)
    vehicle = world.add_vehicle(other.id)
    for vehicle_id in (NOBODY, vehicle.id):
        assert caller.call("GET", f"/users/{user.id}/electric-vehicles/{vehicle_id}").status_code == 404


def test_an_unknown_organisation_is_404(caller: Caller) -> None:
    caller.organization = NOBODY
    answer = caller.call("GET", "/users")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


def test_the_token_of_one_organisation_opens_no_other(caller: Caller, user: User, world: World) -> None:
    other = world.add_organization(client_id="other", client_secret="other")
    stranger = world.add_user(other.id)
    assert caller.call("GET", f"/users/{stranger.id}").status_code == 404
    caller.organization = other.id
    answers = [caller.call("GET", "/users"), caller.call("GET", f"/users/{stranger.id}"), caller.register(stranger.id)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(403, {"detail": "Forbidden"})] * 3
    assert world.vehicles_of(stranger.id) == []


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/users/7", ["path", "user_id"]),
        ("/users/not-a-uuid/electric-vehicles", ["path", "user_id"]),
        (f"/users/{NOBODY}/electric-vehicles/x", ["path", "electric_vehicle_id"]),
        ("/users?include_deleted=perhaps", ["query", "include_deleted"]),
    ],
)
def test_an_id_that_is_no_uuid_is_422(caller: Caller, path: str, place: list[str]) -> None:
    answer = caller.call("GET", path)
    assert answer.status_code == 422
    assert [problem["loc"] for problem in answer.json()["detail"]] == [place]


def test_a_bad_organisation_id_and_a_bad_body_are_named_together(caller: Caller, user: User) -> None:
    caller.organization = "x"
    answer = caller.register(user.id, {"price_zone": "DE"})
    assert [problem["loc"] for problem in answer.json()["detail"]] == [
        ["path", "org_id"],
        ["body", "data", "price_zone"],
    ]


@pytest.mark.parametrize("path", ["/users/", "/cars", "/users/a/b/c/d", ""])
def test_a_wrong_path_is_404_in_html(caller: Caller, path: str) -> None:
    answer = caller.call("GET", path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_a_trailing_slash_on_a_register_call_is_a_wrong_path(caller: Caller, user: User) -> None:
    assert caller.call("POST", f"/users/{user.id}/electric-vehicles/", json={}).status_code == 404


def test_a_method_that_is_not_there_is_405(caller: Caller, user: User) -> None:
    answer = caller.call("PUT", f"/users/{user.id}/electric-vehicles", json={})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, POST")


def test_a_body_over_djangos_limit_is_refused(caller: Caller, user: User, world: World) -> None:
    answer = caller.call("POST", f"/users/{user.id}/electric-vehicles", data=b"x" * 2_700_000)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "text/html; charset=utf-8")
    assert world.vehicles_of(user.id) == []


def test_the_log_tells_what_was_asked(caller: Caller, user: User, world: World) -> None:
    caller.register(user.id, {"comment": "x"}, headers={"X-Request-ID": "a-1"})
    entry = world.requests[-1]
    assert (entry.method, entry.endpoint, entry.status, entry.body) == ("POST", "register", 200, '{"comment": "x"}')
    assert (entry.headers["x-request-id"], entry.headers["authorization"]) == ("a-1", "Bearer")


def test_other_processes_may_add_change_and_read(caller: Caller, user: User) -> None:
    added = caller.sandbox("POST", "users", {"organization": user.organization_id, "email": "new@example.org"}).json()
    assert caller.call("GET", f"/users/{added['id']}").json()["email"] == "new@example.org"
    vehicle = caller.sandbox("POST", "vehicles", {"user": added["id"], "battery_level": 7}).json()
    changed = caller.sandbox("POST", f"vehicles/{vehicle['id']}", {"battery_level": 8, "tariff_hint": "x"}).json()
    assert (changed["battery_level"], changed["tariff_hint"]) == (8, "x")
    assert caller.sandbox("POST", f"users/{added['id']}", {"deleted_at": GONE}).status_code == 200
    assert caller.call("GET", f"/users/{added['id']}").status_code == 404
    caller.register(user.id, {"comment": "x"})
    assert [entry["comment"] for entry in caller.sandbox("GET", "ledger").json()] == ["x"]
    assert caller.sandbox("GET", "requests").json()["token_requests"] == 1


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "faults", [{"kind": "nonsense"}], 422),
        ("POST", "faults", [7], 422),
        ("POST", "faults", [{}], 422),
        ("POST", "settings", {"colour": 1}, 422),
        ("POST", "users", {"organization": NOBODY}, 404),
        ("POST", "users", {"organization": NOBODY, "colour": 1}, 422),
        ("POST", f"vehicles/{NOBODY}", {}, 404),
        ("GET", "nothing", None, 404),
    ],
)
def test_a_lever_that_is_pulled_wrongly_says_so(
    caller: Caller, method: str, path: str, body: object, status: int
) -> None:
    assert caller.sandbox(method, path, body).status_code == status


def test_the_settings_change_at_run_time(caller: Caller) -> None:
    caller.sandbox("POST", "settings", {"token_body": "form", "latency": 0.01})
    assert caller.token(json={"grant_type": "client_credentials"}).status_code == 400


def test_one_connection_serves_many_requests(caller: Caller, user: User) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", caller.running.port, timeout=TIMEOUT)
    sockets = set()
    for path in ("/wrong", "/sandbox/ledger", f"/api/partners/v2.0/org/{user.organization_id}/users"):
        connection.request("GET", path)
        connection.getresponse().read()
        sockets.add(connection.sock)
    connection.close()
    assert len(sockets - {None}) == len(sockets) == 1


def test_many_callers_at_once_lose_nothing(caller: Caller, user: User, world: World) -> None:
    with ThreadPoolExecutor(max_workers=20) as pool:
        ids = {answer.json()["id"] for answer in pool.map(lambda _: caller.register(user.id), range(100))}
    assert (
        ids == {entry.vehicle for entry in world.ledger.entries} == {each["id"] for each in world.vehicles_of(user.id)}
    )
    assert [entry.number for entry in world.ledger.entries] == list(range(1, 101))
