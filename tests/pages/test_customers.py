"""The pages of the directory, from outside."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from podero_admin.audit.models import Event
from podero_admin.directory.models import Customer
from podero_admin.sandbox.faults import Fault

pytestmark = pytest.mark.django_db
PAGE = "/customers/"


@pytest.fixture(autouse=True)
def _no_leftovers() -> None:
    cache.clear()


def page(client: Client, text: str | None = None, **more: Any) -> str:
    response = client.get(PAGE, **more) if text is None else client.post(PAGE, {"q": text}, **more)
    assert response.status_code == 200
    return response.content.decode()


def test_strangers_are_sent_to_the_sign_in(client: Client) -> None:
    assert client.get(PAGE)["Location"].startswith("/accounts/login/")
    assert client.post(f"{PAGE}refresh/").status_code == 302


def test_the_first_visit_fetches_the_list_and_says_how_old_it_is(alice: Any, client_of: Any) -> None:
    text = page(client_of(alice))
    assert "Siobhán O&#x27;Brannigan" in text
    assert "Alpenstrom GmbH: list of" in text
    assert Customer.objects.exists()


def test_a_search_without_script_finds_and_keeps_its_text(alice: Any, client_of: Any) -> None:
    text = page(client_of(alice), "mellegger")
    assert "No customer found" in text
    text = page(client_of(alice), "mullegger")
    assert "Änne Müllegger" in text
    assert 'value="mullegger"' in text
    assert "1 customer found." in text


@pytest.mark.parametrize("typed", ["Müllegger", "Muellegger", "MÜLLEGGER anne", "mulleg"])
def test_a_name_is_found_however_its_umlaut_is_written(typed: str, alice: Any, client_of: Any) -> None:
    assert "Änne Müllegger" in page(client_of(alice), typed)


def test_htmx_gets_the_rows_alone(alice: Any, client_of: Any) -> None:
    browser = client_of(alice)
    page(browser)
    text = page(browser, "mullegger", headers={"HX-Request": "true"})
    assert "Änne Müllegger" in text
    assert "<html" not in text


def test_htmx_gets_the_button_to_export_what_was_found(alice: Any, bob: Any, client_of: Any) -> None:
    by_script = {"headers": {"HX-Request": "true"}}
    browser = client_of(bob)
    page(browser)
    text = page(browser, "mullegger", **by_script)
    assert 'id="export" hx-swap-oob="true"' in text
    assert re.search('action="/customers/export/".*name="q" value="mullegger"', text)
    assert "Export CSV" not in page(browser, "nobody of this name", **by_script)
    assert 'id="export"' not in page(client_of(alice), "mullegger", **by_script)


def test_the_text_of_a_search_stands_in_no_address(alice: Any, client_of: Any, organization_a: Any, world: Any) -> None:
    for number in range(60):
        world.add_user(str(organization_a.id), last_name=f"Einmalig {number}")
    text = page(client_of(alice), "einmalig")
    assert not re.search(r'(?:href|action)="[^"]*einmalig', text, re.IGNORECASE)
    assert 'name="after"' in text


def test_the_next_page_of_a_search_is_posted(alice: Any, client_of: Any, organization_a: Any, world: Any) -> None:
    for number in range(60):
        world.add_user(str(organization_a.id), last_name=f"Einmalig {number:02}")
    browser = client_of(alice)
    first = browser.post(PAGE, {"q": "einmalig"})
    second = browser.post(PAGE, {"q": "einmalig", "after": first.context["page"].after})
    assert [len(first.context["page"].rows), len(second.context["page"].rows)] == [50, 10]
    assert "Einmalig 59" in second.content.decode()


def test_the_next_page_of_the_list_is_a_link(alice: Any, client_of: Any, organization_a: Any, world: Any) -> None:
    for number in range(60):
        world.add_user(str(organization_a.id), last_name=f"A {number:02}")
    assert 'rel="next"' in page(client_of(alice))


@pytest.mark.parametrize("text", ["", "   ", "'\"<script>alert(1)</script>", "a" * 200, "a 💚"])
def test_no_text_breaks_the_page(text: str, alice: Any, client_of: Any) -> None:
    assert "<script>alert" not in page(client_of(alice), text)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
@pytest.mark.parametrize(
    "text",
    ["x" * 10_000, "anna " * 100, "_" * 500, "one two three four five six seven eight nine", "\0", "%", "💚", "\u202e"],
)
def test_what_cannot_be_looked_for_is_refused_in_the_words_of_the_search(
    text: str, headers: dict[str, str], alice: Any, client_of: Any
) -> None:
    """Nothing is cut off or left out without a word."""
    browser = client_of(alice)
    refused, same = (browser.post(path, {"q": text}, headers=headers) for path in (PAGE, "/search/"))
    assert (refused.status_code, same.status_code) == (422, 422)
    assert refused.context["problem"] == same.context["problem"] != ""
    assert refused.context["problem"] in refused.content.decode()
    assert refused.context["page"].rows == []


def test_a_damaged_cursor_is_said_in_words(alice: Any, client_of: Any) -> None:
    response = client_of(alice).get(PAGE, {"after": "nonsense\0"})
    assert response.status_code == 422
    assert "damaged" in response.content.decode()


def test_names_are_written_as_they_are(alice: Any, client_of: Any) -> None:
    text = page(client_of(alice))
    assert "<bdi>נועה בן־דרור</bdi>" in text
    assert 'dir="auto"' in text


def test_charlie_sees_nobody_of_another_organisation(alice: Any, charlie: Any, client_of: Any) -> None:
    page(client_of(alice))
    assert "Müllegger" not in page(client_of(charlie))
    assert "No customer found" in page(client_of(charlie), "Müllegger")


def test_somebody_of_both_organisations_sees_which_is_whose(
    root: Any, organization_a: Any, organization_b: Any, client_of: Any
) -> None:
    text = page(client_of(root))
    assert "<th>Organisation</th>" in text
    assert "Alpenstrom GmbH: list of" in text
    assert "Nordvolt AB: list of" in text


def test_when_podero_is_away_the_last_known_list_is_shown_with_its_age(
    alice: Any, client_of: Any, sandbox: Any, settings: Any
) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from podero_admin.organizations.models import Organization

    browser = client_of(alice)
    page(browser)
    sandbox.stop()
    Organization.objects.update(directory_fetched_at=timezone.now() - timedelta(hours=5))
    text = page(browser)
    assert "Änne Müllegger" in text
    assert "5 h ago" in text
    assert "There is no newer one" in text


def test_without_any_list_it_says_that_none_could_be_fetched(alice: Any, client_of: Any, sandbox: Any) -> None:
    sandbox.stop()
    text = page(client_of(alice))
    assert "could not be fetched yet" in text
    assert "has not been fetched yet" in text


def test_an_organisation_without_customers_says_so(alice: Any, client_of: Any, world: Any, organization_a: Any) -> None:
    world.organizations[str(organization_a.id)].users.clear()
    assert "Podero lists no user with the role of a customer" in page(client_of(alice))


class TestRefresh:
    def test_it_fetches_records_and_says_so(self, alice: Any, client_of: Any) -> None:
        response = client_of(alice).post(f"{PAGE}refresh/", follow=True)
        assert "the list is fresh" in response.content.decode()
        assert Event.objects.get(action="customers.refreshed").actor_id == alice.id

    def test_its_failure_is_said_and_recorded(self, alice: Any, client_of: Any, world: Any) -> None:
        world.faults.add(Fault(kind="500", match="users", times=None))
        response = client_of(alice).post(f"{PAGE}refresh/", follow=True)
        assert "could not be fetched" in response.content.decode()
        assert Event.objects.get(action="customers.refreshed").outcome == "failed"

    def test_it_is_only_posted(self, alice: Any, client_of: Any) -> None:
        assert client_of(alice).get(f"{PAGE}refresh/").status_code == 405

    def test_charlie_fetches_his_own_list_only(
        self, charlie: Any, client_of: Any, organization_a: Any, organization_b: Any
    ) -> None:
        client_of(charlie).post(f"{PAGE}refresh/")
        assert set(Customer.objects.values_list("organization_id", flat=True)) == {organization_b.id}


def test_the_list_can_be_narrowed_to_one_organisation_and_says_how_many(
    root: Any, organization_b: Any, client_of: Any
) -> None:
    browser = client_of(root)
    page(browser)
    cache.clear()
    text = page(browser)
    every = Customer.objects.filter(is_gone=False).count()
    own = Customer.objects.filter(is_gone=False, organization=organization_b)
    assert f">All<b>{every}</b></a>" in text
    assert f'href="/customers/?organization={organization_b.id}">Nordvolt AB<b>{own.count()}</b></a>' in text
    text = browser.get(PAGE, {"organization": str(organization_b.id)}).content.decode()
    assert f"{own.count()} in all." in text
    assert '<input type="hidden" name="organization"' in text
    found = browser.post(PAGE, {"q": "a", "organization": str(organization_b.id)})
    assert {row.organization_id for row in found.context["page"].rows} <= {organization_b.id}


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_organisation_that_is_not_ones_own_is_refused_in_words(
    method: str, charlie: Any, organization_a: Any, client_of: Any
) -> None:
    for asked in (str(organization_a.id), "x", "\0"):
        response = getattr(client_of(charlie), method)(PAGE, {"organization": asked})
        assert response.status_code == 422
        assert "no such organisation" in response.content.decode()
