"""Podero slow or away: every page answers with what is known, nothing is sent, and it comes back by itself."""

import html
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client

from podero_admin import gateway
from podero_admin.directory.models import Customer
from podero_admin.directory.services import podero_look_again
from podero_admin.organizations.models import Organization
from podero_admin.registrations import submission
from podero_admin.registrations.models import Registration
from podero_admin.sandbox.faults import Fault
from tests.registering import at_once, eventually, form_page, posts, press, registration_of, submission_key

AWAY = ["hang_before", "lost_before", "reset_before", "503", "drip"]
CROWD = 16  # the proving machine has fifty, over real sockets
LONG = 10  # a hang lasts an hour, a request without short limits 2 s for each of its two calls


@pytest.fixture(autouse=True)
def _nothing_is_known_yet(organization_a: Any) -> Iterator[None]:
    cache.clear()
    yield
    gateway.share_threads(None)


def everything(world: Any, kind: str, **known: Any) -> None:
    world.faults.add(Fault(kind, times=None, **known))


def make_away(organization: Any, kind: str = "reads") -> None:
    for _ in range(gateway.AWAY_AFTER):
        gateway.CachedBreaker(str(organization.id)).record(kind, reached=False, seconds=0.1)


def later(organization: Any) -> None:
    """As if the last failure had been a while ago."""
    from podero_admin.gateway.facts import KINDS, Line, keep, lines_of

    key = str(organization.id)
    for kind in KINDS:
        line = lines_of([key])[key].get(kind, Line())
        keep(key, kind, Line(line.failures, line.late, line.at - gateway.AWAY_SECONDS if line.at else 0.0))


def page_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def reading_pages(customer: Customer) -> list[str]:
    return ["/", "/customers/", f"/customers/{customer.id}/", f"/customers/{customer.id}/register/", "/vehicles/"]


@pytest.mark.parametrize("kind", AWAY)
def test_every_page_shows_what_is_known_and_how_old_it_is(client_of, alice, jana, world, kind):
    client = client_of(alice)
    page_of(client, f"/customers/{jana.id}/")  # so that it is known that she has no vehicle
    everything(world, kind)
    began = time.monotonic()
    for _ in range(3):
        pages = [page_of(client, address) for address in reading_pages(jana)]
    assert time.monotonic() - began < LONG
    assert "no vehicle yet, as Podero told us <time" in pages[3]
    assert "You can fill in the form all the same" in pages[3]
    assert "list of <time" in pages[1]
    assert all("Podero is away for Alpenstrom GmbH" in page for page in pages[4:])


def test_it_is_shown_in_a_frame_too_and_to_nobody_else(client_of, alice, charlie, organization_a, settings):
    settings.EMBED_ORIGINS = ["https://intranet.example"]
    make_away(organization_a)
    assert 'data-podero="away"' in page_of(client_of(alice), "/vehicles/?embed=1")
    assert "data-podero" not in page_of(client_of(charlie), "/vehicles/")


def test_a_customer_without_a_vehicle_is_asked_for_again_and_known_as_before_if_that_fails(
    client_of, alice, jana, world, time_machine
):
    client = client_of(alice)
    page_of(client, f"/customers/{jana.id}/")
    world.faults.add(Fault("hang_before", match="vehicles", times=None))
    time_machine.move_to(time.time() + 1200)
    client = client_of(alice)
    page = page_of(client, f"/customers/{jana.id}/")
    assert "Podero could not be asked." in page
    assert "Vehicles as Podero told us <time" in page
    assert "Podero knows no vehicle of this customer." in page


def test_a_list_far_too_old_is_shown_with_its_age_and_left_to_the_worker(client_of, alice, jana, world, time_machine):
    everything(world, "hang_before")
    time_machine.move_to(time.time() + 3600)
    page = page_of(client_of(alice), "/customers/")
    assert "list of <time" in page
    assert "There is no newer one" in page
    assert jana.name in page
    assert not gateway.troubles([jana.organization_id])  # a list of everybody may take longer than a page can wait


def test_a_deep_link_says_at_once_that_the_list_could_not_be_fetched(client_of, alice, jana, world):
    everything(world, "hang_before")
    response = client_of(alice).get(f"/open/?organization={jana.organization_id}&customer=NOBODY-1")
    assert response.status_code == 404
    assert "Open this link again in a minute" in response.content.decode()


def test_the_form_can_be_filled_in_and_a_press_is_kept_and_not_sent(client_of, alice, jana, world, organization_a):
    make_away(organization_a)
    client, asked = client_of(alice), len(world.requests)
    registration = registration_of(press(client, jana.id))
    assert (registration.outcome, registration.seen) == ("not_sent", "known_away")
    assert registration.sent_payload["comment"] == "White, in the garage"
    assert len(world.requests) == asked
    later(organization_a)
    podero_look_again()
    assert Registration.objects.get().outcome == "not_sent"  # nothing is sent later by itself
    assert posts(world) == []
    client.post(f"/registrations/{registration.reference}/send-again/", {"attempt": "1"})
    assert Registration.objects.get().outcome == "confirmed"


def test_the_vehicles_are_listed_at_the_press_where_they_could_not_be_when_the_form_opened(
    client_of, alice, jana, world, access_of
):
    world.add_vehicle(str(jana.id))
    world.add_vehicle(str(jana.id))
    client = client_of(alice)
    world.faults.add(Fault("500", match="vehicles"))
    key = submission_key(form_page(client, jana.id))
    assert submission.read(key, access=access_of(alice), customer=jana).baseline is None
    registration = registration_of(press(client, jana.id, key=key))
    assert registration.outcome == "confirmed"
    assert len(registration.baseline_ids) == 2
    order = [each.endpoint for each in world.requests]
    assert order.index("register") > len(order) - 1 - order[::-1].index("vehicles")


def test_a_press_that_cannot_list_them_either_goes_on_without(client_of, alice, jana, world):
    world.faults.add(Fault("500", match="vehicles", times=None))
    registration = registration_of(press(client_of(alice), jana.id))
    assert (registration.outcome, registration.baseline_ids) == ("confirmed", None)


@pytest.mark.parametrize("kind", ["token", "reads", "register"])
def test_whatever_kind_of_call_fails_a_read_ends_it_never_a_registration(
    client_of, alice, jana, world, organization_a, kind
):
    make_away(organization_a, kind)
    gateway.CachedTokenStore().delete(str(organization_a.id))
    client = client_of(alice)
    assert registration_of(press(client, jana.id)).outcome == "not_sent"
    assert posts(world) == []
    later(organization_a)
    assert podero_look_again() == 1
    assert [each.endpoint for each in list(world.requests)][-1] == "user"
    assert not gateway.troubles([organization_a.id])
    assert "data-podero" not in page_of(client, "/")


def test_a_token_from_before_serves_while_nobody_can_get_a_new_one(client_of, alice, jana, organization_a):
    make_away(organization_a, "token")
    assert registration_of(press(client_of(alice), jana.id)).outcome == "confirmed"


def test_all_is_well_is_never_asked_about(jana, world):
    asked = len(world.requests)
    assert podero_look_again() == 0
    assert len(world.requests) == asked


def test_a_list_that_failed_is_asked_for_when_podero_is_back(jana, world, organization_a):
    make_away(organization_a)
    Organization.objects.filter(id=organization_a.id).update(directory_error="It hung.")
    later(organization_a)
    assert podero_look_again() == 1
    assert not cache.add(f"directory:nudged:{organization_a.id}", True)


def test_while_threads_wait_others_are_told_at_once_and_nothing_is_asked(
    transactional_db, client_of, alice, jana, world
):
    client = client_of(alice)
    key = submission_key(form_page(client, jana.id))
    asked = len(world.requests)
    gateway.share_threads(1)
    from podero_admin.gateway.crowd import seat

    with seat():
        [page, pressed, tested] = at_once(
            lambda: page_of(client, f"/customers/{jana.id}/register/"),
            lambda: press(client_of(alice), jana.id, key=key),
            lambda: gateway.try_connection(jana.organization_id),
        )
    assert "Podero is busy" in page
    assert registration_of(pressed).seen == "known_away"
    assert tested == (False, "Podero is busy: others here wait for it already, so nothing was sent.")
    assert len(world.requests) == asked
    assert not gateway.connection_facts(jana.organization_id)["is_away"]
    assert "Podero is busy" not in page_of(client, f"/customers/{jana.id}/register/")


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_at_most_half_of_the_threads_wait(transactional_db, organization_a, jana, world, threads):
    gateway.podero_client(organization_a.id).get_user(jana.id)
    gateway.share_threads(threads)
    world.faults.add(Fault("slow", match="user", times=None, delay=0.5))
    asked = len(world.requests)
    results = at_once(*[lambda: gateway.podero_client(organization_a.id).get_user(jana.id).status] * 20)
    waited = max(1, threads // 2)
    assert results.count(200) == waited
    assert len(world.requests) == asked + waited


def test_a_crowd_that_reads_a_podero_that_hangs_all_get_their_pages_and_it_comes_back(
    transactional_db, client_of, alice, jana, world, organization_a
):
    form = f"/customers/{jana.id}/register/"
    page_of(client_of(alice), form)
    clients = [client_of(alice) for _ in range(CROWD)]
    gateway.share_threads(8)
    everything(world, "hang_before")
    asked = len(world.requests)
    for _ in range(2):
        pages = at_once(*[lambda client=client: page_of(client, form) for client in clients], wait=60)
        assert all("as Podero told us <time" in page for page in pages)
    assert all("You can fill in the form all the same" in page for page in pages)
    assert gateway.connection_facts(organization_a.id)["is_away"]
    assert len(world.requests) - asked < CROWD  # of twice as many pages
    world.faults.clear()
    asked = len(world.requests)

    def is_back() -> bool:
        later(organization_a)  # each time: on a busy machine a probe with a page's patience may come late itself
        pages = at_once(*[lambda client=client: page_of(client, form) for client in clients], wait=60)
        assert all("as Podero told us <time" in page for page in pages)
        page = page_of(clients[0], form)
        return "You can fill in the form all the same" not in page and "data-podero" not in page

    assert eventually(is_back, seconds=60)
    assert "user" in [each.endpoint for each in list(world.requests)[asked:]]


def test_an_organisation_of_another_id_is_left_alone(organization_a, organization_b):
    make_away(organization_a)
    assert gateway.troubles([organization_a.id, organization_b.id, UUID(int=1)]) == {organization_a.id: "away"}
