"""Many cars of one maker, or of one organisation, within an hour: told as one thing, and over when it is over."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from podero_admin.directory.models import Customer
from podero_admin.directory.services import customers_refresh
from podero_admin.organizations.selectors import system_access
from podero_admin.podero import ElectricVehicle
from podero_admin.vehicles import services
from podero_admin.vehicles.incidents import incidents_find
from podero_admin.vehicles.models import Incident, Reading, Vehicle
from podero_admin.vehicles.tasks import find_incidents

pytestmark = pytest.mark.django_db
OK = {"connection_status": "ok", "monitoring_status": "ok", "steering_status": "ok"}
NOW = timezone.now()


def cars(customer: Customer, maker: str, number: int, *, minutes_ago: int = 100, **values: Any) -> list[Any]:
    """Healthy cars of one maker, as Podero told a while ago."""
    made = [uuid4() for _ in range(number)]
    tell(customer, made, maker, minutes_ago=minutes_ago, **values)
    return made


def tell(customer: Customer, ids: list[Any], maker: str, *, minutes_ago: float, **values: Any) -> None:
    asked_at = NOW - timedelta(minutes=minutes_ago)
    known = OK | {"is_authenticated": True, "device_model": {"manufacturer": maker, "model": "X"}}
    known |= {"current_state_last_updated_at": asked_at.isoformat()} | values
    told = [ElectricVehicle.parse(known | {"id": str(each)}) for each in ids]
    services.vehicles_store(customer=customer, vehicles=told, complete=False, asked_at=asked_at)


def reported(minutes_ago: float) -> str:
    return (NOW - timedelta(minutes=minutes_ago)).isoformat()


def found() -> list[tuple[str, str, int, int]]:
    rows = Incident.objects.filter(ended_at=None).order_by("maker", "what")
    return [(row.name, row.what, row.affected, row.of) for row in rows]


def at(**later: float) -> datetime:
    return NOW + timedelta(**later)


def test_most_cars_of_one_maker_are_one_incident(jana: Customer) -> None:
    ours = cars(jana, "Škoda", 11)
    cars(jana, "Kia", 30)
    tell(jana, ours[:9], "Škoda", minutes_ago=20, monitoring_status="error")
    assert incidents_find(now=NOW) == 1
    assert found() == [("Škoda", "monitoring", 9, 11)]
    assert Incident.objects.get().since == NOW - timedelta(minutes=20)


@pytest.mark.parametrize(("affected", "of"), [(4, 4), (5, 16)])
def test_few_or_a_small_part_are_chance(jana: Customer, affected: int, of: int) -> None:
    ours = cars(jana, "Kia", of)
    tell(jana, ours[:affected], "Kia", minutes_ago=20, connection_status="error")
    assert incidents_find(now=NOW) == 0


def test_what_befell_them_one_after_the_other_over_a_day_is_none(jana: Customer) -> None:
    ours = cars(jana, "Kia", 8, minutes_ago=900)
    for number, car in enumerate(ours):
        tell(jana, [car], "Kia", minutes_ago=810 - number * 100)
        tell(jana, [car], "Kia", minutes_ago=800 - number * 100, connection_status="error")
    assert incidents_find(now=NOW) == 0


def test_cars_that_were_bad_when_they_were_first_seen_are_none(jana: Customer) -> None:
    cars(jana, "Kia", 8, minutes_ago=20, connection_status="error")
    assert incidents_find(now=NOW) == 0


def test_it_goes_on_while_they_are_bad_and_is_over_when_they_are_well(jana: Customer) -> None:
    ours = cars(jana, "Kia", 10)
    tell(jana, ours[:8], "Kia", minutes_ago=30, steering_status="error")
    incidents_find(now=NOW)
    assert incidents_find(now=at(hours=5)) == 1
    tell(jana, ours[:6], "Kia", minutes_ago=-320)
    assert incidents_find(now=at(hours=6)) == 0
    assert Incident.objects.get().ended_at == at(hours=6)
    assert (Incident.objects.get().affected, Incident.objects.get().of) == (8, 10)


def test_it_grows_and_keeps_its_beginning(jana: Customer) -> None:
    ours = cars(jana, "Kia", 20)
    tell(jana, ours[:8], "Kia", minutes_ago=30, connection_status="error")
    incidents_find(now=NOW)
    tell(jana, ours[8:15], "Kia", minutes_ago=-90)
    tell(jana, ours[8:15], "Kia", minutes_ago=-100, connection_status="error")
    incidents_find(now=at(hours=2))
    assert found() == [("Kia", "connection", 15, 20)]
    assert Incident.objects.get().since == NOW - timedelta(minutes=30)


def test_all_makers_of_an_organisation_are_one_more(jana: Customer) -> None:
    for maker in ("Kia", "Fiat", "Škoda"):
        ours = cars(jana, maker, 6)
        tell(jana, ours[:5], maker, minutes_ago=10, connection_status="error")
    assert incidents_find(now=NOW) == 4
    assert found()[0] == ("", "connection", 15, 18)


def test_of_two_makers_nobody_says_that_it_is_all(jana: Customer) -> None:
    for maker in ("Kia", "Fiat"):
        ours = cars(jana, maker, 8)
        tell(jana, ours, maker, minutes_ago=10, connection_status="error")
    assert incidents_find(now=NOW) == 2
    assert {name for name, _, _, _ in found()} == {"Kia", "Fiat"}


def test_cars_that_fall_silent_together_are_one(jana: Customer) -> None:
    silent = cars(jana, "Kia", 7, minutes_ago=80, is_plugged_in=True)
    cars(jana, "Kia", 5, minutes_ago=10, is_plugged_in=True)
    tell(jana, silent, "Kia", minutes_ago=5, is_plugged_in=True, current_state_last_updated_at=reported(80))
    assert incidents_find(now=NOW) == 1
    assert found() == [("Kia", "silence", 7, 12)]


def test_cars_about_which_we_did_not_ask_are_not_silent(jana: Customer) -> None:
    """Our own outage, or Podero's, makes all readings old; the makers have nothing to do with it."""
    ours = cars(jana, "Kia", 7, minutes_ago=80, is_plugged_in=True)
    tell(jana, ours, "Kia", minutes_ago=30, is_plugged_in=True, current_state_last_updated_at=reported(80))
    assert incidents_find(now=NOW) == 0
    tell(jana, ours[:4], "Kia", minutes_ago=5, is_plugged_in=True, current_state_last_updated_at=reported(80))
    assert incidents_find(now=NOW) == 0
    tell(jana, ours[4:5], "Kia", minutes_ago=5, is_plugged_in=True, current_state_last_updated_at=reported(80))
    assert incidents_find(now=NOW) == 1
    assert found() == [("Kia", "silence", 5, 7)]


def test_what_was_noticed_only_after_hours_without_asking_did_not_happen_in_one(jana: Customer) -> None:
    ours = cars(jana, "Kia", 9, minutes_ago=620)
    tell(jana, ours, "Kia", minutes_ago=20, connection_status="error")
    assert incidents_find(now=NOW) == 0


@pytest.mark.parametrize(("apart", "number"), [(15, 1), (100, 1), (119, 1), (121, 0)])
def test_as_often_as_a_car_is_asked_about_incidents_are_found(jana: Customer, apart: int, number: int) -> None:
    """Every quarter of an hour by default; every hundred minutes where there are 60,000 customers."""
    ours = cars(jana, "Kia", 9, minutes_ago=5 + apart)
    tell(jana, ours, "Kia", minutes_ago=5, connection_status="error")
    assert incidents_find(now=NOW) == number


class TestLifecycle:
    """Podero reports an error of the vehicle's record, while the three statuses may all be ok."""

    def test_many_of_one_maker_are_one_incident(self, jana: Customer) -> None:
        ours = cars(jana, "Kia", 9)
        tell(jana, ours[:7], "Kia", minutes_ago=20, lifecycle_state="error")
        assert incidents_find(now=NOW) == 1
        assert found() == [("Kia", "lifecycle", 7, 9)]

    def test_it_is_over_when_they_are_well(self, jana: Customer) -> None:
        ours = cars(jana, "Kia", 9)
        tell(jana, ours, "Kia", minutes_ago=20, lifecycle_state="error")
        incidents_find(now=NOW)
        assert incidents_find(now=at(hours=3)) == 1
        tell(jana, ours[:6], "Kia", minutes_ago=-200, lifecycle_state="authenticated")
        assert incidents_find(now=at(hours=4)) == 0

    def test_beside_a_status_both_are_kept(self, jana: Customer) -> None:
        ours = cars(jana, "Kia", 9)
        tell(jana, ours, "Kia", minutes_ago=20, lifecycle_state="error", steering_status="error")
        assert set(Reading.objects.values_list("became", flat=True)) == {"steering lifecycle"}
        assert incidents_find(now=NOW) == 2

    def test_one_that_something_else_hid_did_not_turn(self, jana: Customer) -> None:
        ours = cars(jana, "Kia", 9, lifecycle_state="error", action_needed=True)
        tell(jana, ours, "Kia", minutes_ago=20, lifecycle_state="error")
        assert incidents_find(now=NOW) == 0

    def test_it_is_said_in_words(self, jana: Customer, alice: Any, client_of: Any) -> None:
        ours = cars(jana, "Kia", 9)
        tell(jana, ours, "Kia", minutes_ago=20, lifecycle_state="error")
        incidents_find(now=NOW)
        page = client_of(alice).get("/vehicles/").content.decode()
        assert "9 of 9 Kia have a lifecycle error since " in page


def test_cars_that_nobody_has_connected_do_not_count(jana: Customer) -> None:
    cars(jana, "Kia", 40, is_authenticated=False)
    ours = cars(jana, "Kia", 6)
    tell(jana, ours[:5], "Kia", minutes_ago=10, connection_status="error")
    incidents_find(now=NOW)
    assert found() == [("Kia", "connection", 5, 6)]


def test_an_unknown_maker_and_no_cars_at_all_break_nothing(jana: Customer, organization_b: Any) -> None:
    ours = cars(jana, "", 8, device_model=None)
    tell(jana, ours, "", minutes_ago=10, connection_status="error", device_model=None)
    assert incidents_find(now=NOW) == 0
    find_incidents()


def test_cars_of_another_organisation_are_another_matter(jana: Customer, charlies_customer: Customer) -> None:
    ours = cars(jana, "Kia", 4)
    theirs = cars(charlies_customer, "Kia", 4)
    tell(jana, ours, "Kia", minutes_ago=10, connection_status="error")
    tell(charlies_customer, theirs, "Kia", minutes_ago=10, connection_status="error")
    assert incidents_find(now=NOW) == 0


@pytest.fixture
def charlies_customer(organization_b: Any, world: Any) -> Customer:
    user = world.add_user(str(organization_b.id), first_name="Lars", email="lars@example.org")
    customers_refresh(access=system_access(), organization_id=organization_b.id)
    return Customer.objects.get(id=user.id)


class TestPages:
    @pytest.fixture
    def trouble(self, jana: Customer) -> Vehicle:
        ours = cars(jana, "<b>Kia</b>", 11)
        tell(jana, ours[:9], "<b>Kia</b>", minutes_ago=20, monitoring_status="error")
        incidents_find(now=NOW)
        return Vehicle.objects.get(id=ours[0])

    def test_the_list_and_the_page_of_a_car_of_that_maker_tell(
        self, trouble: Vehicle, alice: Any, client_of: Any
    ) -> None:
        said = "9 of 11 &lt;b&gt;Kia&lt;/b&gt; lost monitoring since "
        for address in ("/vehicles/", f"/vehicles/{trouble.id}/"):
            page = client_of(alice).get(address).content.decode()
            assert said in page
            assert "do not ask the customer to reconnect" in page

    def test_the_page_of_another_makers_car_does_not(
        self, trouble: Vehicle, jana: Customer, alice: Any, client_of: Any
    ) -> None:
        [other] = cars(jana, "Fiat", 1)
        assert "data-incident" not in client_of(alice).get(f"/vehicles/{other}/").content.decode()

    def test_a_stranger_is_told_nothing(self, trouble: Vehicle, charlie: Any, client_of: Any) -> None:
        assert "data-incident" not in client_of(charlie).get("/vehicles/").content.decode()
        assert client_of(charlie).get(f"/vehicles/{trouble.id}/").status_code == 404

    def test_one_of_yesterday_names_the_day(
        self, trouble: Vehicle, alice: Any, client_of: Any, time_machine: Any
    ) -> None:
        Incident.objects.update(since=NOW - timedelta(days=2))
        then = timezone.localtime(NOW - timedelta(days=2))
        page = client_of(alice).get("/vehicles/").content.decode()
        assert f"since {then.strftime('%-d %b, %H:%M')}" in page
