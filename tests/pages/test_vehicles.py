"""The pages of vehicles, from outside."""

import html
import json
import re
from datetime import UTC
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from podero_admin.audit.models import AccessRecord, Event
from podero_admin.directory.models import Customer
from podero_admin.directory.services import customers_refresh
from podero_admin.organizations.selectors import system_access
from podero_admin.sandbox.faults import Fault
from podero_admin.vehicles.models import Reading, Vehicle
from podero_admin.vehicles.services import customer_vehicles_fetch

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_leftovers() -> None:
    cache.clear()


@pytest.fixture
def jana(organization_a: Any, world: Any) -> Customer:
    user = world.add_user(
        str(organization_a.id), first_name="Jana", last_name="Novak", external_user_id="AS-7", email="jana@example.org"
    )
    customers_refresh(access=system_access(), organization_id=organization_a.id)
    return Customer.objects.get(id=user.id)


@pytest.fixture
def park(jana: Customer, world: Any) -> Any:
    """Give Jana a vehicle, as Podero has it, and let it be fetched."""

    def make(**values: Any) -> Vehicle:
        made = world.add_vehicle(str(jana.id), **values)
        customer_vehicles_fetch(access=system_access(), customer=jana)
        return Vehicle.objects.get(id=made.id)

    return make


CONNECTED = {
    "is_authenticated": True,
    "connection_status": "ok",
    "monitoring_status": "warning",
    "steering_status": "degraded",
    "battery_level": 46,
    "latitude": 48.123456,
    "longitude": 16.654321,
    "device_model": {"manufacturer": "Tesla", "model": "Model 3", "year": 2023},
    "comment": "[pa:ABCDEFGHJK-1] Jana's blue one",
}


def shown(client: Client, vehicle: Vehicle) -> str:
    response = client.get(f"/vehicles/{vehicle.id}/")
    assert response.status_code == 200
    return response.content.decode()


class TestList:
    def test_it_shows_both_clocks(self, park: Any, alice: Any, client_of: Any) -> None:
        vehicle = park(**CONNECTED, current_state_last_updated_at="2026-11-01T08:00:00Z")
        page = client_of(alice).get("/vehicles/").content.decode()
        assert '<time datetime="2026-11-01T08:00:00Z"' in page
        assert f'asked <time datetime="{vehicle.fetched_at:%Y-%m-%dT%H:%M:%SZ}"' in page

    def test_strangers_are_sent_to_the_sign_in(self, client: Client) -> None:
        assert client.get("/vehicles/").status_code == 302

    def test_without_vehicles_it_says_where_they_come_from(self, alice: Any, client_of: Any) -> None:
        assert "No vehicles yet" in client_of(alice).get("/vehicles/").content.decode()

    def test_it_shows_vehicles_with_badges(self, park: Any, alice: Any, client_of: Any) -> None:
        park(**CONNECTED)
        text = client_of(alice).get("/vehicles/").content.decode()
        assert ">Tesla Model 3</a>" in text
        assert "Jana&#x27;s blue one" in text
        assert "pa:ABCDEFGHJK" not in text
        for field, value in (
            ("connection_status", "ok"),
            ("monitoring_status", "warning"),
            ("steering_status", "degraded"),
        ):
            assert f'data-field="{field}" data-value="{value}"' in text

    def test_charlie_sees_none_of_them(self, park: Any, charlie: Any, client_of: Any) -> None:
        park(**CONNECTED)
        assert "Tesla" not in client_of(charlie).get("/vehicles/").content.decode()

    def test_a_filter_that_finds_nothing_says_so(self, park: Any, alice: Any, client_of: Any) -> None:
        park(**CONNECTED)
        assert "No vehicle matches" in client_of(alice).get("/vehicles/?connection_status=error").content.decode()

    @pytest.mark.parametrize(
        "query",
        ["health=bad", "sort=price", "organization=x", "action_needed=perhaps", "price_zone=%00", "connected=<script>"],
    )
    def test_a_bad_filter_is_said_at_the_filter_and_left_out(
        self, query: str, park: Any, alice: Any, client_of: Any
    ) -> None:
        park(**CONNECTED)
        response = client_of(alice).get(f"/vehicles/?{query}")
        text = response.content.decode()
        assert response.status_code == 422
        assert "was left out" in text
        assert 'aria-invalid="true"' in text
        assert "Tesla" in text
        assert "<script>" not in text

    def test_unknown_parameters_are_ignored(self, park: Any, alice: Any, client_of: Any) -> None:
        assert client_of(alice).get("/vehicles/?utm=1&embed=1").status_code == 200

    @pytest.mark.parametrize("name", ["after", "before"])
    def test_a_damaged_cursor_is_said_in_words_and_leads_to_the_first_page(
        self, name: str, alice: Any, client_of: Any
    ) -> None:
        response = client_of(alice).get("/vehicles/", {name: "x\0", "sort": "maker"})
        assert response.status_code == 422
        assert (
            '<a class="btn btn-primary" href="/vehicles/?sort=maker">To the first page</a>' in response.content.decode()
        )

    def test_the_next_page_keeps_the_filters(self, jana: Customer, world: Any, alice: Any, client_of: Any) -> None:
        for _ in range(51):
            world.add_vehicle(str(jana.id), **CONNECTED)
        customer_vehicles_fetch(access=system_access(), customer=jana)
        browser = client_of(alice)
        text = browser.get("/vehicles/?connection_status=ok&sort=maker").content.decode()
        (following,) = re.findall(r'rel="next" href="([^"]+)"', text)
        assert "connection_status=ok" in following
        response = browser.get(following.replace("&amp;", "&"))
        assert len(response.context["page"].rows) == 1
        assert 'rel="prev"' in response.content.decode()

    def test_it_costs_few_queries_however_many_rows(
        self, jana: Customer, world: Any, alice: Any, client_of: Any, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(50):
            world.add_vehicle(str(jana.id), **CONNECTED)
        customer_vehicles_fetch(access=system_access(), customer=jana)
        browser = client_of(alice)
        browser.get("/vehicles/")  # what the chips count is counted once a minute
        with django_assert_max_num_queries(
            8
        ):  # session, person, seats, how Podero is, and at most four of the page's own
            response = browser.get("/vehicles/")
        assert len(response.context["page"].rows) == 50


class TestPage:
    def test_it_shows_the_vehicle_and_notes_the_look(self, park: Any, alice: Any, client_of: Any) -> None:
        vehicle = park(**CONNECTED)
        text = shown(client_of(alice), vehicle)
        assert "Tesla Model 3" in text
        assert "Connection: ok" in text
        assert 'data-value="degraded"' in text
        assert "Note: <bdi>Jana&#x27;s blue one</bdi>" in text
        assert AccessRecord.objects.get(vehicle_id=vehicle.id).actor_id == alice.id

    def test_every_output_field_stands_there_once(self, park: Any, alice: Any, client_of: Any) -> None:
        found = re.findall(r'data-output="(\w+)"', shown(client_of(alice), park(**CONNECTED)))
        assert len(found) == len(set(found)) == 68

    def test_charlie_does_not_find_it_and_the_attempt_is_noted(self, park: Any, charlie: Any, client_of: Any) -> None:
        vehicle = park(**CONNECTED)
        response = client_of(charlie).get(f"/vehicles/{vehicle.id}/")
        assert response.status_code == 404
        assert "Tesla" not in response.content.decode()
        assert Event.objects.filter(action="access.denied", actor_id=charlie.id).exists()
        assert not AccessRecord.objects.filter(actor_id=charlie.id).exists()

    def test_one_that_does_not_exist_is_not_found(self, alice: Any, client_of: Any) -> None:
        assert client_of(alice).get(f"/vehicles/{uuid4()}/").status_code == 404
        assert client_of(alice).get("/vehicles/no-uuid/").status_code == 404

    def test_a_fresh_one_waits_for_its_owner_with_links_to_copy(self, park: Any, alice: Any, client_of: Any) -> None:
        vehicle = park(embeddable_url="https://connect.example/form?x=1", authorization_url="http://plain.example/a")
        text = shown(client_of(alice), vehicle)
        assert "waiting for the customer to connect" in text
        assert 'href="https://connect.example/form?x=1"' in text
        assert 'data-copy="https://connect.example/form?x=1"' in text
        assert 'href="http://plain.example' not in text
        assert "noopener noreferrer nofollow" in text

    def test_a_target_that_the_car_does_not_allow_is_named(self, park: Any, alice: Any, client_of: Any) -> None:
        policy = {"is_charge_policy_enabled": True, "minimum_charge_limit": 90, "charge_target_min": 20}
        reached, beyond = (park(charge_target_max=cap, **policy) for cap in (90, 70))
        said = "The target (90 %) is above the car's own cap (70 %), so it cannot be reached."
        assert said in html.unescape(shown(client_of(alice), beyond))
        assert "above the car" not in shown(client_of(alice), reached)

    def test_a_level_that_nobody_knows_does_not_look_empty(self, park: Any, alice: Any, client_of: Any) -> None:
        page = shown(client_of(alice), park(battery_level=None, expected_max_charge_power=3600))
        assert ">level not known</text>" in page
        assert "<dt>Charging power</dt>" not in page  # what is planned with is no reading
        assert ">level not known</text>" not in shown(client_of(alice), park(battery_level=0))

    def test_a_connection_that_lapsed_is_not_one_that_was_never_given(
        self, park: Any, alice: Any, client_of: Any
    ) -> None:
        links = {"embeddable_url": "https://form.example/a", "authorization_url": "https://sign.example/b"}
        lapsed = (
            CONNECTED | links | {"is_authenticated": False, "current_state_last_updated_at": "2026-01-02T10:00:00Z"}
        )
        page = shown(client_of(alice), park(**lapsed))
        assert "The connection has lapsed" in page
        assert "Not connected: what stands here was read last" in page
        assert "last 46 %" in page
        assert "waiting for the customer to connect" not in page
        assert page.index("https://sign.example/b") < page.index("https://form.example/a")
        fresh = shown(client_of(alice), park(**links))
        assert "waiting for the customer to connect" in fresh
        assert "The connection has lapsed" not in fresh

    def test_nobody_asserts_what_podero_does_not_say(self, park: Any, alice: Any, client_of: Any) -> None:
        page = shown(client_of(alice), park(**CONNECTED | {"is_authenticated": None}))
        assert "Not known whether the car is connected" in page
        assert "has not given access" not in page

    def test_a_notice_alone_is_no_alarm(self, park: Any, alice: Any, client_of: Any) -> None:
        vehicle = park(**CONNECTED, actions=[{"code": "information"}])
        browser = client_of(alice)
        browser.post(f"/vehicles/{vehicle.id}/refresh/")
        page = shown(browser, vehicle)
        assert "A notice for the owner" in page
        assert 'class="status info" data-field="action"' in page
        assert "Action needed" not in html.unescape(re.sub(r'data-output="[^>]*', "", page)).split("All fields")[0]

    def test_old_readings_are_not_called_now(self, park: Any, alice: Any, client_of: Any) -> None:
        old = {"current_state_last_updated_at": "2026-01-02T10:00:00Z", "is_plugged_in": False}
        page = shown(client_of(alice), park(**CONNECTED | old | {"connection_status": "error"}))
        assert "Readings are old: what stands here is from" in page
        assert "last 46 %" in page
        assert "now 46 %" not in page
        assert "Right now" not in page
        fresh = park(**CONNECTED, current_state_last_updated_at=timezone.now().isoformat())
        assert "now 46 %" in shown(client_of(alice), fresh)

    def test_a_pause_whose_end_is_over_is_told(self, park: Any, alice: Any, client_of: Any) -> None:
        paused = CONNECTED | {"is_pause_power_active": True}
        over = shown(client_of(alice), park(**paused, pause_power_until="2026-01-02T10:00:00Z"))
        assert "yet Podero says that it is still on" in over
        assert "still on" not in shown(client_of(alice), park(**paused, pause_power_until="2126-01-02T10:00:00Z"))

    def test_a_deadline_with_a_date_is_told_as_a_time(self, park: Any, alice: Any, client_of: Any) -> None:
        policy = {"is_charge_policy_enabled": True, "minimum_charge_limit": 80}
        page = shown(client_of(alice), park(**policy, charge_deadline_at="2026-11-29T06:00:00+01:00"))
        assert "80 % by 06:00" in page

    def test_without_links_it_says_so(self, park: Any, alice: Any, client_of: Any) -> None:
        assert "Podero sent none" in shown(client_of(alice), park())

    def test_pending_actions_are_named_and_unknown_ones_left_to_podero(
        self, park: Any, alice: Any, client_of: Any
    ) -> None:
        vehicle = park(
            **CONNECTED,
            action_needed=True,
            actions=[{"code": "reauthenticate"}, {"code": "dance", "title": "Dance <now>"}, {"odd": 1}],
        )
        browser = client_of(alice)
        assert "Ask Podero what is needed" in shown(browser, vehicle)
        browser.post(f"/vehicles/{vehicle.id}/refresh/")
        text = shown(browser, vehicle)
        assert "has to sign in to the manufacturer again" in text
        assert text.count("Unknown action, contact Podero.") == 2
        assert "dance" in text
        assert "Podero calls it “Dance &lt;now&gt;”." in text

    def test_a_car_below_its_floor_that_does_not_charge_is_not_called_normal(
        self, park: Any, alice: Any, client_of: Any
    ) -> None:
        waiting = CONNECTED | {"is_plugged_in": True, "is_charging": False, "charge_target_min": 50}
        fresh = {"current_state_last_updated_at": timezone.now().isoformat()}
        below = shown(client_of(alice), park(**waiting | fresh | {"battery_level": 35}))
        assert "below its floor of 50 %" in below
        above = shown(client_of(alice), park(**waiting | fresh | {"battery_level": 60}))
        assert "below its floor" not in above
        assert "waits for a cheaper hour" in re.sub(r'title="[^"]*"', "", above)

    def test_an_error_says_what_does_not_work(self, park: Any, alice: Any, client_of: Any) -> None:
        states = {"steering_status": "error", "connection_status": "warning", "monitoring_status": "ok"}
        page = shown(client_of(alice), park(**CONNECTED | states))
        told = re.sub(r'title="[^"]*"', "", page)
        assert "The link to the manufacturer is not quite well. The car does not follow what Podero asks of it." in told

    def test_what_a_deleted_car_did_is_not_told_as_now(self, park: Any, alice: Any, client_of: Any) -> None:
        fresh = {"current_state_last_updated_at": timezone.now().isoformat()}
        page = shown(client_of(alice), park(**CONNECTED | fresh | {"deleted_at": "2026-11-01T08:00:00Z"}))
        assert "Right now" not in page
        assert "When it reported" in page

    def test_a_list_that_does_not_say_what_is_to_be_done_leaves_it_as_it_is(
        self, park: Any, jana: Customer, world: Any, alice: Any, client_of: Any
    ) -> None:
        vehicle = park(**CONNECTED, action_needed=True, actions=[{"code": "reauthenticate"}])
        browser = client_of(alice)
        browser.post(f"/vehicles/{vehicle.id}/refresh/")
        customer_vehicles_fetch(access=system_access(), customer=jana)
        assert "has to sign in to the manufacturer again" in shown(browser, vehicle)
        [made] = [each for each in world.user(str(jana.id)).vehicles if each.id == str(vehicle.id)]
        made.values["action_needed"] = False
        customer_vehicles_fetch(access=system_access(), customer=jana)
        assert "has to sign in to the manufacturer again" not in shown(browser, vehicle)

    @pytest.mark.parametrize("actions", [{"a": 1}, "soon", None, 7, [None, [1], {"code": "<b>"}]])
    def test_actions_of_any_shape_are_shown_or_left_out(
        self, actions: Any, park: Any, alice: Any, client_of: Any
    ) -> None:
        vehicle = park(**CONNECTED)
        Vehicle.objects.filter(id=vehicle.id).update(actions=json.dumps(actions))
        assert "<code><b>" not in shown(client_of(alice), vehicle)

    def test_sent_and_returned_stand_side_by_side(self, park: Any, alice: Any, client_of: Any) -> None:
        vehicle = park(**CONNECTED, price_zone="AT", minimum_charge_limit=80)
        Vehicle.objects.filter(id=vehicle.id).update(sent=json.dumps({"price_zone": "AT", "minimum_charge_limit": 90}))
        text = shown(client_of(alice), vehicle)
        assert "Sent and returned" in text
        assert "Differs: Target by the deadline." in text
        assert text.count('data-field="minimum_charge_limit" data-value="differs"') == 1

    def test_deleted_and_gone_ones_say_so(self, park: Any, alice: Any, client_of: Any) -> None:
        vehicle = park(**CONNECTED, deleted_at="2026-01-01T00:00:00Z")
        assert "Podero treats this vehicle as deleted" in shown(client_of(alice), vehicle)
        Vehicle.objects.filter(id=vehicle.id).update(is_gone=True)
        assert "Podero no longer knows this vehicle" in shown(client_of(alice), vehicle)

    def test_the_json_is_for_seniors_and_supervisors(
        self, park: Any, alice: Any, bob: Any, sara: Any, client_of: Any
    ) -> None:
        vehicle = park(**CONNECTED)
        assert "As Podero sent it" not in shown(client_of(alice), vehicle)
        assert "As Podero sent it" in shown(client_of(bob), vehicle)
        assert "As Podero sent it" in shown(client_of(sara), vehicle)

    @pytest.mark.parametrize("who", ["alice", "bob", "sara", "adam"])
    def test_nobody_sees_the_position_unasked(
        self, who: str, park: Any, client_of: Any, request: pytest.FixtureRequest
    ) -> None:
        vehicle = park(**CONNECTED)
        Vehicle.objects.filter(id=vehicle.id).update(sent=json.dumps({"latitude": 48.123456}))
        text = shown(client_of(request.getfixturevalue(who)), vehicle)
        assert "48.123456" not in text
        assert "16.654321" not in text

    @pytest.mark.parametrize(
        "output",
        ["{}", "[]", "", "null", '{"device_model": 7, "actions": {"a": 1}, "owner": [], "charge_target_min": "x"}'],
    )
    def test_whatever_is_stored_it_is_shown(self, output: str, park: Any, sara: Any, client_of: Any) -> None:
        vehicle = park(**CONNECTED)
        Vehicle.objects.filter(id=vehicle.id).update(output=output, sent="nonsense")
        shown(client_of(sara), vehicle)

    def test_every_field_of_a_wrong_type_is_still_shown(self, park: Any, sara: Any, client_of: Any) -> None:
        from podero_admin.fields import OUTPUTS

        vehicle = park(**CONNECTED)
        for value in ("<script>x</script>", -1, 1e300, True, [], {"a": None}, "0001-01-01T00:00:00Z"):
            Vehicle.objects.filter(id=vehicle.id).update(output=json.dumps(dict.fromkeys(OUTPUTS, value)))
            assert "<script>x" not in shown(client_of(sara), vehicle)

    def test_its_events_stand_on_it(self, park: Any, alice: Any, client_of: Any) -> None:
        vehicle, browser = park(**CONNECTED), client_of(alice)
        browser.post(f"/vehicles/{vehicle.id}/refresh/")
        assert "Alice asked Podero for the state of Tesla Model 3" in shown(browser, vehicle)

    def test_every_demo_vehicle_has_a_page(self, alice: Any, client_of: Any, organization_a: Any) -> None:
        customers_refresh(access=system_access(), organization_id=organization_a.id)
        for customer in Customer.objects.all():
            customer_vehicles_fetch(access=system_access(), customer=customer)
        browser = client_of(alice)
        assert Vehicle.objects.count() > 30
        for vehicle in Vehicle.objects.all():
            shown(browser, vehicle)


class TestLog:
    def test_a_look_and_an_event_say_whose_car_it_was(self, park: Any, alice: Any, bob: Any, client_of: Any) -> None:
        vehicle = park(**CONNECTED)
        shown(client_of(alice), vehicle)
        client_of(alice).post(f"/vehicles/{vehicle.id}/refresh/")
        assert AccessRecord.objects.filter(vehicle_id=vehicle.id).first().label == "Tesla Model 3 of Jana Novak"
        assert Event.objects.get(action="vehicle.refreshed").object_label == "Tesla Model 3 of Jana Novak"
        assert "Tesla Model 3 of Jana Novak" in client_of(bob).get("/audit/?show=access").content.decode()


class TestRefresh:
    def test_it_shows_what_podero_says_now(self, park: Any, alice: Any, client_of: Any, world: Any) -> None:
        vehicle = park(**CONNECTED)
        world.patch_vehicle(str(vehicle.id), {"battery_level": 77})
        response = client_of(alice).post(f"/vehicles/{vehicle.id}/refresh/", follow=True)
        assert "This is what Podero says now." in response.content.decode()
        assert 'data-output="battery_level">77 %' in response.content.decode()

    @pytest.mark.parametrize("kind", ["500", "html", "cut_json", "429", "302", "big", "null_id", "hang_before"])
    def test_podero_away_leaves_the_page_as_it_was(
        self, kind: str, park: Any, alice: Any, client_of: Any, world: Any
    ) -> None:
        vehicle = park(**CONNECTED)
        world.faults.add(Fault(kind=kind, match="vehicle", times=None))
        response = client_of(alice).post(f"/vehicles/{vehicle.id}/refresh/", follow=True)
        text = response.content.decode()
        assert response.status_code == 200
        assert "could not be fetched" in text
        assert 'data-output="battery_level">46 %' in text

    def test_one_that_is_gone_is_said_so(self, park: Any, alice: Any, client_of: Any, world: Any) -> None:
        vehicle = park(**CONNECTED)
        world.faults.add(Fault(kind="404", match="vehicle"))
        response = client_of(alice).post(f"/vehicles/{vehicle.id}/refresh/", follow=True)
        assert "Podero no longer knows this vehicle" in response.content.decode()

    def test_charlie_cannot(self, park: Any, charlie: Any, client_of: Any) -> None:
        vehicle = park(**CONNECTED)
        assert client_of(charlie).post(f"/vehicles/{vehicle.id}/refresh/").status_code == 404
        assert not Event.objects.filter(action="vehicle.refreshed").exists()

    def test_it_is_only_posted(self, park: Any, alice: Any, client_of: Any) -> None:
        assert client_of(alice).get(f"/vehicles/{park(**CONNECTED).id}/refresh/").status_code == 405


class TestPosition:
    def test_a_senior_asks_sees_it_once_and_it_is_an_event(self, park: Any, sara: Any, client_of: Any) -> None:
        vehicle, browser = park(**CONNECTED), client_of(sara)
        response = browser.post(f"/vehicles/{vehicle.id}/position/")
        assert response.status_code == 200
        assert "48.123456" in response.content.decode()
        assert Event.objects.get(action="vehicle.position_shown").vehicle_id == vehicle.id
        assert "48.123456" not in shown(browser, vehicle)

    @pytest.mark.parametrize("who", ["alice", "bob"])
    def test_others_are_refused_and_it_is_noted(
        self, who: str, park: Any, client_of: Any, request: pytest.FixtureRequest
    ) -> None:
        vehicle, person = park(**CONNECTED), request.getfixturevalue(who)
        response = client_of(person).post(f"/vehicles/{vehicle.id}/position/")
        assert response.status_code == 403
        assert "48.123456" not in response.content.decode()
        assert Event.objects.filter(action="access.denied", actor_id=person.id).exists()

    def test_charlie_is_refused(self, park: Any, charlie: Any, client_of: Any) -> None:
        assert client_of(charlie).post(f"/vehicles/{park(**CONNECTED).id}/position/").status_code in {403, 404}

    def test_it_is_only_posted(self, park: Any, sara: Any, client_of: Any) -> None:
        assert client_of(sara).get(f"/vehicles/{park(**CONNECTED).id}/position/").status_code == 405


class TestDjangoAdmin:
    @pytest.mark.parametrize("name", ["directory/customer", "vehicles/vehicle"])
    def test_it_lists_and_changes_nothing(self, name: str, park: Any, root: Any, client_of: Any) -> None:
        vehicle, browser = park(**CONNECTED), client_of(root)
        key = vehicle.id if name.startswith("vehicles") else vehicle.customer_id
        assert browser.get(f"/django-admin/{name}/").status_code == 200
        assert browser.get(f"/django-admin/{name}/add/").status_code == 403
        assert browser.post(f"/django-admin/{name}/{key}/change/", {}).status_code == 403
        assert browser.post(f"/django-admin/{name}/{key}/delete/", {"post": "yes"}).status_code == 403

    @pytest.mark.parametrize("name", ["directory/customer", "vehicles/vehicle"])
    def test_it_leads_to_our_page_which_notes_the_look(self, name: str, park: Any, root: Any, client_of: Any) -> None:
        vehicle, browser = park(**CONNECTED), client_of(root)
        key = vehicle.id if name.startswith("vehicles") else vehicle.customer_id
        page = f"/{name.partition('/')[2]}s/{key}/"
        assert browser.get(f"/django-admin/{name}/{key}/change/")["Location"] == page
        assert browser.get(f"/django-admin/{name}/{uuid4()}/change/")["Location"] == "/django-admin/"
        assert browser.get(f"/django-admin/{name}/nonsense/change/")["Location"] == "/django-admin/"


class TestHistory:
    def change(self, vehicle: Vehicle, world: Any, *changes: dict[str, Any]) -> None:
        for values in changes:
            world.patch_vehicle(str(vehicle.id), values)
            customer_vehicles_fetch(access=system_access(), customer=vehicle.customer)

    def panel(self, browser: Client, vehicle: Vehicle) -> str:
        return shown(browser, vehicle).partition('aria-labelledby="history"')[2].partition("</section>")[0]

    def test_without_a_change_it_says_so(self, park: Any, alice: Any, client_of: Any) -> None:
        assert "Nothing has changed" in self.panel(client_of(alice), park(**CONNECTED))

    def test_it_tells_in_words_what_changed_newest_first(
        self, park: Any, alice: Any, client_of: Any, world: Any
    ) -> None:
        vehicle = park(**CONNECTED | {"battery_level": 40})
        self.change(vehicle, world, {"battery_level": 55}, {"monitoring_status": "error"})
        text = self.panel(client_of(alice), vehicle)
        assert "Battery <bdi>40 %</bdi> → <bdi>55 %</bdi>" in text
        assert text.index("Monitoring <bdi>warning</bdi> → <bdi>error</bdi>") < text.index("Battery")

    def test_at_most_fifty_are_shown(self, park: Any, alice: Any, client_of: Any, world: Any) -> None:
        vehicle = park(**CONNECTED)
        rows = [
            Reading(
                vehicle=vehicle,
                organization_id=vehicle.organization_id,
                at=vehicle.fetched_at,
                before_at=vehicle.fetched_at,
                changes=json.dumps({"battery_level": [number, number + 1]}),
            )
            for number in range(60)
        ]
        Reading.objects.bulk_create(rows)
        text = self.panel(client_of(alice), vehicle)
        assert text.count("<li>") == 50
        assert "59 %" in text
        assert "<bdi>3 %" not in text

    def test_what_podero_wrote_is_escaped_and_cut(self, park: Any, alice: Any, client_of: Any, world: Any) -> None:
        vehicle = park(**CONNECTED)
        self.change(vehicle, world, {"lifecycle_error": "<script>alert(1)</script>" + "x" * 5000})
        text = self.panel(client_of(alice), vehicle)
        assert "&lt;script&gt;" in text
        assert "<script>" not in text
        assert "x" * 100 not in text

    @pytest.mark.parametrize("changes", ["", "[]", "{", '{"battery_level": 3}', '{"odd": [1, 2]}', '{"listed": [1]}'])
    def test_what_cannot_be_read_breaks_no_page(self, changes: str, park: Any, alice: Any, client_of: Any) -> None:
        vehicle = park(**CONNECTED)
        moments = {"at": vehicle.fetched_at, "before_at": vehicle.fetched_at}
        Reading.objects.create(vehicle=vehicle, organization_id=vehicle.organization_id, changes=changes, **moments)
        assert "<li>" in self.panel(client_of(alice), vehicle)

    def test_its_places_are_not_in_it(self, park: Any, sara: Any, client_of: Any, world: Any) -> None:
        vehicle = park(**CONNECTED)
        self.change(vehicle, world, {"latitude": 11.123, "battery_level": 1}, {"latitude": 22.456})
        text = self.panel(client_of(sara), vehicle)
        assert "11.123" not in text
        assert "22.456" not in text

    def test_a_status_that_is_not_ok_says_until_when_it_was(
        self, park: Any, alice: Any, client_of: Any, world: Any
    ) -> None:
        vehicle = park(**CONNECTED)
        browser = client_of(alice)
        assert "was ok until" not in shown(browser, vehicle)
        noon = timezone.localtime().replace(hour=0, minute=0, second=1)
        Vehicle.objects.filter(id=vehicle.id).update(fetched_at=noon)
        self.change(vehicle, world, {"connection_status": "error"})
        assert f'was ok until <time datetime="{noon.astimezone(UTC).isoformat()}">00:00</time>' in shown(
            browser, vehicle
        )
        Vehicle.objects.filter(id=vehicle.id).update(connection_ok_until="2026-01-02T11:26:00Z")
        assert "2 Jan 2026, 12:26</time>" in shown(browser, vehicle)
        self.change(vehicle, world, {"connection_status": "ok"})
        assert "was ok until" not in shown(browser, vehicle)

    def test_charlie_sees_none_of_it(self, park: Any, charlie: Any, client_of: Any, world: Any) -> None:
        vehicle = park(**CONNECTED)
        self.change(vehicle, world, {"battery_level": 55})
        assert client_of(charlie).get(f"/vehicles/{vehicle.id}/").status_code == 404

    def test_the_page_costs_few_queries(
        self, park: Any, alice: Any, client_of: Any, world: Any, django_assert_max_num_queries: Any
    ) -> None:
        vehicle = park(**CONNECTED)
        self.change(vehicle, world, {"battery_level": 55})
        browser = client_of(alice)
        shown(browser, vehicle)  # once a minute one more: the mark that somebody looks
        with django_assert_max_num_queries(11):
            shown(browser, vehicle)
