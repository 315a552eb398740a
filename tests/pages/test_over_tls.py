"""Podero over TLS: whose certificates are trusted, and what becomes of a registration when TLS breaks after it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from podero_admin.registrations.services import registrations_settle
from podero_admin.sandbox.faults import Fault
from podero_admin.sandbox.server import serve, tls_of
from tests.certificate import write
from tests.registering import press, registration_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("tls") / "server.pem")


@pytest.fixture
def over_tls(world: Any, jana: Any, bundle: Path, sandbox: Any, settings: Any) -> Iterator[Any]:
    """The same world behind another port; the organisations file leads there from now on."""
    running = serve(world, tls=tls_of(bundle, bundle))
    path = settings.PODERO_ORGANIZATIONS
    path.write_text(path.read_text().replace(sandbox.base_url, running.base_url))
    settings.PODERO_CA_BUNDLE = str(bundle)
    yield running
    running.stop()


def settled() -> None:
    from datetime import timedelta

    from django.utils import timezone

    from podero_admin.organizations.selectors import system_access

    for seconds in (3, 400, 800, 1200):
        registrations_settle(access=system_access(), now=lambda s=seconds: timezone.now() + timedelta(seconds=s))


def test_a_registration_goes_through_with_the_configured_authorities(over_tls, client_of, alice, jana):
    assert registration_of(press(client_of(alice), jana.id)).outcome == "confirmed"


def test_without_them_nothing_is_sent(over_tls, client_of, alice, jana, world, settings):
    settings.PODERO_CA_BUNDLE = None
    registration = registration_of(press(client_of(alice), jana.id))
    assert (registration.outcome, registration.seen) == ("not_sent", "not_reached")
    assert not world.ledger.entries


@pytest.mark.parametrize("kind", ["tls_torn", "tls_garbled"])
def test_a_whole_answer_counts_however_tls_ends_behind_it(over_tls, client_of, alice, jana, world, kind):
    world.faults.add(Fault(kind, match="register"))
    registration = registration_of(press(client_of(alice), jana.id))
    assert (registration.outcome, registration.seen) == ("confirmed", "id_read")
    assert str(registration.vehicle_id) == world.ledger.entries[0].vehicle


@pytest.mark.parametrize("kind", ["tls_cut", "tls_broken_after"])
def test_tls_broken_after_the_work_is_unknown_and_found_by_its_tag(over_tls, client_of, alice, jana, world, kind):
    world.faults.add(Fault(kind, match="register"))
    registration = registration_of(press(client_of(alice), jana.id))
    assert (registration.outcome, registration.seen) == ("unknown", "interrupted")
    settled()
    registration.refresh_from_db()
    assert (registration.outcome, registration.seen) == ("confirmed", "tag_found")


def test_tls_broken_before_the_work_is_unknown_and_absent_in_the_end(over_tls, client_of, alice, jana, world):
    world.faults.add(Fault("tls_broken_before", match="register"))
    registration = registration_of(press(client_of(alice), jana.id))
    assert (registration.outcome, registration.seen) == ("unknown", "interrupted")
    settled()
    registration.refresh_from_db()
    assert registration.outcome == "absent"
