"""The endpoints of the Partner API that we stand in for; checks in the stock order: token, input, what exists."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from podero_admin.sandbox.answers import (
    FORBIDDEN,
    NOT_FOUND,
    UNAUTHORIZED,
    UNPARSABLE,
    Answer,
    Refusal,
    as_json,
    invalid,
)
from podero_admin.sandbox.contract import INPUT_ONLY, Problem, problem, read_input
from podero_admin.sandbox.makers import model_output
from podero_admin.sandbox.oauth import token
from podero_admin.sandbox.records import Organization, User, user_json, vehicle_detail_json, vehicle_json
from podero_admin.sandbox.request import Request
from podero_admin.sandbox.world import World

PREFIX = "/api/partners/v2.0"
CONNECT = "https://connect.podero.example"
YES = frozenset({"true", "1", "t", "yes", "y", "on"})
NO = frozenset({"false", "0", "f", "no", "n", "off"})
Handler = Callable[[World, Request, dict[str, str]], Answer]


def register(world: World, request: Request, ids: dict[str, str]) -> Answer:
    organization_id = _authenticated(world, request)
    problems = _id_problems(ids)
    values = _read_body(request, problems)
    if problems:
        return invalid(problems)
    user = _user(_organization(world, organization_id, ids), ids, deleted=False)
    vehicle = world.register(user, _fresh(values), request.headers)
    return as_json(vehicle_json(user, vehicle))


def vehicles(world: World, request: Request, ids: dict[str, str]) -> Answer:
    organization, deleted = _checked(world, request, ids)
    user = _user(organization, ids, deleted=deleted)
    shown = [each for each in list(user.vehicles) if deleted or not each.deleted_at]
    return as_json([vehicle_json(user, each) for each in shown])


def vehicle(world: World, request: Request, ids: dict[str, str]) -> Answer:
    organization, deleted = _checked(world, request, ids)
    user = _user(organization, ids, deleted=deleted)
    for each in list(user.vehicles):
        if each.id == ids["electric_vehicle_id"] and (deleted or not each.deleted_at):
            return as_json(vehicle_detail_json(user, each, request.base_url))
    return NOT_FOUND


def users(world: World, request: Request, ids: dict[str, str]) -> Answer:
    organization, deleted = _checked(world, request, ids)
    shown = [each for each in list(organization.users.values()) if deleted or not each.deleted_at]
    return as_json([user_json(each) for each in shown])


def user(world: World, request: Request, ids: dict[str, str]) -> Answer:
    organization, deleted = _checked(world, request, ids)
    return as_json(user_json(_user(organization, ids, deleted=deleted)))


def _checked(world: World, request: Request, ids: dict[str, str]) -> tuple[Organization, bool]:
    """What every read has in common: whose token, sound ids and query, and the organisation."""
    organization_id = _authenticated(world, request)
    problems = _id_problems(ids)
    deleted = _include_deleted(request, problems)
    if problems:
        raise Refusal(invalid(problems))
    return _organization(world, organization_id, ids), deleted


def _authenticated(world: World, request: Request) -> str:
    is_bearer = request.scheme.lower() == "bearer"
    organization_id = world.organization_of(request.credentials) if is_bearer else None
    if organization_id is None:
        raise Refusal(UNAUTHORIZED)
    return organization_id


def _id_problems(ids: dict[str, str]) -> list[Problem]:
    """Ids that are no UUID; the others are brought into their usual form."""
    problems = []
    for name, value in ids.items():
        try:
            ids[name] = str(uuid.UUID(value))
        except ValueError:
            message = "Input should be a valid UUID, invalid character"
            problems.append(problem("uuid_parsing", ("path", name), message, error="invalid character"))
    return problems


def _include_deleted(request: Request, problems: list[Problem]) -> bool:
    wanted = request.query.get("include_deleted", "false").lower()
    if wanted not in YES | NO:
        message = "Input should be a valid boolean, unable to interpret input"
        problems.append(problem("bool_parsing", ("query", "include_deleted"), message))
    return wanted in YES


def _read_body(request: Request, problems: list[Problem]) -> dict[str, Any]:
    try:
        content = json.loads(request.body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refusal(UNPARSABLE) from error
    values = read_input({} if content is None else content, ("body", "data"), problems)
    return values if isinstance(values, dict) else {}


def _no_constant(name: str) -> float:
    message = f"{name} is not JSON"
    raise ValueError(message)


def _organization(world: World, organization_id: str, ids: dict[str, str]) -> Organization:
    asked = world.organizations.get(ids["org_id"])
    if asked is None:
        raise Refusal(NOT_FOUND)
    if asked.id != organization_id:
        raise Refusal(FORBIDDEN)
    return asked


def _user(organization: Organization, ids: dict[str, str], *, deleted: bool) -> User:
    found = organization.users.get(ids["user_id"])
    if found is None or (found.deleted_at and not deleted):
        raise Refusal(NOT_FOUND)
    return found


def _fresh(values: dict[str, Any]) -> dict[str, Any]:
    """A new record: what was sent, nothing read from the car yet, and the links that its owner needs."""
    vehicle_id = str(uuid.uuid4())
    kept = {name: value for name, value in values.items() if name not in INPUT_ONLY}
    model = values.get("device_model")
    maker = quote((model or {}).get("manufacturer", ""), safe="", errors="replace")
    return kept | {
        "id": vehicle_id,
        "device_model": model_output(model) if model else None,
        "authorization_url": f"{CONNECT}/authorize/{vehicle_id}?maker={maker}",
        "embeddable_url": f"{CONNECT}/embed/{vehicle_id}",
    }


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A named route; `{…}` stands for one part of the path."""

    name: str
    method: str
    path: str
    handler: Handler

    def match(self, path: str) -> dict[str, str] | None:
        ours, theirs = self.path.split("/"), path.split("/")
        if len(ours) != len(theirs):
            return None
        pairs = list(zip(ours, theirs, strict=True))
        if any(mine != other and not (mine.startswith("{") and other) for mine, other in pairs):
            return None
        return {mine.strip("{}"): other for mine, other in pairs if mine.startswith("{")}


USERS = f"{PREFIX}/org/{{org_id}}/users"
VEHICLES = f"{USERS}/{{user_id}}/electric-vehicles"
ENDPOINTS = (
    Endpoint("token", "POST", "/oauth2/token/", token),
    Endpoint("token", "POST", f"{PREFIX}/auth/token", token),
    Endpoint("register", "POST", VEHICLES, register),
    Endpoint("vehicles", "GET", VEHICLES, vehicles),
    Endpoint("vehicle", "GET", f"{VEHICLES}/{{electric_vehicle_id}}", vehicle),
    Endpoint("users", "GET", USERS, users),
    Endpoint("user", "GET", f"{USERS}/{{user_id}}", user),
)
