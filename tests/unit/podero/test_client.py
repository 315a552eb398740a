"""One method per endpoint: the right path, the right type, and never half a list."""

import json
from uuid import UUID

import pytest

from podero_admin.podero import ContractViolation, ElectricVehicleInput, InvalidRequest, NotFound, TimedOut

from .wire import ATTEMPT, CUSTOMER, ORGANIZATION, QUICK, VEHICLE, client, http, silence

USERS = f"/api/partners/v2.0/org/{ORGANIZATION}/users"
VEHICLES = f"{USERS}/{CUSTOMER}/electric-vehicles"
ONE = {"id": str(VEHICLE), "comment": "grün", "new": {"key": 1}}


def registered(server, vehicle=None, **options):
    return client(server.url, **options).register_electric_vehicle(
        CUSTOMER, vehicle or ElectricVehicleInput(), attempt_id=ATTEMPT
    )


def test_registering_posts_what_was_given_and_returns_the_vehicle(wire):
    server = wire(http(200, ONE))
    answered = registered(server, ElectricVehicleInput(price_zone="AT", comment="grün"))
    [request] = server.requests
    assert (request.method, request.path) == ("POST", VEHICLES)
    assert request.json == {"price_zone": "AT", "comment": "grün"}
    assert request.headers["x-request-id"] == request.headers["idempotency-key"] == str(ATTEMPT)
    assert answered.value.id == VEHICLE
    assert (answered.status, answered.request_id, answered.body) == (200, str(ATTEMPT), json.dumps(ONE))
    assert answered.duration_ms >= 0


def test_registering_nothing_posts_an_empty_object(wire):
    server = wire(http(201, ONE))
    registered(server)
    assert server.requests[0].body == b"{}"


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{}", b'{"id": null}', b"<html>", b'"id"', json.dumps(ONE).encode()[:-1]]
)
def test_a_success_without_a_vehicle_breaks_the_contract(wire, body):
    with pytest.raises(ContractViolation) as caught:
        registered(wire(http(200, body)))
    error = caught.value
    assert error.sent
    assert error.readable_id is None
    assert (error.status, error.request_id, error.body) == (200, str(ATTEMPT), body.decode())


def test_an_id_in_a_broken_answer_is_saved(wire):
    with pytest.raises(ContractViolation) as caught:
        registered(wire(http(200, [ONE])))
    assert caught.value.readable_id == VEHICLE


def test_messages_of_the_api_come_by_field(wire):
    detail = [{"type": "x", "loc": ["body", "vehicle", "comment"], "msg": "too long"}]
    with pytest.raises(InvalidRequest) as caught:
        registered(wire(http(422, {"detail": detail})))
    assert caught.value.fields == {"comment": ["too long"]}


def test_a_lost_answer_is_told_as_sent(wire):
    with pytest.raises(TimedOut) as caught:
        registered(wire(silence), timeouts=QUICK)
    assert caught.value.sent
    assert caught.value.request_id == str(ATTEMPT)


@pytest.mark.parametrize(
    "answer",
    [
        [ONE],
        {"items": [ONE]},
        {"items": [ONE], "total": 1},
        {"items": [ONE], "count": 1, "next": None},
        {"items": [ONE], "total": None},
        {"items": [ONE], "total": "1", "has_more": False, "next_cursor": None, "pagination": {"total": 1}, "meta": 7},
    ],
)
def test_vehicles_are_listed_bare_or_wrapped(wire, answer):
    server = wire(http(200, answer))
    assert [vehicle.id for vehicle in client(server.url).list_electric_vehicles(CUSTOMER).value] == [VEHICLE]
    assert (server.requests[0].method, server.requests[0].path) == ("GET", VEHICLES)


def test_deleted_ones_are_listed_on_demand(wire):
    server = wire(http(200, []))
    asking = client(server.url)
    assert asking.list_electric_vehicles(CUSTOMER, include_deleted=True).value == []
    assert asking.list_users(include_deleted=True).value == []
    assert [request.path for request in server.requests] == [
        f"{VEHICLES}?include_deleted=true",
        f"{USERS}?include_deleted=true",
    ]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"items": [ONE], "total": 2}, "incomplete"),
        ({"items": [ONE], "count": 2}, "incomplete"),
        ({"items": [ONE], "next": "?page=2"}, "incomplete"),
        ({"items": [ONE], "total": 2.0}, "incomplete"),
        ({"items": [ONE], "total": "2"}, "incomplete"),
        ({"items": [ONE], "has_more": True}, "incomplete"),
        ({"items": [ONE], "next_cursor": "abc"}, "incomplete"),
        ({"items": [ONE], "pagination": {"total": 2}}, "incomplete"),
        ({"items": {}}, ""),
        ({"detail": "fine"}, ""),
        (None, ""),
        ([ONE, None], ""),
        ([ONE, {"id": None}], ""),
        ([[ONE]], ""),
    ],
)
def test_half_a_list_is_no_list(wire, answer, code):
    server = wire(http(200, answer))
    for listing in (lambda: client(server.url).list_electric_vehicles(CUSTOMER), client(server.url).list_users):
        with pytest.raises(ContractViolation) as caught:
            listing()
        assert caught.value.code == code
        assert caught.value.status == 200


def test_a_cut_list_is_no_list(wire):
    with pytest.raises(ContractViolation):
        client(wire(http(200, json.dumps([ONE]).encode()[:-1])).url).list_electric_vehicles(CUSTOMER)


def test_one_vehicle_is_fetched_by_its_id(wire):
    server = wire(http(200, ONE | {"actions": [{"code": "reauthenticate"}]}))
    vehicle = client(server.url).get_electric_vehicle(CUSTOMER, VEHICLE).value
    assert vehicle.raw["actions"] == [{"code": "reauthenticate"}]
    assert server.requests[0].path == f"{VEHICLES}/{VEHICLE}"


def test_a_vehicle_that_does_not_exist_is_not_found(wire):
    with pytest.raises(NotFound):
        client(wire(http(404, {"detail": "Not Found"})).url).get_electric_vehicle(CUSTOMER, VEHICLE)


def test_users_are_listed_whatever_their_role(wire):
    people = [{"id": str(UUID(int=number)), "role": role} for number, role in enumerate(["user", "staff", "pilot"])]
    users = client(wire(http(200, people)).url).list_users().value
    assert [user.role for user in users] == ["user", "staff", "pilot"]


def test_users_can_be_read_one_after_the_other_up_to_one_that_has_no_id(wire):
    people = [{"id": str(UUID(int=number)), "role": "user"} for number in range(3)]
    assert [user.id.int for user in client(wire(http(200, people)).url).iter_users().value] == [0, 1, 2]
    users = client(wire(http(200, [*people, {"role": "user"}])).url).iter_users().value
    with pytest.raises(ContractViolation):
        list(users)
    with pytest.raises(ContractViolation):
        client(wire(http(200, {"items": people, "total": 4})).url).iter_users()


def test_the_list_of_users_has_a_cap_of_its_own(wire):
    people = [{"id": str(UUID(int=number)), "town": "x" * 100} for number in range(20)]
    asking = client(wire(http(200, people)).url, body_cap=500)
    assert len(asking.list_users().value) == 20
    with pytest.raises(ContractViolation, match="larger"):
        asking.list_electric_vehicles(CUSTOMER)


def test_a_user_is_fetched_by_id(wire):
    server = wire(http(200, {"id": str(CUSTOMER), "email": "alice@example.com"}))
    assert client(server.url).get_user(CUSTOMER).value.email == "alice@example.com"
    assert server.requests[0].path == f"{USERS}/{CUSTOMER}"
