"""The token endpoint: both grants, both ways to name the client, both encodings, and the stock refusals."""

import pytest
import requests

from podero_admin.sandbox.world import World
from tests.contract.sandbox.caller import TIMEOUT, Caller

CLIENT = {"grant_type": "client_credentials"}
PASSWORD = {"grant_type": "password", "username": "operator", "password": "password"}
IN_BODY = {"client_id": "client", "client_secret": "secret"}


@pytest.mark.parametrize("grant", [CLIENT, PASSWORD])
@pytest.mark.parametrize("encoding", ["json", "data"])
@pytest.mark.parametrize("in_body", [True, False])
def test_it_gives_a_token(caller: Caller, grant: dict, encoding: str, in_body: bool) -> None:
    auth, extra = (None, IN_BODY) if in_body else (caller.client, {})
    answer = caller.token(auth=auth, **{encoding: grant | extra})
    assert answer.status_code == 200
    token = answer.json()
    assert (token["expires_in"], token["token_type"], token["scope"]) == (36000, "Bearer", "read write")
    assert len(token["access_token"]) == 30
    assert answer.headers["Cache-Control"] == "no-store"


def test_it_gives_a_token_at_the_address_of_the_openapi(caller: Caller) -> None:
    answer = requests.post(f"{caller.running.api_url}/auth/token", json=CLIENT, auth=caller.client, timeout=TIMEOUT)
    assert answer.status_code == 200


@pytest.mark.parametrize("client", [("client", "wrong"), ("nobody", "secret"), ("client", ""), None])
def test_it_refuses_a_wrong_client(caller: Caller, client: tuple[str, str] | None) -> None:
    answer = caller.token(auth=client)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_it_refuses_a_basic_header_that_is_no_base64(caller: Caller) -> None:
    answer = caller.token(auth=None, headers={"Authorization": "Basic ***"})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("change", [{"password": "wrong"}, {"username": "nobody"}])
def test_it_refuses_a_wrong_person(caller: Caller, change: dict) -> None:
    answer = caller.token(json=PASSWORD | change)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("body", [{}, {"grant_type": "authorization_code"}, ["client_credentials"], "x", None])
def test_it_refuses_an_unknown_grant(caller: Caller, body: object) -> None:
    answer = caller.token(json=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize(("wanted", "other"), [("json", "data"), ("form", "json")])
def test_it_reads_only_the_encoding_it_is_set_to(caller: Caller, world: World, wanted: str, other: str) -> None:
    world.settings.token_body = wanted
    answer = caller.token(**{other: CLIENT})
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")
    assert caller.token(**{"data" if wanted == "form" else "json": CLIENT}).status_code == 200


def test_a_wrong_method_at_the_token_endpoint_is_405(caller: Caller) -> None:
    assert requests.get(caller.running.token_url, timeout=TIMEOUT).status_code == 405


def test_it_counts_requests_for_tokens_and_keeps_no_secret(caller: Caller, world: World) -> None:
    caller.token(json=CLIENT | IN_BODY, auth=None)
    caller.token(json=PASSWORD, headers={"X-Request-ID": "one"})
    assert world.token_requests == 3
    assert "secret" not in str(world.requests).replace("client_secret", "")
    assert '"password": "***"' in world.requests[-1].body
    assert world.requests[-1].headers["authorization"] == "Basic"


def test_a_token_ends(caller: Caller, world: World) -> None:
    world.settings.token_lifetime = 0
    caller.sign_in()
    assert caller.call("GET", "/users").status_code == 401


def test_revoked_tokens_are_worth_nothing(caller: Caller) -> None:
    assert caller.call("GET", "/users").status_code == 200
    assert caller.sandbox("DELETE", "tokens").status_code == 200
    assert caller.call("GET", "/users").status_code == 401
