"""The start page, a customer's page, deep links, the looks, and the pages that say no."""

import re
import time
from typing import Any
from uuid import UUID

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from podero_admin.audit.models import AccessRecord, Event
from podero_admin.directory.models import Customer
from podero_admin.sandbox.faults import Fault
from podero_admin.vehicles.models import Vehicle

pytestmark = pytest.mark.django_db
NOBODY_ID = UUID("00000000-0000-4000-8000-000000000000")


@pytest.fixture
def customers(organization_a: Any, organization_b: Any) -> list[Customer]:
    from podero_admin.directory.services import customers_refresh
    from podero_admin.organizations.selectors import system_access

    for organization in (organization_a, organization_b):
        customers_refresh(access=system_access(), organization_id=organization.id)
    return list(Customer.objects.filter(organization=organization_a).order_by("sort_name"))


@pytest.fixture
def with_vehicles(customers: list[Customer], world: Any) -> Customer:
    return next(customer for customer in customers if world.vehicles_of(str(customer.id)))


class TestStart:
    def test_it_sends_strangers_to_the_sign_in(self, client: Client) -> None:
        response = client.get("/")
        assert response.status_code == 302
        assert response["Location"] == "/accounts/login/?next=/"

    def test_it_offers_the_search_and_says_that_nothing_waits(self, alice: Any, client_of: Any) -> None:
        page = client_of(alice).get("/").content.decode()
        assert 'name="q"' in page
        assert "No vehicle needs action" in page
        assert "None of yours is open." in page

    def test_a_vehicle_that_needs_action_says_how_old_that_is(
        self, alice: Any, customers: list[Customer], world: Any, client_of: Any
    ) -> None:
        world.add_vehicle(str(customers[0].id), action_needed=True)
        browser = client_of(alice)
        browser.post(f"/customers/{customers[0].id}/refresh/")
        page = browser.get("/").content.decode()
        assert re.search(r"the car has not reported yet, as Podero told us <time", re.sub(r"\s+", " ", page))
        Vehicle.objects.update(reported_at=timezone.now())
        page = browser.get("/").content.decode()
        assert re.search(r"the car reported <time[^>]*>[^<]*</time>, as Podero told us <time", page)

    def test_it_lists_whom_one_opened_last_and_only_those(
        self, alice: Any, bob: Any, customers: list[Customer], client_of: Any
    ) -> None:
        first, second = customers[0], customers[1]
        client_of(bob).get(f"/customers/{second.id}/")
        browser = client_of(alice)
        browser.get(f"/customers/{first.id}/")
        recent = browser.get("/").context["recent"]
        assert [customer.id for customer in recent] == [first.id]

    def test_it_tells_somebody_without_a_role_whom_to_ask(self, db: None, client_of: Any) -> None:
        from podero_admin.accounts.models import Staff

        page = client_of(Staff.objects.create_user("new@alpenstrom.example", "a long pass phrase for tests")).get("/")
        assert page.status_code == 200
        assert "You have no role yet" in page.content.decode()


class TestCustomer:
    def test_it_shows_facts_and_vehicles_and_notes_the_look(
        self, alice: Any, with_vehicles: Customer, client_of: Any
    ) -> None:
        response = client_of(alice).get(f"/customers/{with_vehicles.id}/")
        page = response.content.decode()
        assert response.status_code == 200
        assert 'data-field="connection_status"' in page
        assert AccessRecord.objects.filter(customer_id=with_vehicles.id, actor_id=alice.id).count() == 1

    def test_charlie_finds_nothing_and_the_attempt_is_noted(
        self, charlie: Any, customers: list[Customer], client_of: Any
    ) -> None:
        response = client_of(charlie).get(f"/customers/{customers[0].id}/")
        assert response.status_code == 404
        assert customers[0].name not in response.content.decode()
        assert Event.objects.filter(action="access.denied", actor_id=charlie.id).count() == 1
        assert not AccessRecord.objects.filter(actor_id=charlie.id).exists()

    def test_only_those_who_may_register_are_offered_it(
        self, alice: Any, bob: Any, customers: list[Customer], client_of: Any
    ) -> None:
        address = f"/customers/{customers[0].id}/"
        assert f"{address}register/" in client_of(alice).get(address).content.decode()
        assert f"{address}register/" not in client_of(bob).get(address).content.decode()

    def test_it_shows_what_it_knows_when_podero_is_away(
        self, alice: Any, customers: list[Customer], sandbox: Any, client_of: Any
    ) -> None:
        sandbox.stop()
        response = client_of(alice).get(f"/customers/{customers[0].id}/")
        assert response.status_code == 200
        assert "Podero could not be asked." in response.content.decode()

    def test_refresh_asks_podero_and_is_an_event(self, alice: Any, with_vehicles: Customer, client_of: Any) -> None:
        response = client_of(alice).post(f"/customers/{with_vehicles.id}/refresh/", follow=True)
        assert "Podero was asked: " in response.content.decode()
        event = Event.objects.get(action="vehicle.refreshed")
        assert (event.customer_id, event.outcome, event.actor_id) == (with_vehicles.id, "done", alice.id)

    def test_cars_that_podero_no_longer_lists_are_not_healthy(
        self, alice: Any, with_vehicles: Customer, client_of: Any, world: Any
    ) -> None:
        client, page = client_of(alice), f"/customers/{with_vehicles.id}/"
        client.get(page)
        assert Vehicle.objects.filter(customer=with_vehicles, is_gone=False).exists()
        world.faults.add(Fault("body", match="vehicles", value="[]"))
        told = client.post(f"{page}refresh/", follow=True).content.decode()
        assert "Podero was asked: no vehicle." in told
        assert Event.objects.get(action="vehicle.refreshed").reason == "0 vehicles"
        assert "No longer at Podero" in told
        assert 'data-value="healthy"' not in told
        assert 'data-field="connection_status"' not in told

    def test_a_refresh_that_fails_is_said_and_recorded(
        self, alice: Any, with_vehicles: Customer, sandbox: Any, client_of: Any
    ) -> None:
        browser = client_of(alice)
        browser.get(f"/customers/{with_vehicles.id}/")
        sandbox.stop()
        page = browser.post(f"/customers/{with_vehicles.id}/refresh/", follow=True).content.decode()
        assert "What is shown is the last that Podero told." in page
        assert 'data-field="connection_status"' in page
        assert Event.objects.get(action="vehicle.refreshed").outcome == "failed"

    def test_charlie_cannot_refresh(self, charlie: Any, customers: list[Customer], client_of: Any) -> None:
        assert client_of(charlie).post(f"/customers/{customers[0].id}/refresh/").status_code == 404
        assert not Event.objects.filter(action="vehicle.refreshed").exists()


class TestOpen:
    def test_it_leads_to_the_one_customer_with_this_number(
        self, alice: Any, customers: list[Customer], client_of: Any, settings: Any
    ) -> None:
        wanted = next(customer for customer in customers if customer.external_user_id)
        Customer.objects.filter(external_user_id=wanted.external_user_id).exclude(id=wanted.id).update(
            external_user_id=""
        )
        query = {"organization": settings.ALPENSTROM, "customer": wanted.external_user_id}
        assert client_of(alice).get("/open/", query)["Location"] == f"/customers/{wanted.id}/"

    def test_it_takes_the_id_too(self, alice: Any, customers: list[Customer], client_of: Any, settings: Any) -> None:
        query = {"organization": settings.ALPENSTROM, "customer": str(customers[0].id)}
        assert client_of(alice).get("/open/", query)["Location"] == f"/customers/{customers[0].id}/"

    def test_it_stays_in_its_frame(self, alice: Any, customers: list[Customer], client_of: Any, settings: Any) -> None:
        query = {"organization": settings.ALPENSTROM, "customer": str(customers[0].id), "embed": "1"}
        with override_settings(EMBED_ORIGINS=["https://intranet.example"]):
            assert client_of(alice).get("/open/", query)["Location"] == f"/customers/{customers[0].id}/?embed=1"

    def test_several_matches_are_a_choice(
        self, alice: Any, customers: list[Customer], client_of: Any, settings: Any
    ) -> None:
        Customer.objects.filter(id__in=[customer.id for customer in customers[:2]]).update(external_user_id="TWICE")
        response = client_of(alice).get("/open/", {"organization": settings.ALPENSTROM, "customer": "TWICE"})
        page = response.content.decode()
        assert response.status_code == 200
        assert all(f"/customers/{customer.id}/" in page for customer in customers[:2])

    def test_a_customer_that_is_not_known_yet_is_fetched(
        self, alice: Any, organization_a: Any, world: Any, client_of: Any, settings: Any
    ) -> None:
        new = world.add_user(settings.ALPENSTROM, external_user_id="AS-NEW-1")
        query = {"organization": settings.ALPENSTROM, "customer": "AS-NEW-1"}
        assert client_of(alice).get("/open/", query)["Location"] == f"/customers/{new.id}/"

    def test_the_list_is_not_fetched_again_for_every_dead_link(
        self, alice: Any, organization_a: Any, world: Any, client_of: Any, settings: Any
    ) -> None:
        browser = client_of(alice)
        for key in ("dead-1", "dead-2", "dead-3"):
            browser.get("/open/", {"organization": settings.ALPENSTROM, "customer": key})
        assert len([seen for seen in world.requests if seen.path.endswith("/users")]) == 1

    def test_a_dead_link_does_not_keep_the_next_one_from_being_fetched(
        self, alice: Any, organization_a: Any, world: Any, client_of: Any, settings: Any, time_machine: Any
    ) -> None:
        browser = client_of(alice)
        browser.get("/open/", {"organization": settings.ALPENSTROM, "customer": "dead"})
        new = world.add_user(settings.ALPENSTROM, external_user_id="AS-NEW-2")
        time_machine.move_to(time.time() + 4)
        query = {"organization": settings.ALPENSTROM, "customer": "AS-NEW-2"}
        assert browser.get("/open/", query)["Location"] == f"/customers/{new.id}/"

    def test_nobody_with_this_number_is_said_in_words(
        self, alice: Any, customers: list[Customer], client_of: Any, settings: Any
    ) -> None:
        response = client_of(alice).get("/open/", {"organization": settings.ALPENSTROM, "customer": "nobody"})
        assert response.status_code == 404
        assert "No such customer" in response.content.decode()

    def test_charlie_finds_no_such_organisation(
        self, charlie: Any, customers: list[Customer], client_of: Any, settings: Any
    ) -> None:
        query = {"organization": settings.ALPENSTROM, "customer": str(customers[0].id)}
        assert client_of(charlie).get("/open/", query).status_code == 404
        assert Event.objects.filter(action="access.denied", actor_id=charlie.id).exists()

    def test_what_is_no_number_leads_to_nobody_without_one(
        self, alice: Any, customers: list[Customer], client_of: Any, settings: Any
    ) -> None:
        Customer.objects.update(external_user_id="")
        response = client_of(alice).get("/open/", {"organization": settings.ALPENSTROM, "customer": "\0"})
        assert response.status_code == 422

    @pytest.mark.parametrize("query", [{}, {"organization": "x", "customer": "y"}, {"organization": str(NOBODY_ID)}])
    def test_an_incomplete_link_is_refused_in_words(self, alice: Any, client_of: Any, query: dict[str, str]) -> None:
        response = client_of(alice).get("/open/", query)
        assert response.status_code == 422
        assert "This link is incomplete" in response.content.decode()


class TestTheme:
    def test_it_is_kept_and_leads_back(self, alice: Any, client_of: Any) -> None:
        browser = client_of(alice)
        response = browser.post("/theme/", {"theme": "dark", "next": "/vehicles/?health=old"})
        assert response["Location"] == "/vehicles/?health=old"
        assert 'data-bs-theme="dark"' in browser.get("/").content.decode()

    @pytest.mark.parametrize(
        "address", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""]
    )
    def test_it_never_leads_elsewhere(self, alice: Any, client_of: Any, address: str) -> None:
        assert client_of(alice).post("/theme/", {"theme": "dark", "next": address})["Location"] == "/"

    def test_other_looks_are_refused(self, alice: Any, client_of: Any) -> None:
        response = client_of(alice).post("/theme/", {"theme": "<script>"})
        assert response.status_code == 422
        assert "podero_theme" not in response.cookies

    def test_a_cookie_from_elsewhere_changes_nothing(self, alice: Any, client_of: Any) -> None:
        browser = client_of(alice)
        browser.cookies["podero_theme"] = '"><script>'
        assert 'data-bs-theme="auto"' in browser.get("/").content.decode()


class TestFrame:
    def test_an_embedded_page_hides_the_bar_and_keeps_its_links_in_the_frame(
        self, alice: Any, with_vehicles: Customer, client_of: Any
    ) -> None:
        with override_settings(EMBED_ORIGINS=["https://intranet.example"]):
            page = client_of(alice).get(f"/customers/{with_vehicles.id}/?embed=1").content.decode()
        assert 'class="bar"' not in page
        assert 'href="/customers/?embed=1"' in page
        assert f'action="/customers/{with_vehicles.id}/refresh/?embed=1"' in page

    def test_without_origins_the_bar_is_hidden_too_but_nobody_may_frame_it(self, alice: Any, client_of: Any) -> None:
        response = client_of(alice).get("/?embed=1")
        assert 'class="bar"' not in response.content.decode()
        assert response["X-Frame-Options"] == "DENY"

    def test_no_page_holds_a_script_or_a_style_of_its_own(
        self, alice: Any, with_vehicles: Customer, client_of: Any
    ) -> None:
        browser = client_of(alice)
        for address in ("/", f"/customers/{with_vehicles.id}/", "/accounts/password/change/", "/nothing/"):
            page = browser.get(address).content.decode()
            assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", page)


class TestErrorPages:
    def test_an_address_that_is_none_has_a_page_of_ours(self, alice: Any, client_of: Any) -> None:
        response = client_of(alice).get("/no/such/page/")
        assert response.status_code == 404
        assert "There is no page at this address" in response.content.decode()

    def test_a_form_without_its_token_is_refused_in_words(self, alice: Any) -> None:
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(alice)
        response = browser.post("/theme/", {"theme": "dark"})
        assert response.status_code == 403
        assert "Please open the form again" in response.content.decode()

    def test_a_foreign_host_gets_the_plain_page(self, client: Client) -> None:
        response = client.get("/", headers={"host": "evil.example"})
        assert response.status_code == 400
        assert "makes no sense" in response.content.decode()

    def test_the_page_for_a_breakdown_needs_no_database(self, rf: Any) -> None:
        from podero_admin.desk.views import server_error

        response = server_error(rf.get("/"))
        assert response.status_code == 500
        assert "Something broke on our side" in response.content.decode()


def test_it_says_on_every_page_that_this_is_the_sandbox(alice: Any, client_of: Any, client: Client) -> None:
    for page in (client_of(alice).get("/"), client.get("/accounts/login/")):
        assert "This is the sandbox." in page.content.decode()
