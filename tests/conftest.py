"""The cast, the organisations and the sandbox that all tests share; the network ends at loopback."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import hypothesis
import pytest
from django.test import Client

from podero_admin.sandbox.server import Running, serve
from podero_admin.sandbox.world import World

# How long an example takes is the machine's affair.
hypothesis.settings.register_profile("patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("patient")

PASSWORD = "a long pass phrase for tests"

ENTRY = """[[organization]]
id = "{id}"
name = "{name}"
api_url = "{running.api_url}"
token_url = "{running.token_url}"
client_id = "{client}"
client_secret = "{client}-sandbox"
environment = "sandbox"
default_price_zone = "{zone}"
{more}
"""


@pytest.fixture
def world() -> World:
    return World.demo(seed=1)


@pytest.fixture
def sandbox(world: World) -> Iterator[Running]:
    running = serve(world)
    yield running
    running.stop()


@pytest.fixture
def write_organizations(sandbox: Running, settings: Any, tmp_path: Path) -> Callable[..., Path]:
    """Write an organisations file that points at this test's sandbox; `more` adds lines to the first entry."""

    def write(more: str = "") -> Path:
        path = tmp_path / "organizations.toml"
        path.write_text(
            ENTRY.format(
                id=settings.ALPENSTROM,
                name="Alpenstrom GmbH",
                client="alpenstrom",
                zone="AT",
                running=sandbox,
                more=more,
            )
            + ENTRY.format(
                id=settings.NORDVOLT, name="Nordvolt AB", client="nordvolt", zone="SE_3", running=sandbox, more=""
            ),
            encoding="utf-8",
        )
        settings.PODERO_ORGANIZATIONS = path
        return path

    return write


@pytest.fixture
def organizations(db: None, write_organizations: Callable[..., Path]) -> dict[UUID, Any]:
    from podero_admin.core.access import Access
    from podero_admin.organizations.services import organizations_load

    write_organizations()
    return {organization.id: organization for organization in organizations_load(access=Access.system())}


@pytest.fixture
def organization_a(organizations: dict[UUID, Any], settings: Any) -> Any:
    return organizations[UUID(settings.ALPENSTROM)]


@pytest.fixture
def organization_b(organizations: dict[UUID, Any], settings: Any) -> Any:
    return organizations[UUID(settings.NORDVOLT)]


def make_staff(email: str, name: str, role: str, organization: Any) -> Any:
    from podero_admin.accounts.models import Membership, Staff

    staff = Staff.objects.create_user(email, PASSWORD, name=name)
    Membership.objects.create(staff=staff, organization=organization, role=role)
    return staff


def away_for(table: str) -> Callable[..., Any]:
    """For `connection.execute_wrapper`: the database is away for whatever concerns this table."""
    from django.db import OperationalError

    def execute(run: Any, sql: str, *rest: Any) -> Any:
        if table in sql:
            raise OperationalError("the connection is closed")
        return run(sql, *rest)

    return execute


@pytest.fixture
def alice(organization_a: Any) -> Any:
    """An agent of organisation A: she may act."""
    return make_staff("alice@alpenstrom.example", "Alice", "agent", organization_a)


@pytest.fixture
def bob(organization_a: Any) -> Any:
    """A supervisor of organisation A: he may only look."""
    return make_staff("bob@alpenstrom.example", "Bob", "supervisor", organization_a)


@pytest.fixture
def sara(organization_a: Any) -> Any:
    """A senior agent of organisation A."""
    return make_staff("sara@alpenstrom.example", "Sara", "senior", organization_a)


@pytest.fixture
def adam(organization_a: Any) -> Any:
    """The administrator of organisation A."""
    return make_staff("adam@alpenstrom.example", "Adam", "administrator", organization_a)


@pytest.fixture
def charlie(organization_b: Any) -> Any:
    """An agent of organisation B: a stranger to A."""
    return make_staff("charlie@nordvolt.example", "Charlie", "agent", organization_b)


@pytest.fixture
def root(db: None) -> Any:
    """The operator's superuser."""
    from podero_admin.accounts.models import Staff

    return Staff.objects.create_superuser("root@operator.example", PASSWORD, name="Root")


@pytest.fixture
def client_of() -> Callable[[Any], Client]:
    def sign_in(staff: Any) -> Client:
        client = Client()
        client.force_login(staff)
        return client

    return sign_in


@pytest.fixture
def access_of() -> Callable[[Any], Any]:
    from podero_admin.accounts.selectors import access_of as read

    return lambda staff: read(staff, request_id="test-request", client_address="127.0.0.1")


@pytest.fixture
def jana(organization_a: Any, world: World) -> Any:
    """A customer of organisation A without a vehicle, in the mirror and at Podero."""
    from podero_admin.directory.models import Customer
    from podero_admin.directory.services import customers_refresh
    from podero_admin.organizations.selectors import system_access

    customers_refresh(access=system_access(), organization_id=organization_a.id)
    return Customer.objects.get(organization=organization_a, external_user_id="AS-204411")


@pytest.fixture
def settle() -> Callable[..., Any]:
    """One pass of the settler, as if so many seconds had gone by."""
    from datetime import timedelta

    from django.utils import timezone

    from podero_admin.organizations.selectors import system_access
    from podero_admin.registrations.services import registrations_settle

    def once(after: float = 0) -> Any:
        return registrations_settle(access=system_access(), now=lambda: timezone.now() + timedelta(seconds=after))

    return once


@pytest.fixture(autouse=True)
def _append_only_tables(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests that flush need the append-only triggers lifted for the flush, and back in place after it."""
    if "transactional_db" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("_triggers_come_back")
    request.getfixturevalue("transactional_db")
    yield
    from django.core.cache import cache
    from django.db import connection

    from podero_admin.audit import triggers

    cache.clear()  # its table belongs to no model, so the flush leaves it as it is
    triggers.lift(connection)


@pytest.fixture
def _triggers_come_back(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    yield
    from django.db import connection

    from podero_admin.audit import triggers

    with django_db_blocker.unblock():
        triggers.install(connection)
        connection.close()
