"""Every fault: what the caller sees, and whether the work was done all the same."""

import contextlib
import gzip
import json
import socket
import time
from pathlib import Path

import pytest
import requests

from podero_admin.sandbox.faults import Fault
from podero_admin.sandbox.records import User
from podero_admin.sandbox.server import serve
from podero_admin.sandbox.spoilers import KINDS
from podero_admin.sandbox.world import World
from tests.contract.sandbox.caller import Caller
from tests.registering import eventually


@pytest.fixture
def strike(world: World):
    def add(kind: str, **values: object) -> None:
        world.faults.add(Fault(kind, **({"match": "register"} | values)))

    return add


def count(world: World, user: User) -> int:
    assert len(world.vehicles_of(user.id)) == len(world.ledger.entries)
    return len(world.ledger.entries)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429])
def test_it_refuses_in_json_and_does_nothing(caller: Caller, user: User, world: World, strike, status: int) -> None:
    strike(
        str(status), detail=[{"loc": ["body", "data", "comment"], "msg": "No", "type": "x"}] if status == 422 else None
    )
    answer = caller.register(user.id)
    assert answer.status_code == status
    assert answer.json()["detail"]
    assert count(world, user) == 0
    assert caller.register(user.id).status_code == 200


@pytest.mark.parametrize("status", [401, 409, 422, 429, 500, 502, 503, 504])
def test_it_refuses_after_the_work_was_done(caller: Caller, user: User, world: World, strike, status: int) -> None:
    strike(f"{status}_after")
    assert caller.register(user.id).status_code == status
    assert count(world, user) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_it_crashes_in_html_and_does_nothing(caller: Caller, user: User, world: World, strike, status: int) -> None:
    strike(str(status))
    answer = caller.register(user.id)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert count(world, user) == 0


@pytest.mark.parametrize("retry_after", [None, "7"])
def test_it_throttles_with_and_without_an_hour(caller: Caller, user: User, strike, retry_after: str | None) -> None:
    strike("429", retry_after=retry_after)
    assert caller.register(user.id).headers.get("Retry-After") == retry_after


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_it_redirects_and_does_nothing(caller: Caller, user: User, world: World, strike, status: int) -> None:
    strike(str(status), location="http://127.0.0.1:9/elsewhere")
    answer = caller.register(user.id)
    assert (answer.status_code, answer.headers["Location"]) == (status, "http://127.0.0.1:9/elsewhere")
    assert count(world, user) == 0


@pytest.mark.parametrize("status", [201, 202, 204])
def test_it_succeeds_with_another_status(caller: Caller, user: User, world: World, strike, status: int) -> None:
    strike(str(status))
    answer = caller.register(user.id)
    assert (answer.status_code, bool(answer.content)) == (status, status != 204)
    assert count(world, user) == 1


@pytest.mark.parametrize(
    ("kind", "done"), [("lost_before", 0), ("lost_after", 1), ("reset_before", 0), ("reset_after", 1)]
)
def test_the_connection_ends_without_an_answer(
    caller: Caller, user: User, world: World, strike, kind: str, done: int
) -> None:
    strike(kind)
    with pytest.raises(requests.ConnectionError) as error:
        caller.register(user.id)
    assert ("reset by peer" in str(error.value)) == kind.startswith("reset")
    assert count(world, user) == done


@pytest.mark.parametrize(("kind", "done"), [("hang_before", 0), ("hang_after", 1)])
def test_it_hangs(caller: Caller, user: User, world: World, strike, kind: str, done: int) -> None:
    strike(kind)
    with pytest.raises(requests.ReadTimeout):
        caller.register(user.id, timeout=0.1)
    assert eventually(lambda: count(world, user) == done)


def test_a_hanging_connection_ends_at_its_time(caller: Caller, user: User, strike) -> None:
    strike("hang_before", delay=0.1)
    with pytest.raises(requests.ConnectionError):
        caller.register(user.id, timeout=20)


@pytest.mark.parametrize("kind", ["slow", "slow_after"])
def test_it_is_slow(caller: Caller, user: User, world: World, strike, kind: str) -> None:
    strike(kind, delay=600)
    with pytest.raises(requests.ReadTimeout):
        caller.register(user.id, timeout=0.1)
    assert eventually(lambda: count(world, user) == (kind == "slow_after"))
    strike(kind, delay=0.1)
    start = time.monotonic()
    assert caller.register(user.id).status_code == 200
    assert time.monotonic() - start >= 0.1


def test_it_commits_later_than_it_answers(caller: Caller, user: User, world: World, strike) -> None:
    strike("late_commit", delay=2)
    with pytest.raises(requests.ConnectionError):
        caller.register(user.id)
    assert count(world, user) == 0
    assert eventually(lambda: count(world, user) == 1)


def test_the_connection_is_cut_in_the_body(caller: Caller, user: User, world: World, strike) -> None:
    strike("cut")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        caller.register(user.id)
    assert count(world, user) == 1


def test_the_body_drips(caller: Caller, user: User, world: World, strike) -> None:
    strike("drip", delay=1.5)
    start = time.monotonic()
    assert caller.register(user.id, timeout=1).json()["id"]
    assert time.monotonic() - start >= 1.5
    assert count(world, user) == 1


@pytest.mark.parametrize(
    ("kind", "readable"), [("cut_json", False), ("empty", False), ("html", False), ("wrong_shape", True)]
)
def test_a_success_that_cannot_be_used(
    caller: Caller, user: User, world: World, strike, kind: str, readable: bool
) -> None:
    strike(kind)
    answer = caller.register(user.id)
    assert answer.status_code == 200
    assert count(world, user) == 1
    if readable:
        assert not isinstance(answer.json(), dict)
    else:
        with pytest.raises(requests.JSONDecodeError):
            answer.json()


def test_html_says_that_it_is_html(caller: Caller, user: User, strike) -> None:
    strike("html")
    assert caller.register(user.id).headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(("kind", "id_"), [("null_id", None), ("missing_id", "absent"), ("wrong_id", "not-a-uuid")])
def test_the_id_is_spoiled(caller: Caller, user: User, world: World, strike, kind: str, id_: str | None) -> None:
    strike(kind)
    assert caller.register(user.id).json().get("id", "absent") == id_
    assert count(world, user) == 1


def test_fields_are_spoiled(caller: Caller, user: User, strike) -> None:
    strike("wrong_types")
    assert caller.register(user.id).json()["battery_level"] == "much"
    strike("missing_field", field="owner")
    assert "owner" not in caller.register(user.id).json()
    strike("missing_field")
    assert "updated_at" not in caller.register(user.id).json()
    strike("new_value", field="boost_state", value="cooling_down")
    assert caller.register(user.id).json()["boost_state"] == "cooling_down"


@pytest.mark.parametrize("value", ['{"id": NaN', "", "\0", '"\ud800"', "<script>"])
def test_the_body_is_whatever_a_test_made_up(caller: Caller, user: User, world: World, strike, value: str) -> None:
    strike("body", value=value)
    answer = caller.register(user.id)
    assert (answer.status_code, answer.content) == (200, value.encode("utf-8", "surrogatepass"))
    assert count(world, user) == 1


def test_a_refusal_is_not_spoiled_further(caller: Caller, user: User, strike) -> None:
    strike("null_id")
    assert caller.register(user.id, {"price_zone": "DE"}).status_code == 422


def test_the_body_is_20_mb(caller: Caller, user: User, strike) -> None:
    strike("big")
    answer = caller.register(user.id)
    assert len(answer.content) > 20_000_000
    assert answer.json()["id"]


@pytest.mark.parametrize("vehicles", [0, 1])
def test_the_list_is_20_mb(caller: Caller, user: User, world: World, strike, vehicles: int) -> None:
    for _ in range(vehicles):
        world.add_vehicle(user.id)
    strike("big", match="vehicles")
    assert len(caller.vehicles(user.id).json()) == vehicles + 1


def test_the_body_is_a_gzip_bomb(caller: Caller, user: User, strike) -> None:
    strike("gzip_bomb")
    answer = caller.register(user.id, stream=True)
    packed = answer.raw.read(decode_content=False)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(packed) * 100 < len(gzip.decompress(packed))


def test_the_list_lacks_trims_escapes_lags_and_fails(caller: Caller, user: User, strike) -> None:
    caller.register(user.id, {"comment": "[pa:7F3K2M9QXA-1] a & b"})
    strike("list_lacks_comment", match="vehicles")
    assert "comment" not in caller.vehicles(user.id).json()[0]
    strike("list_trims_comment", match="vehicles", value=10)
    assert caller.vehicles(user.id).json()[0]["comment"] == "[pa:7F3K2M"
    strike("list_escapes_comment", match="vehicles")
    assert caller.vehicles(user.id).json()[0]["comment"] == "&#91;pa:7F3K2M9QXA-1] a &amp; b"
    strike("list_lags", match="vehicles", delay=60)
    assert caller.vehicles(user.id).json() == []
    strike("list_fails", match="vehicles")
    assert caller.vehicles(user.id).status_code == 500
    assert caller.vehicles(user.id).json()[0]["comment"] == "[pa:7F3K2M9QXA-1] a & b"


@pytest.mark.parametrize("value", [0, -1, "3600.0", 3599.5, 10**12, None])
def test_the_life_of_a_token_is_spoiled(caller: Caller, strike, value: object) -> None:
    strike("new_value", match="token", field="expires_in", value=value)
    assert caller.token().json()["expires_in"] == value
    strike("missing_field", match="token", field="expires_in")
    assert "expires_in" not in caller.token().json()


@pytest.mark.parametrize("match", ["register", "*", "POST /electric-vehicles"])
def test_a_fault_finds_its_request(caller: Caller, user: User, strike, match: str) -> None:
    strike("503", match=match, user=user.id)
    assert caller.token().status_code == 200
    assert caller.register(user.id).status_code == 503


@pytest.mark.parametrize(
    "values",
    [
        {"match": "vehicles"},
        {"match": "GET /electric-vehicles"},
        {"match": "POST /users"},
        {"user": "x"},
        {"attempt": "x"},
    ],
)
def test_a_fault_leaves_other_requests_alone(caller: Caller, user: User, strike, values: dict) -> None:
    strike("503", **values)
    assert caller.register(user.id).status_code == 200


def test_a_fault_finds_its_attempt(caller: Caller, user: User, strike) -> None:
    strike("503", attempt="a-1")
    statuses = [caller.register(user.id, headers={"X-Request-ID": each}).status_code for each in ("a-2", "a-1")]
    assert statuses == [200, 503]


def test_a_fault_skips_strikes_and_is_used_up(caller: Caller, user: User, strike) -> None:
    strike("503", skip=1, times=2)
    assert [caller.register(user.id).status_code for _ in range(4)] == [200, 503, 503, 200]


def test_a_lasting_fault_ends_when_it_is_removed(caller: Caller, user: User, world: World, strike) -> None:
    strike("503", times=None)
    assert {caller.register(user.id).status_code for _ in range(3)} == {503}
    world.faults.clear()
    assert caller.register(user.id).status_code == 200


def test_other_processes_may_add_and_remove_faults(caller: Caller, user: User) -> None:
    added = caller.sandbox("POST", "faults", [{"kind": "503", "match": "register", "times": None}]).json()
    assert added[0]["match"] == "register"
    assert caller.register(user.id).status_code == 503
    assert caller.sandbox("GET", "faults").json()[0]["struck"] == 1
    assert caller.sandbox("DELETE", "faults").json() == []
    assert caller.register(user.id).status_code == 200


def test_the_log_names_the_fault(caller: Caller, user: User, world: World, strike) -> None:
    strike("503")
    caller.register(user.id)
    assert (world.requests[-1].fault, world.requests[-1].status) == ("503", 503)


def test_the_ledger_is_on_disk_before_the_answer_is_lost(tmp_path: Path) -> None:
    world = World.empty(ledger=tmp_path / "ledger.jsonl")
    user = world.add_user(world.add_organization().id)
    running = serve(world)
    caller = Caller(running, user.organization_id)
    caller.sign_in()
    world.faults.add(Fault("lost_after", match="register"))
    with caller.session, pytest.raises(requests.ConnectionError):
        caller.register(user.id, {"comment": "x"})
    running.stop()
    (line,) = (tmp_path / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == world.ledger.as_json()[0]


def test_stopping_ends_what_hangs_and_drips(world: World, user: User) -> None:
    running = serve(world)
    caller = Caller(running, user.organization_id)
    caller.sign_in()
    world.faults.add(Fault("hang_before", match="users"), Fault("slow", match="user", delay=600))
    for path in ("/users", f"/users/{user.id}"):
        with pytest.raises(requests.ReadTimeout):
            caller.call("GET", path, timeout=0.1)
    caller.session.close()
    start = time.monotonic()
    running.stop()
    assert time.monotonic() - start < 30  # what hangs would hang for ten minutes
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", running.port), timeout=1):
        pass


REFUSALS = (400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504, 301, 302, 303, 307, 308)
NOT_DONE = {
    *map(str, REFUSALS),
    "tls_broken_before",
    "lost_before",
    "reset_before",
    "hang_before",
    "late_commit",
    "list_fails",
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_work_is_done_or_not_as_the_kind_says(caller: Caller, user: User, world: World, strike, kind: str) -> None:
    strike(kind, delay=30 if kind == "late_commit" else 0.05, size=1000, field="x", value=4)
    with contextlib.suppress(requests.RequestException):
        caller.register(user.id)
    assert count(world, user) == (kind not in NOT_DONE)
    assert world.faults.waiting == []
    assert caller.register(user.id).status_code == 200


def test_a_kind_that_is_not_there_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="nonsense"):
        world.faults.add(Fault("nonsense"))
