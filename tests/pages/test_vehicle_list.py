"""The list of vehicles: what its chips count, whom its makers and its export show, and who gets none of it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from podero_admin.directory.models import Customer
from podero_admin.directory.services import customers_refresh
from podero_admin.organizations.selectors import system_access
from podero_admin.vehicles.counts import FRESH
from podero_admin.vehicles.models import Vehicle
from podero_admin.vehicles.services import customer_vehicles_fetch
from podero_admin.vehicles.urgency import URGENCY_GONE

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
            HEALTHY | {"connection_status": "error", "steering_status": "error", "deleted_at": "2026-11-02T08:00:00Z"},
        )
        [gone] = park(HEALTHY | {"connection_status": "error", "steering_status": "error"})
        Vehicle.objects.filter(id=gone.id).update(is_gone=True, urgency=URGENCY_GONE)
        client = client_of(alice)
        found = chips(client)
        all_of_them = Vehicle.objects.filter(organization=alice.memberships.get().organization).count()
        assert found.pop("All") == str(all_of_them)
        assert (found["Connection error"], found["Steering error"]) == ("2", "1")
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

    def test_of_one_organisation_of_several_its_own_are_shown(
        self, park: Any, organization_a: Any, organization_b: Any, world: Any, root: Any, client_of: Any
    ) -> None:
        user = world.add_user(str(organization_b.id), last_name="Berg")
        customers_refresh(access=system_access(), organization_id=organization_b.id)
        park(HEALTHY | {"action_needed": True} | model("Kia"), HEALTHY)
        park(HEALTHY | {"action_needed": True} | model("Polestar"), customer=Customer.objects.get(id=user.id))
        client = client_of(root)
        assert chips(client)["Needs action"] == "2"
        for organization, every in ((organization_a, "2"), (organization_b, "1")):
            found = chips(client, f"?organization={organization.id}&sort=age")
            assert (found["Needs action"], found["All"]) == ("1", every)
        page = client.get(f"/vehicles/?organization={organization_b.id}").content.decode()
        assert "counted <time" in page
        assert [maker in page for maker in (">Polestar<", ">Kia<")] == [True, False]

    def test_an_organisation_that_is_not_ones_own_is_not_counted(
        self, park: Any, charlie: Any, client_of: Any, organization_a: Any
    ) -> None:
        park(HEALTHY | {"action_needed": True} | model("Kia"))
        response = client_of(charlie).get(f"/vehicles/?organization={organization_a.id}")
        assert response.status_code == 422
        assert "<b>1</b>" not in response.content.decode()
        assert cache.get(f"vehicles:counts:{organization_a.id}") is None


class TestNow:
    def test_what_a_car_did_long_ago_is_not_what_it_does_now(self, park: Any, alice: Any, client_of: Any) -> None:
        charging = HEALTHY | {"is_plugged_in": True, "is_charging": True, "connection_status": "error"}
        fresh = {"current_state_last_updated_at": timezone.now().isoformat()}
        park(charging | model("Kia"), charging | fresh | model("Fiat"))
        page = client_of(alice).get("/vehicles/").content.decode()
        rows = {maker: row for row in page.split("<tr>") for maker in ("Kia", "Fiat") if f">{maker} X<" in row}
        assert "Readings old" in rows["Kia"]
        assert 'data-field="charge"' not in rows["Kia"]
        assert 'data-field="charge" data-value="charging"' in rows["Fiat"]


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

    @pytest.mark.parametrize("maker", ["K" * 256, "K" * 100_000, "Kia\0", "\0"])
    def test_what_no_maker_is_called_is_said(self, alice: Any, client_of: Any, maker: str) -> None:
        response = client_of(alice).get("/vehicles/", {"maker": maker})
        assert response.status_code == 422
        assert "No maker is called that" in response.content.decode()

    @pytest.mark.parametrize("maker", ["Land\u00a0Rover", "BYD\u200b", "\u200fגילי", "Kia\tMotors"])
    def test_whatever_is_offered_can_be_chosen(self, park: Any, alice: Any, client_of: Any, maker: str) -> None:
        """Podero's makers may hold characters that are real but not printable, such as a no-break space."""
        park(HEALTHY | model(maker), HEALTHY | model("Fiat"))
        client = client_of(alice)
        assert f'<option value="{maker}">' in client.get("/vehicles/").content.decode()
        response = client.get("/vehicles/", {"maker": maker})
        assert response.status_code == 200
        assert [row.title for row in response.context["page"].rows] == [f"{maker} X"]

    def test_markup_in_a_maker_is_only_text(self, park: Any, alice: Any, client_of: Any) -> None:
        park(HEALTHY | model('"><script>alert(1)</script>'))
        page = client_of(alice).get("/vehicles/").content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
