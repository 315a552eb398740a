"""A sandbox on a loopback port, and a caller who holds a token of it."""

from collections.abc import Iterator

import pytest

from podero_admin.sandbox.records import User
from podero_admin.sandbox.server import serve
from podero_admin.sandbox.world import World
from tests.contract.sandbox.caller import Caller


@pytest.fixture
def world() -> World:
    return World.empty()


@pytest.fixture
def user(world: World) -> User:
    organization = world.add_organization(username="operator", password="password")
    return world.add_user(organization.id, first_name="Jana", last_name="Novak", external_user_id="AS-204411")


@pytest.fixture
def caller(world: World, user: User) -> Iterator[Caller]:
    running = serve(world)
    caller = Caller(running, user.organization_id)
    caller.sign_in()
    yield caller
    caller.session.close()
    running.stop()
