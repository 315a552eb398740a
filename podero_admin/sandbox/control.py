"""The levers for other processes, over HTTP: faults, ledger, users, vehicles. Not the API's, so without a token."""

import json
import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from podero_admin.sandbox.answers import NOT_FOUND, UNPARSABLE, Answer, as_json, detail, html
from podero_admin.sandbox.faults import Fault
from podero_admin.sandbox.records import USER_KEYS, user_json, vehicle_json
from podero_admin.sandbox.request import Request
from podero_admin.sandbox.world import World

PREFIX = "/sandbox/"
SETTINGS = ("token_body", "token_lifetime", "latency")
Lever = Callable[[World, Any, str], Answer]


def respond(world: World, request: Request) -> Answer:
    """`METHOD /sandbox/NAME[/ID]`, with a JSON body where one is needed."""
    name, _, rest = request.path.removeprefix(PREFIX).partition("/")
    lever = LEVERS.get((request.method, name))
    if lever is None:
        return html(404)
    try:
        content = json.loads(request.body or b"null")
    except ValueError:
        return UNPARSABLE
    try:
        return lever(world, content, rest)
    except KeyError:
        return NOT_FOUND
    except (TypeError, ValueError, AttributeError) as error:
        return detail(422, str(error))


def _add_faults(world: World, content: Any, _rest: str) -> Answer:
    faults = [Fault.from_json(each) for each in (content if isinstance(content, list) else [content])]
    world.faults.add(*faults)
    return _show_faults(world, None, "")


def _show_faults(world: World, _content: Any, _rest: str) -> Answer:
    return as_json([asdict(fault) for fault in list(world.faults.waiting)])


def _clear_faults(world: World, _content: Any, _rest: str) -> Answer:
    world.faults.clear()
    return as_json([])


def _show_ledger(world: World, _content: Any, _rest: str) -> Answer:
    return as_json(world.ledger.as_json())


def _show_requests(world: World, _content: Any, endpoint: str) -> Answer:
    entries = [asdict(each) for each in list(world.requests) if endpoint in {"", each.endpoint}]
    return as_json({"token_requests": world.token_requests, "requests": entries})


def _count_late(_world: World, _content: Any, _rest: str) -> Answer:
    """How many registrations are still to be carried out, long after their connection was lost."""
    return as_json(sum(isinstance(each, threading.Timer) for each in threading.enumerate()))


def _revoke_tokens(world: World, _content: Any, _rest: str) -> Answer:
    world.revoke_tokens()
    return as_json({})


def _change_settings(world: World, content: Any, _rest: str) -> Answer:
    for name, value in content.items():
        if name not in SETTINGS:
            return detail(422, f"Unknown setting: {name}. Known: {', '.join(SETTINGS)}")
        setattr(world.settings, name, value)
    return as_json(asdict(world.settings))


def _write_user(world: World, content: Any, user_id: str) -> Answer:
    """Adds a user to `organization`, or changes the one of this id."""
    organization_id = content.pop("organization", "")
    unknown = sorted(set(content) - set(USER_KEYS))
    if unknown:
        return detail(422, f"Unknown keys: {', '.join(unknown)}")
    user = world.patch_user(user_id, content) if user_id else world.add_user(organization_id, **content)
    return as_json(user_json(user))


def _write_vehicle(world: World, content: Any, vehicle_id: str) -> Answer:
    """Adds a vehicle for `user`, or changes the one of this id."""
    if vehicle_id:
        return as_json(world.patch_vehicle(vehicle_id, content))
    user = world.user(content.pop("user"))
    return as_json(vehicle_json(user, world.add_vehicle(user.id, **content)))


LEVERS: dict[tuple[str, str], Lever] = {
    ("GET", "faults"): _show_faults,
    ("POST", "faults"): _add_faults,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "ledger"): _show_ledger,
    ("GET", "requests"): _show_requests,
    ("GET", "late"): _count_late,
    ("DELETE", "tokens"): _revoke_tokens,
    ("POST", "settings"): _change_settings,
    ("POST", "users"): _write_user,
    ("POST", "vehicles"): _write_vehicle,
}
