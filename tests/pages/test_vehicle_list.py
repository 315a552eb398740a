"""The list of vehicles: what its chips count, whom its makers and its export show, and who gets none of it."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache

from podero_admin.audit.models import Event
from podero_admin.directory.models import Customer
from podero_admin.organizations.selectors import system_access
from podero_admin.vehicles.counts import FRESH
from podero_admin.vehicles.models import Vehicle
from podero_admin.vehicles.services import customer_vehicles_fetch

pytestmark = pytest.mark.django_db
OK = {"connection_status": "ok", "monitoring_status": "ok", "steering_status": "ok"}
HEALTHY = OK | {"is_authenticated": True, "current_state_last_updated_at": "2026-11-01T08:00:00Z"}
POSITION = {"latitude": 48.208174, "longitude": 16.373819}


@pytest.fixture(autouse=True)
def _nothing_is_counted_yet() -> None:
    cache.clear()


@pytest.fixture
def park(jana: Customer, world: Any) -> Any:
    """Give Jana, or somebody else, vehicles as Podero has them; they are fetched at the end."""

    def make(*cars: dict[str, Any], customer: Customer = jana) -> list[Vehicle]:
        made = [world.add_vehicle(str(customer.id), **car).id for car in cars]
        customer_vehicles_fetch(access=system_access(), customer=customer)
        return [Vehicle.objects.get(id=each) for each in made]

    return make


def model(maker: str, name: str = "X") -> dict[str, Any]:
    return {"device_model": {"manufacturer": maker, "model": name, "year": 2023}}


def chips(client: Any, query: str = "") -> dict[str, str]:
    page = client.get(f"/vehicles/{query}").content.decode()
    return dict(re.findall(r'<a class="chip"[^>]*>([^<]+) <b>([^<]*)</b>', page))


class TestCounts:
    def test_each_chip_counts_what_it_would_show(self, park: Any, alice: Any, client_of: Any) -> None:
        park(
            HEALTHY,
            HEALTHY | {"connection_status": "error"},
            HEALTHY | {"steering_status": "error", "connection_status": "error"},
            HEALTHY | {"action_needed": True},
            OK | {"is_authenticated": False},
            OK | {"is_authenticated": None},
        )
        client = client_of(alice)
        found = chips(client)
        all_of_them = Vehicle.objects.filter(organization=alice.memberships.get().organization).count()
        assert found.pop("All") == str(all_of_them)
        for label, query in (
            ("Needs action", "?action_needed=true"),
            ("Connection error", "?connection_status=error"),
            ("Steering error", "?steering_status=error"),
            ("Readings old", "?health=old"),
            ("Waiting for the customer", "?health=not_connected"),
        ):
            assert found[label] == str(len(client.get(f"/vehicles/{query}").context["page"].rows)), label

    def test_they_are_those_of_the_persons_organisations(
        self, park: Any, charlie: Any, bob: Any, client_of: Any
    ) -> None:
        park(HEALTHY | {"action_needed": True})
        assert chips(client_of(bob))["Needs action"] == "1"
        assert chips(client_of(charlie)) == dict.fromkeys(chips(client_of(charlie)), "0")

    def test_they_are_counted_again_after_a_minute(
        self, park: Any, alice: Any, client_of: Any, time_machine: Any
    ) -> None:
        import time

        client = client_of(alice)
        assert chips(client)["Needs action"] == "0"
        park(HEALTHY | {"action_needed": True})
        assert chips(client)["Needs action"] == "0"
        time_machine.move_to(time.time() + (FRESH + timedelta(seconds=1)).total_seconds())
        assert chips(client)["Needs action"] == "1"

    def test_while_somebody_counts_the_last_count_is_shown(
        self, park: Any, alice: Any, client_of: Any, time_machine: Any, organization_a: Any
    ) -> None:
        import time

        client = client_of(alice)
        chips(client)
        park(HEALTHY | {"action_needed": True})
        time_machine.move_to(time.time() + 61)
        cache.add(f"vehicles:counts:{organization_a.id}:counting", True, 30)
        assert chips(client)["Needs action"] == "0"

    def test_one_organisation_of_several_has_no_count_that_would_be_of_all(
        self, park: Any, alice: Any, client_of: Any, organization_a: Any
    ) -> None:
        park(HEALTHY)
        assert chips(client_of(alice), f"?organization={organization_a.id}") == {}


class TestMaker:
    def test_only_that_makers_cars_are_shown(self, park: Any, alice: Any, client_of: Any) -> None:
        park(HEALTHY | model("Kia", "EV6"), HEALTHY | model("Kia", "Niro"), HEALTHY | model("Fiat", "500e"))
        response = client_of(alice).get("/vehicles/?maker=Kia")
        assert sorted(row.title for row in response.context["page"].rows) == ["Kia EV6", "Kia Niro"]
        assert '<option value="Kia" selected>Kia</option>' in response.content.decode()
        assert '<option value="Fiat">Fiat</option>' in response.content.decode()

    def test_a_maker_of_another_organisation_is_not_offered(self, park: Any, charlie: Any, client_of: Any) -> None:
        park(HEALTHY | model("Kia"))
        assert client_of(charlie).get("/vehicles/?maker=Kia").context["page"].rows == []
        assert "Kia" not in client_of(charlie).get("/vehicles/").content.decode()

    def test_a_maker_that_there_is_not_finds_nothing(self, park: Any, alice: Any, client_of: Any) -> None:
        park(HEALTHY | model("Kia"))
        response = client_of(alice).get("/vehicles/?maker=Škoda")
        assert (response.status_code, response.context["page"].rows) == (200, [])

    @pytest.mark.parametrize("maker", ["K" * 256, "Kia\0", "a\nb"])
    def test_what_no_maker_is_called_is_said(self, alice: Any, client_of: Any, maker: str) -> None:
        response = client_of(alice).get("/vehicles/", {"maker": maker})
        assert response.status_code == 422
        assert "No maker is called that" in response.content.decode()

    def test_markup_in_a_maker_is_only_text(self, park: Any, alice: Any, client_of: Any) -> None:
        park(HEALTHY | model('"><script>alert(1)</script>'))
        page = client_of(alice).get("/vehicles/").content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


def exported(client: Any, **filters: str) -> list[dict[str, str]]:
    response = client.post("/vehicles/export/", filters)
    assert response.status_code == 200, response.content
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


class TestExport:
    def test_it_holds_what_is_filtered_and_is_an_event(self, park: Any, bob: Any, client_of: Any) -> None:
        [car, _] = park(HEALTHY | model("Kia", "EV6"), HEALTHY | model("Fiat"))
        [row] = exported(client_of(bob), maker="Kia")
        assert (row["vehicle_id"], row["model"], row["health"]) == (str(car.id), "Kia EV6", "old")
        event = Event.objects.get(action="vehicles.exported")
        assert (event.actor_name, event.object_label) == ("Bob", "maker = Kia")
        assert event.organization_id == car.organization_id

    def test_it_names_neither_a_position_nor_a_link(self, park: Any, bob: Any, client_of: Any) -> None:
        link = "https://connect.podero.example/secret"
        park(HEALTHY | POSITION | {"authorization_url": link, "embeddable_url": link})
        text = str(exported(client_of(bob)))
        assert not [word for word in ("48.208", "16.373", "connect.podero") if word in text]

    def test_no_cell_starts_a_formula(self, park: Any, bob: Any, client_of: Any) -> None:
        park(HEALTHY | model("=cmd|' /C calc'!A0") | {"comment": "@SUM(1)"})
        assert [(row["model"][:5], row["note"]) for row in exported(client_of(bob)) if "cmd" in row["model"]] == [
            ("'=cmd", "'@SUM(1)")
        ]

    def test_a_supervisor_elsewhere_gets_none_of_it(
        self, park: Any, bob: Any, client_of: Any, organization_b: Any
    ) -> None:
        park(HEALTHY)
        bob.memberships.update(organization=organization_b)
        assert exported(client_of(bob)) == []

    def test_an_agent_may_not_and_the_attempt_is_an_event(self, alice: Any, client_of: Any) -> None:
        assert client_of(alice).post("/vehicles/export/").status_code == 403
        assert not Event.objects.filter(action="vehicles.exported").exists()
        assert Event.objects.filter(action="access.denied").exists()
        assert "Export CSV" not in client_of(alice).get("/vehicles/").content.decode()

    def test_strangers_are_sent_to_the_sign_in(self, client: Any) -> None:
        assert client.post("/vehicles/export/").status_code == 302

    def test_it_is_not_to_be_fetched_by_a_link(self, bob: Any, client_of: Any) -> None:
        assert client_of(bob).get("/vehicles/export/").status_code == 405

    def test_filters_that_cannot_be_used_export_nothing(self, bob: Any, client_of: Any) -> None:
        assert client_of(bob).post("/vehicles/export/", {"health": "splendid"}).status_code == 422
        assert not Event.objects.filter(action="vehicles.exported").exists()
