"""Finding by keyboard alone, and coming back to the row of a list that was left."""

import re
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from podero_admin.core.drawing import absolute
from podero_admin.directory.models import Customer
from podero_admin.organizations.selectors import system_access
from podero_admin.vehicles.models import Vehicle
from podero_admin.vehicles.services import customer_vehicles_fetch


@pytest.fixture
def many(jana, world):
    for number in range(60):
        model = {"manufacturer": "Testwagen", "model": f"Nummer {number:02}"}
        world.add_vehicle(str(jana.id), device_model=model, is_authenticated=True)
    customer_vehicles_fetch(access=system_access(), customer=Customer.objects.get(id=jana.id))


@pytest.mark.parametrize(("key", "start"), [("/", "/registrations/"), ("Control+k", "/registrations/"), ("/", "/")])
def test_a_vehicle_is_found_and_opened_by_keyboard_alone(desk: Page, many, key, start):
    desk.goto(start)
    desk.keyboard.press(key)
    desk.keyboard.type("nummer 07")
    desk.keyboard.press("Enter")
    expect(desk).to_have_title(re.compile("^Search"))
    expect(desk.get_by_role("status").filter(has_text="Found: 1 vehicle.")).to_be_visible()
    expect(desk.locator("main [data-find]")).to_be_focused()
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="Testwagen Nummer 07")).to_be_visible()


def test_the_arrows_walk_through_what_was_found_and_back_to_the_box(desk: Page, many):
    desk.goto("/search/")
    box = desk.locator("main [data-find]")
    box.fill("testwagen")
    expect(desk.locator("[data-hits] a")).to_have_count(8)
    box.press("ArrowDown")
    desk.keyboard.press("ArrowDown")
    expect(desk.locator("[data-hits] a").nth(1)).to_be_focused()
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("ArrowUp")
    expect(box).to_be_focused()
    assert "testwagen" not in desk.url


def test_without_script_the_search_finds_the_same(scriptless: Page, alice, enter, many):
    enter(scriptless.context, alice)
    scriptless.goto("/search/")
    scriptless.locator("main [name=q]").fill("nummer 07")
    scriptless.locator("main").get_by_role("button", name="Search").click()
    expect(scriptless.locator("[data-hits] a")).to_have_text(["Testwagen Nummer 07"])


def test_back_leads_to_the_row_that_was_left(desk: Page, many):
    desk.goto("/vehicles/?maker=Testwagen&sort=maker")
    desk.get_by_role("link", name="Nummer 33").click()
    expect(desk.get_by_role("heading", name="Testwagen Nummer 33")).to_be_visible()
    desk.go_back()
    expect(desk.get_by_role("link", name="Nummer 33")).to_be_focused()
    expect(desk.get_by_role("link", name="Nummer 33")).to_be_in_viewport()
    expect(desk.locator("tr.left")).to_have_count(1)


def test_the_vehicle_leads_back_to_the_very_list(desk: Page, many):
    desk.goto("/vehicles/?maker=Testwagen&sort=maker")
    desk.get_by_role("link", name="Next").click()
    desk.get_by_role("link", name="Nummer 55").click()
    desk.get_by_role("link", name="Back to the list").click()
    assert "after=" in desk.url
    expect(desk.get_by_role("link", name="Nummer 55")).to_be_focused()


def test_who_comes_from_elsewhere_is_offered_no_list(desk: Page, many):
    desk.goto("/search/")
    desk.locator("main [data-find]").fill("nummer 07")
    desk.get_by_role("link", name="Nummer 07").click()
    expect(desk.get_by_role("heading", name="Testwagen Nummer 07")).to_be_visible()
    expect(desk.get_by_role("link", name="Back to the list")).to_be_hidden()


class TestWhereTheBrowserIsElsewhere:
    @pytest.fixture
    def browser_context_args(self, browser_context_args):
        return browser_context_args | {"timezone_id": "America/New_York", "locale": "de-DE"}

    @pytest.mark.parametrize("moment", ["2026-09-01T22:04:05Z", "2026-11-26T08:00:00Z"])
    def test_the_whole_time_of_a_row_is_the_one_that_the_server_writes(self, desk: Page, many, moment):
        at = datetime.fromisoformat(moment)
        Vehicle.objects.update(reported_at=at)
        desk.goto("/vehicles/")
        desk.locator("tbody time").first.hover()
        expect(desk.locator("tbody time").first).to_have_attribute("title", absolute(at, seconds=True))
