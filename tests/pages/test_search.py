"""The one search box: customers, vehicles and registrations, from outside; its text never in an address or a log."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from podero_admin.audit.models import Event
from podero_admin.directory.models import Customer
from podero_admin.directory.services import customers_refresh
from podero_admin.organizations.selectors import system_access
from podero_admin.vehicles.models import Vehicle
from podero_admin.vehicles.services import customer_vehicles_fetch
from tests.registering import press, registration_of

pytestmark = pytest.mark.django_db
PAGE = "/search/"
ON_POSTGRESQL = pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL forgives a slip")


@pytest.fixture(autouse=True)
def _no_leftovers() -> None:
    cache.clear()


@pytest.fixture
def owner(organization_a: Any, world: Any) -> Customer:
    """Łucja and her Škoda, as Podero has them."""
    user = world.add_user(
        str(organization_a.id),
        first_name="Łucja",
        last_name="Quellmayr",
        external_user_id="AS-900",
        email="l@q.example",
    )
    model = {"manufacturer": "Škoda", "model": "Wunderbar 80", "year": 2024}
    world.add_vehicle(user.id, device_model=model, comment="[pa:ABCDEFGHJK-1] behind the barn")
    customers_refresh(access=system_access(), organization_id=organization_a.id)
    found = Customer.objects.get(id=user.id)
    customer_vehicles_fetch(access=system_access(), customer=found)
    return found


def found(client: Client, text: str, **more: Any) -> str:
    response = client.post(PAGE, {"q": text}, **more)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def hits(text: str) -> list[str]:
    return re.findall(r'<a class="strong" href="([^"]+)"', text)


def test_strangers_are_sent_to_the_sign_in(client: Client) -> None:
    assert client.get(PAGE)["Location"].startswith("/accounts/login/")
    assert client.post(PAGE, {"q": "anna"})["Location"].startswith("/accounts/login/")


def test_without_a_text_it_says_what_to_type(alice: Any, client_of: Any) -> None:
    for response in (client_of(alice).get(PAGE), client_of(alice).post(PAGE, {"q": "  \t "})):
        assert response.status_code == 200
        assert "Type what you know" in response.content.decode()


def test_a_text_in_the_address_is_not_looked_for(owner: Customer, alice: Any, client_of: Any) -> None:
    assert "Quellmayr" not in client_of(alice).get(PAGE, {"q": "quellmayr"}).content.decode()


@pytest.mark.parametrize("text", ["quellm", "LUCJA QUE", "łucja quell", "l@q", "as-900", "900"])
def test_a_customer_is_found_by_any_part(text: str, owner: Customer, alice: Any, client_of: Any) -> None:
    assert hits(found(client_of(alice), text)) == [f"/customers/{owner.id}/"]


@pytest.mark.parametrize("text", ["wunderbar", "SKODA wunder", "skoda 2024", "behind barn", "80 wunderbar"])
def test_a_vehicle_is_found_by_maker_model_year_and_note(
    text: str, owner: Customer, alice: Any, client_of: Any
) -> None:
    shown = found(client_of(alice), text)
    assert hits(shown) == [f"/vehicles/{owner.vehicles.get().id}/"]
    assert "Found: 1 vehicle." in shown
    assert "pa:ABCDEFGHJK" not in shown


def test_both_kinds_are_found_by_a_whole_id_and_by_its_beginning(owner: Customer, alice: Any, client_of: Any) -> None:
    vehicle = owner.vehicles.get()
    for asked in (str(owner.id), str(owner.id).upper()[:14], owner.id.hex[:9]):
        assert hits(found(client_of(alice), asked)) == [f"/customers/{owner.id}/"]
    for asked in (str(vehicle.id), str(vehicle.id)[:18], vehicle.id.hex):
        assert hits(found(client_of(alice), f" {asked} ")) == [f"/vehicles/{vehicle.id}/"]


@pytest.mark.parametrize("form", ["{}", "{} ", "[pa:{tag}-1]", "{tag}", "lower"])
def test_a_reference_leads_to_the_registration(form: str, jana: Any, alice: Any, sara: Any, client_of: Any) -> None:
    reference = registration_of(press(client_of(alice), jana.id)).reference
    asked = reference.lower() if form == "lower" else form.format(reference, tag=reference[2:])
    assert client_of(sara).post(PAGE, {"q": asked})["Location"] == f"/registrations/{reference}/"


def test_a_script_is_led_to_the_registration_only_where_it_asks_for_that(jana: Any, alice: Any, client_of: Any) -> None:
    browser = client_of(alice)
    reference = registration_of(press(browser, jana.id)).reference
    by_script = {"headers": {"HX-Request": "true"}}
    led = browser.post(PAGE, {"q": reference, "straight": "1"}, **by_script)
    assert (led.status_code, led["HX-Redirect"]) == (200, f"/registrations/{reference}/")
    assert hits(found(browser, reference, **by_script)) == [f"/registrations/{reference}/"]
    assert hits(browser.post(PAGE, {"q": reference[:7], "straight": "1"}, **by_script).content.decode())


def test_the_beginning_of_a_reference_is_listed(jana: Any, alice: Any, client_of: Any) -> None:
    registration = registration_of(press(client_of(alice), jana.id))
    shown = found(client_of(alice), registration.reference[:7])
    assert f"/registrations/{registration.reference}/" in hits(shown)
    assert 'data-field="outcome"' in shown


def test_charlie_finds_nothing_of_it(owner: Customer, jana: Any, alice: Any, charlie: Any, client_of: Any) -> None:
    reference, vehicle = registration_of(press(client_of(alice), jana.id)).reference, owner.vehicles.get()
    for text in ("quellmayr", "wunderbar", str(owner.id), str(vehicle.id), vehicle.id.hex[:10], reference, "AS-900"):
        assert "Nothing found" in found(client_of(charlie), text), text


def test_the_chosen_organisation_is_the_one_searched(
    owner: Customer, organization_a: Any, organization_b: Any, root: Any, client_of: Any
) -> None:
    browser = client_of(root)
    assert hits(found(browser, "wunderbar"))
    browser.post("/organization/", {"organization": str(organization_b.id)})
    assert not hits(found(browser, "wunderbar"))


@pytest.mark.parametrize("text", ["x" * 10_000, "%" * 201, "👍" * 300])
def test_an_endless_text_is_refused_in_words(text: str, alice: Any, client_of: Any) -> None:
    response = client_of(alice).post(PAGE, {"q": text})
    assert response.status_code == 422
    assert "too long to search for" in response.content.decode()
    assert len(response.content) < 30_000


@pytest.mark.parametrize("text", ["%", "_", "…!?", "👍", "'\"", "- - -", "\0"])
def test_a_text_without_letter_or_digit_is_refused_in_words(text: str, alice: Any, client_of: Any) -> None:
    response = client_of(alice).post(PAGE, {"q": text})
    assert response.status_code == 422
    assert "at least one letter or digit" in response.content.decode()


@pytest.mark.parametrize(
    "text",
    [
        "50%",
        "a_b",
        "O'Brien\"",
        "x\0y",
        "NEAR(a b)",
        "* OR a",
        "🚗 a1",
        "\\x",
        "R-",
        "R-%%%",
        "R-ABC~",
        "[pa:-1]",
        "-1",
    ],
)
def test_odd_texts_find_nothing_and_break_nothing(text: str, owner: Customer, alice: Any, client_of: Any) -> None:
    shown = found(client_of(alice), text)
    assert "<script>" not in shown
    assert f"/vehicles/{owner.vehicles.get().id}/" not in hits(shown) or "Similar" in shown


def test_a_text_is_escaped_where_it_is_shown_again(alice: Any, client_of: Any) -> None:
    assert "<script>a" not in found(client_of(alice), "<script>a")


def test_htmx_gets_what_was_found_alone(owner: Customer, alice: Any, client_of: Any) -> None:
    shown = found(client_of(alice), "quellmayr", headers={"HX-Request": "true"})
    assert "<html" not in shown
    assert 'role="status">Found: 1 customer.' in shown


def test_more_than_a_few_customers_lead_to_the_list(
    organization_a: Any, world: Any, alice: Any, client_of: Any
) -> None:
    for number in range(12):
        world.add_user(
            str(organization_a.id), first_name=f"N{number}", last_name="Vielfach", external_user_id=f"V-{number}"
        )
    customers_refresh(access=system_access(), organization_id=organization_a.id)
    browser = client_of(alice)
    shown = found(browser, "vielfach")
    assert len(hits(shown)) == 8
    assert "the first 8 customers of more" in shown
    assert '<input type="hidden" name="q" value="vielfach">' in shown


def test_a_slip_is_no_reason_to_find_something_else_exactly(owner: Customer, alice: Any, client_of: Any) -> None:
    """What holds the words comes first; only where nothing does, similar words are looked for."""
    assert "Similar" not in found(client_of(alice), "quellmayr")


@ON_POSTGRESQL
@pytest.mark.parametrize("text", ["quelmayr", "Quellmeyr", "lucia quellmayr", "wundebar"])
def test_a_slip_is_forgiven(text: str, owner: Customer, alice: Any, charlie: Any, client_of: Any) -> None:
    shown = found(client_of(alice), text)
    assert "Nothing is spelled like that. Similar:" in shown
    assert hits(shown) in ([f"/customers/{owner.id}/"], [f"/vehicles/{owner.vehicles.get().id}/"])
    assert "Nothing found" in found(client_of(charlie), text)


@pytest.mark.parametrize(
    ("text", "kind"), [("sokda", "vehicles"), ("Lucja qeullmayr", "customers"), ("łujca", "customers")]
)
def test_two_swapped_letters_are_forgiven_everywhere(
    text: str, kind: str, owner: Customer, alice: Any, charlie: Any, client_of: Any
) -> None:
    shown = found(client_of(alice), text)
    assert "Nothing is spelled like that. Similar:" in shown
    assert {"customers": f"/customers/{owner.id}/", "vehicles": f"/vehicles/{owner.vehicles.get().id}/"}[kind] in hits(
        shown
    )
    assert "Nothing found" in found(client_of(charlie), text)


def test_what_nobody_meant_is_found_nowhere_at_a_bounded_cost(
    alice: Any, client_of: Any, django_assert_max_num_queries: Any
) -> None:
    browser = client_of(alice)
    with django_assert_max_num_queries(20):
        assert "Nothing found" in found(browser, "abcdefghijklm nopqrstuvwxyz zyxwvutsrqponm")
    assert "Nothing found" in found(browser, "9182736455")


def test_the_text_is_in_no_log_and_no_event(owner: Customer, alice: Any, client_of: Any, caplog: Any) -> None:
    before = Event.objects.count()
    with caplog.at_level("DEBUG"):
        found(client_of(alice), "quellmayr")
    assert "quellmayr" not in caplog.text.lower()
    assert Event.objects.count() == before


def test_the_box_of_every_page_asks_here(alice: Any, client_of: Any) -> None:
    for page in ("/", "/vehicles/", "/registrations/"):
        assert 'role="search" method="post" action="/search/"' in client_of(alice).get(page).content.decode()


def test_it_costs_few_queries(owner: Customer, alice: Any, client_of: Any, django_assert_max_num_queries: Any) -> None:
    browser = client_of(alice)
    found(browser, "quellmayr")
    with django_assert_max_num_queries(8):
        found(browser, "quellmayr")


def test_the_index_follows_what_podero_tells_later(owner: Customer, world: Any, alice: Any, client_of: Any) -> None:
    Vehicle.objects.filter(customer=owner).update(folded="  renamed")
    assert hits(found(client_of(alice), "renamed")) == [f"/vehicles/{owner.vehicles.get().id}/"]
    customer_vehicles_fetch(access=system_access(), customer=owner)
    assert "Nothing found" in found(client_of(alice), "renamed")
    assert hits(found(client_of(alice), "wunderbar"))
