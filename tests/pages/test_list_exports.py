"""Copies of the lists of vehicles and customers: what is filtered, for whom it is allowed, told in the log."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from podero_admin.audit.models import Event
from podero_admin.core.paging import batches
from podero_admin.directory.folding import searchable
from podero_admin.directory.models import Customer
from podero_admin.directory.services import customers_refresh
from podero_admin.organizations.selectors import system_access
from podero_admin.vehicles.exporting import HEADINGS
from podero_admin.vehicles.models import Vehicle
from podero_admin.vehicles.services import customer_vehicles_fetch

pytestmark = pytest.mark.django_db
TESLA = {"device_model": {"manufacturer": "Tesla", "model": "Model 3"}, "latitude": 48.123456, "longitude": 16.654321}
LINKS = {"embeddable_url": "https://connect.example/a", "authorization_url": "https://connect.example/b"}


@pytest.fixture(autouse=True)
def _no_leftovers() -> None:
    cache.clear()


@pytest.fixture
def park(organization_a: Any, organization_b: Any, world: Any) -> None:
    """One customer with two vehicles in A, one with one in B."""
    ours = world.add_user(str(organization_a.id), first_name="Xaveria", last_name="=Quellner", external_user_id="+7")
    theirs = world.add_user(str(organization_b.id), first_name="Nils", last_name="Berg", external_user_id="NV-7")
    world.add_vehicle(ours.id, **TESLA, **LINKS, comment="[pa:ABCDEFGHJK-1] =HYPERLINK(1)", price_zone="AT")
    world.add_vehicle(ours.id, device_model={"manufacturer": "Škoda", "model": "Enyaq"}, price_zone="SE_3")
    world.add_vehicle(theirs.id, device_model={"manufacturer": "Polestar", "model": "2"})
    for organization, user in ((organization_a, ours), (organization_b, theirs)):
        customers_refresh(access=system_access(), organization_id=organization.id)
        customer_vehicles_fetch(access=system_access(), customer=Customer.objects.get(id=user.id))


def rows(response: Any) -> list[dict[str, str]]:
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def told(action: str) -> Event:
    return Event.objects.get(action=action)


def test_strangers_are_sent_to_the_sign_in(client: Any) -> None:
    for path in ("/vehicles/export/", "/customers/export/"):
        assert client.post(path)["Location"].startswith("/accounts/login/")


def test_vehicles_are_exported_as_they_are_filtered_and_in_order(park: None, bob: Any, client_of: Any) -> None:
    browser = client_of(bob)
    assert [row["model"] for row in rows(browser.post("/vehicles/export/", {"sort": "maker"}))] == ["Enyaq", "Model 3"]
    assert [row["model"] for row in rows(browser.post("/vehicles/export/", {"maker": "Tesla"}))] == ["Model 3"]
    assert rows(browser.post("/vehicles/export/", {"price_zone": "UK"})) == []


def test_health_is_what_the_list_says(park: None, bob: Any, client_of: Any) -> None:
    """What is stored does not age, and outlives a vehicle that is gone."""
    now = timezone.now()
    Vehicle.objects.update(settled_health="healthy", urgency=6, stale_after=now + timedelta(hours=1))
    Vehicle.objects.filter(model="Enyaq").update(stale_after=now - timedelta(hours=1))
    browser = client_of(bob)

    def healths() -> dict[str, str]:
        return {row["model"]: row["health"] for row in rows(browser.post("/vehicles/export/"))}

    assert healths() == {"Enyaq": "old", "Model 3": "healthy"}
    Vehicle.objects.filter(model="Enyaq").update(is_gone=True, urgency=8)
    Vehicle.objects.filter(model="Model 3").update(settled_health="not of today")
    assert healths() == {"Enyaq": "gone", "Model 3": "not of today"}


def test_no_place_no_link_and_no_formula_leaves_with_them(park: None, bob: Any, client_of: Any) -> None:
    response = client_of(bob).post("/vehicles/export/", {"maker": "Tesla"})
    assert response["Content-Disposition"].startswith('attachment; filename="vehicles-')
    text = b"".join(response.streaming_content).decode()
    assert all(value in Vehicle.objects.get(maker="Tesla").output for value in LINKS.values())
    assert not [part for part in ("48.123456", "16.654321", "https://", "connect.example") if part in text]
    assert ",'=HYPERLINK(1)," in text
    assert ",'+7," in text
    assert "pa:ABCDEFGHJK" not in text


def test_the_event_says_what_was_exported(park: None, bob: Any, client_of: Any, organization_a: Any) -> None:
    client_of(bob).post("/vehicles/export/", {"maker": "Tesla", "connection_status": "error"})
    event = told("vehicles.exported")
    assert (event.actor_name, event.organization_id) == ("Bob", organization_a.id)
    assert "connection_status error, maker Tesla" in event.sentence


def test_each_organisation_is_told_of_its_own_export(park: None, root: Any, client_of: Any) -> None:
    assert len(rows(client_of(root).post("/vehicles/export/"))) == 3
    assert Event.objects.filter(action="vehicles.exported").count() == 2


@pytest.mark.parametrize("path", ["/vehicles/export/", "/customers/export/"])
@pytest.mark.parametrize("who", ["alice", "sara", "charlie"])
def test_agents_and_seniors_may_not_and_the_attempt_is_recorded(
    path: str, who: str, park: None, request: Any, client_of: Any
) -> None:
    assert client_of(request.getfixturevalue(who)).post(path).status_code == 403
    assert "lists_export" in told("access.denied").reason
    assert not Event.objects.filter(action__endswith="exported", object_type__in=["vehicles", "customers"]).exists()


@pytest.mark.parametrize("path", ["/vehicles/", "/customers/"])
def test_the_button_is_shown_to_those_who_may(path: str, park: None, bob: Any, alice: Any, client_of: Any) -> None:
    assert f'action="{path}export/"' in client_of(bob).get(path).content.decode()
    assert f'action="{path}export/"' not in client_of(alice).get(path).content.decode()


def test_an_agent_of_one_organisation_exports_only_where_a_supervisor(
    park: None, bob: Any, organization_b: Any, client_of: Any
) -> None:
    from podero_admin.accounts.models import Membership

    Membership.objects.create(staff=bob, organization=organization_b, role="agent")
    browser = client_of(bob)
    assert {row["maker"] for row in rows(browser.post("/vehicles/export/"))} == {"Tesla", "Škoda"}
    assert {row["organization_name"] for row in rows(browser.post("/customers/export/"))} == {"Alpenstrom GmbH"}
    for path in ("/vehicles/export/", "/customers/export/"):
        assert browser.post(path, {"organization": str(organization_b.id)}).status_code == 403


@pytest.mark.parametrize("data", [{"health": "bad"}, {"maker": "a\0"}, {"organization": "x"}, {"sort": "\0"}])
def test_filters_that_make_no_sense_export_nothing(data: dict[str, str], park: None, bob: Any, client_of: Any) -> None:
    assert client_of(bob).post("/vehicles/export/", data).status_code == 422
    assert not Event.objects.filter(action="vehicles.exported").exists()


def test_customers_are_exported_as_they_are_searched_and_the_text_is_told_to_nobody(
    park: None, bob: Any, client_of: Any
) -> None:
    (row,) = rows(client_of(bob).post("/customers/export/", {"q": "quellner"}))
    assert (row["last_name"], row["external_user_id"]) == ("'=Quellner", "'+7")
    event = told("customers.exported")
    assert "found by •••" in event.sentence
    assert "quellner" not in event.sentence.lower()


@pytest.mark.parametrize(("number", "what"), [(999, "found by •••"), (1001, "the first 1,000 found by •••")])
def test_a_search_that_finds_more_than_is_copied_is_told_as_such(
    number: int, what: str, park: None, bob: Any, client_of: Any, organization_a: Any
) -> None:
    own = {"organization": organization_a, "role": "user", "digest": "", "fetched_at": timezone.now(), "name": "Ubique"}
    Customer.objects.bulk_create(
        Customer(search_key=key, sort_name=f"{key}", folded=searchable(["ubique"]), **own) for key in range(number)
    )
    assert len(rows(client_of(bob).post("/customers/export/", {"q": "ubique"}))) == min(number, 1000)
    assert told("customers.exported").object_label == what


@pytest.mark.parametrize("text", ["x" * 201, "1 2 3 4 5 6 7 8 9", "%"])
def test_what_cannot_be_looked_for_is_not_exported(text: str, park: None, bob: Any, client_of: Any) -> None:
    assert client_of(bob).post("/customers/export/", {"q": text}).status_code == 422
    assert not Event.objects.filter(action="customers.exported").exists()


def test_all_customers_that_are_not_gone_are_exported(
    park: None, bob: Any, organization_a: Any, client_of: Any
) -> None:
    Customer.objects.filter(last_name="=Quellner").update(is_gone=True)
    found = rows(client_of(bob).post("/customers/export/"))
    assert len(found) == Customer.objects.filter(organization=organization_a, is_gone=False).count()
    assert "all of them" in told("customers.exported").sentence


@pytest.mark.parametrize("organization", ["x", "\0", "6f1c1a52-6a3e-4f0e-9e3c-2d9a51b0c7aa"])
def test_an_organisation_that_is_not_theirs_exports_nothing(
    organization: str, park: None, bob: Any, client_of: Any
) -> None:
    assert client_of(bob).post("/customers/export/", {"organization": organization}).status_code == 422
    assert not Event.objects.filter(action="customers.exported").exists()


def test_rows_are_read_in_batches_none_lost_none_twice(park: None, django_assert_num_queries: Any) -> None:
    every = list(Vehicle.objects.order_by("id").values_list("id", flat=True))
    with django_assert_num_queries(2):
        found = batches(Vehicle.objects.values_list("id", named=True), order=["id"], size=2)
        assert [row.id for row in found] == every


def test_the_headings_name_each_column_once() -> None:
    assert len(set(HEADINGS)) == len(HEADINGS)
    assert "organization_name" in HEADINGS
