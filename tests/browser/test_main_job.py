"""The main job in a real browser: by mouse, by keyboard alone, and without JavaScript."""

import json
import re

from playwright.sync_api import Page, expect

from podero_admin.audit.models import Event
from podero_admin.registrations.models import Registration
from podero_admin.sandbox.faults import Fault
from tests.conftest import PASSWORD


def sign_in(page: Page, staff) -> None:
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(staff.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_title(re.compile("^Start"))


def sent_of(page: Page) -> dict:
    text = page.locator("#preview pre").inner_text()
    return json.loads(text[text.index("{") :])


def test_it_registers_a_vehicle_by_mouse(page: Page, alice, jana, world):
    sign_in(page, alice)
    page.get_by_role("searchbox", name="Find a customer").last.fill("nov jana")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Jana Novak").click()
    page.get_by_role("link", name="Register a vehicle").click()

    page.get_by_label("Manufacturer").fill("Škoda")
    page.get_by_label("Model", exact=True).fill("Enyaq")
    page.get_by_label("Note").fill("White, in the garage")
    page.get_by_label("Floor").fill("35")
    expect(page.locator("#preview")).to_contain_text("35 %")
    page.get_by_label("Smart charging").select_option("true")
    expect(page.locator("#preview pre")).to_contain_text('"is_smart_optimization_active": true')
    promised = sent_of(page)
    assert promised["charge_target_min"] == 35

    page.get_by_role("button", name="Register vehicle").click()
    expect(page.locator("main")).to_have_attribute("data-outcome", "confirmed")
    [vehicle] = world.vehicles_of(str(jana.id))
    assert {name: vehicle[name] for name in promised if name != "device_model"} == {
        name: value for name, value in promised.items() if name != "device_model"
    }

    page.get_by_role("button", name="Copy link").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") in {vehicle["embeddable_url"], vehicle["authorization_url"]}
    page.get_by_role("link", name="Open the vehicle").click()
    for field in ("health", "connection_status", "monitoring_status", "steering_status"):
        expect(page.locator(f'.head .status[data-field="{field}"]')).to_be_visible()
    reference = Registration.objects.get().reference
    expect(page.get_by_role("region", name="Events")).to_contain_text(reference)
    actions = list(Event.objects.filter(object_id=reference).order_by("number").values_list("action", flat=True))
    assert actions == ["registration.requested", "registration.sent", "registration.confirmed"]
