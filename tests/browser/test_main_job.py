"""The main job in a real browser: by mouse, by keyboard alone, and without JavaScript."""

import json
import re

from playwright.sync_api import Page, expect

from podero_admin.audit.models import Event
from podero_admin.registrations.models import Registration
from podero_admin.sandbox.faults import Fault
from tests.conftest import PASSWORD

# The parts of a time field are the browser's own: it shows the focus inside the field.
SEEN = """() => {
  const each = document.activeElement;
  const { outlineStyle, boxShadow } = getComputedStyle(each);
  return outlineStyle !== "none" || boxShadow !== "none" || ["time", "datetime-local"].includes(each.type);
}"""


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


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def focused(page: Page) -> str:
    """What has the focus: its name or its text, as far as needed to tell it from others."""
    return page.evaluate(
        "(document.activeElement.name || document.activeElement.id || document.activeElement.innerText).trim()"
    )


def tab_to(page: Page, wanted: str, most: int = 60) -> None:
    """Go on with Tab until this has the focus; wherever one stops on the way, the focus can be seen."""
    for _ in range(most):
        press(page, "Tab")
        assert page.evaluate(SEEN), f"the focus cannot be seen on {focused(page)}"
        if focused(page) == wanted:
            return
    raise AssertionError(f"{wanted} is not reached with {most} tabs")


def test_it_registers_a_vehicle_by_keyboard_alone(desk: Page, jana, world):
    desk.goto("/registrations/")
    press(desk, "Tab")
    assert focused(desk) == "Skip to the content"
    press(desk, "Enter")
    assert focused(desk) == "main"
    press(desk, "/")
    assert focused(desk) == "q"
    desk.keyboard.type("novák")
    press(desk, "Enter")
    expect(desk.locator("#results")).to_contain_text("Jana Novak")
    tab_to(desk, "Jana Novak")
    press(desk, "Enter")
    expect(desk).to_have_title(re.compile("^Jana Novak"))
    tab_to(desk, "Register a vehicle")
    press(desk, "Enter")
    expect(desk).to_have_title(re.compile("^Register a vehicle"))

    tab_to(desk, "device_model_manufacturer")
    desk.keyboard.type("Renault")
    tab_to(desk, "device_model_model")
    desk.keyboard.type("Zoe")
    tab_to(desk, "charge_target_min")
    press(desk, "Control+a")
    desk.keyboard.type("900")
    tab_to(desk, "is_charge_policy_enabled")
    press(desk, "Space")
    press(desk, "Enter")

    expect(desk.locator("#problems")).to_be_focused()
    assert desk.get_by_role("textbox", name="Manufacturer").input_value() == "Renault"
    expect(desk.locator("[name=is_charge_policy_enabled]")).to_be_checked()
    press(desk, "Tab", "Enter")
    assert focused(desk) == "charge_target_min"
    press(desk, "Control+a")
    desk.keyboard.type("40")
    tab_to(desk, "is_smart_optimization_active")
    press(desk, "ArrowDown")
    tab_to(desk, "Register vehicle")
    press(desk, "Enter")
    expect(desk.locator("main")).to_have_attribute("data-outcome", "confirmed")
    [vehicle] = world.vehicles_of(str(jana.id))
    told = {
        name: vehicle[name]
        for name in ("charge_target_min", "is_charge_policy_enabled", "is_smart_optimization_active")
    }
    assert told == {"charge_target_min": 40, "is_charge_policy_enabled": True, "is_smart_optimization_active": True}


def test_it_registers_a_vehicle_without_javascript(scriptless: Page, root, jana, world, settle):
    page = scriptless
    sign_in(page, root)
    page.locator(".bar summary", has_text="All organisations").click()
    page.get_by_role("button", name="Alpenstrom GmbH").click()
    expect(page.locator(".bar summary").first).to_contain_text("Alpenstrom GmbH")
    page.locator(".bar summary", has_text="Root").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")

    page.locator("main [name=q]").fill("jana")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Jana Novak").click()
    page.get_by_role("link", name="Register a vehicle").click()
    page.get_by_label("Manufacturer").fill("Kia")
    page.get_by_label("Model", exact=True).fill("EV6")
    page.get_by_label("Floor").fill("45")
    page.get_by_role("button", name="Check without sending").click()
    expect(page.locator("#preview")).to_contain_text('"charge_target_min": 45')
    expect(page.locator("#problems")).to_contain_text("Smart charging")
    assert not world.vehicles_of(str(jana.id))

    page.get_by_label("Smart charging").select_option("false")
    world.faults.add(Fault("lost_after", match="register"))
    page.get_by_role("button", name="Register vehicle").click()
    expect(page.locator("main")).to_have_attribute("data-outcome", "unknown")
    expect(page.locator("main")).to_contain_text("Do not send it again")
    settle(after=60)
    expect(page.locator("main")).to_have_attribute("data-outcome", "confirmed")
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    page.get_by_role("link", name="Open the vehicle").click()
    expect(page.locator('[data-output="charge_target_min"]')).to_contain_text("45")


def half_typed(page: Page):
    """The deadline without its hour, of which a browser says that it has no value."""
    deadline = page.get_by_label("Deadline", exact=True)
    deadline.focus()
    page.keyboard.press("Backspace")
    assert deadline.input_value() == ""
    return deadline


def test_what_is_half_typed_is_neither_sent_nor_lost(desk: Page, jana, world):
    desk.goto(f"/customers/{jana.id}/register/")
    desk.get_by_label("Smart charging").select_option("true")
    expect(desk.locator("#preview pre")).to_contain_text('"is_smart_optimization_active": true')
    expect(desk.locator("[data-stale]")).to_be_hidden()
    deadline = half_typed(desk)
    expect(desk.locator("[data-stale]")).to_be_visible()
    for button in ("Check without sending", "Register vehicle"):
        desk.get_by_role("button", name=button).click()
        expect(deadline).to_be_focused()
    assert not Registration.objects.exists()
    desk.keyboard.press("0")
    desk.keyboard.press("7")
    expect(desk.locator("#preview pre")).to_contain_text('"charge_deadline_at": "07:00')
    expect(desk.locator("[data-stale]")).to_be_hidden()
    desk.get_by_label("Floor").fill("80-")
    desk.get_by_role("button", name="Register vehicle").click()
    expect(desk.locator("#problems")).to_contain_text("Floor: Enter a whole number")
    expect(desk.get_by_label("Floor")).to_have_value("80-")
    assert world.vehicles_of(str(jana.id)) == []


def test_what_is_half_typed_is_not_sent_without_javascript(scriptless: Page, enter, alice, jana, world):
    enter(scriptless.context, alice)
    scriptless.goto(f"/customers/{jana.id}/register/")
    scriptless.get_by_label("Smart charging").select_option("true")
    deadline = half_typed(scriptless)
    scriptless.get_by_role("button", name="Register vehicle").click()
    expect(deadline).to_be_focused()
    assert world.vehicles_of(str(jana.id)) == []


def test_a_date_does_not_ask_for_seconds(desk: Page, jana):
    desk.goto(f"/customers/{jana.id}/register/")
    until = desk.get_by_label("Pause until")
    until.focus()
    desk.keyboard.type("11112027")
    desk.keyboard.press("ArrowRight")
    desk.keyboard.type("0830")
    desk.keyboard.type("A")  # where the browser counts to twelve
    expect(until).to_have_value("2027-11-11T08:30")


def test_what_is_switched_off_is_skipped_by_the_keyboard_until_it_is_on(desk: Page, jana):
    desk.goto(f"/customers/{jana.id}/register/")
    pause = desk.get_by_label("Pause charging")
    pause.focus()
    press(desk, "Tab")
    assert focused(desk) == "boost_for_next_session"
    press(desk, "Shift+Tab", "Space", "Tab")
    assert focused(desk) == "pause_power_until"
    desk.get_by_label("Meet target and deadline").focus()
    press(desk, "Tab")
    assert focused(desk) == "hems_min_export_to_start_w"


def test_what_is_switched_off_and_wrong_is_reached_all_the_same(desk: Page, jana):
    desk.goto(f"/customers/{jana.id}/register/")
    desk.get_by_label("Target by the deadline").fill("900")
    desk.get_by_role("button", name="Check without sending").click()
    expect(desk.locator("#problems")).to_contain_text("Target by the deadline: Enter a whole number from 0 to 100 %.")
    desk.get_by_label("Meet target and deadline").focus()
    press(desk, "Tab")
    assert focused(desk) == "minimum_charge_limit"


def test_without_javascript_every_field_is_reached(scriptless: Page, enter, alice, jana):
    enter(scriptless.context, alice)
    scriptless.goto(f"/customers/{jana.id}/register/")
    scriptless.get_by_label("Pause charging").focus()
    press(scriptless, "Tab")
    expect(scriptless.get_by_label("Pause until")).to_be_focused()


def test_what_was_checked_is_not_lost_when_the_session_ends(desk: Page, alice, jana, world):
    desk.goto(f"/customers/{jana.id}/register/")
    desk.get_by_label("Smart charging").select_option("true")
    desk.get_by_label("Note", exact=True).fill("Checked before")
    desk.get_by_role("button", name="Check without sending").click()
    expect(desk.get_by_text("Nothing is wrong with what you typed. Nothing was sent yet.")).to_be_visible()
    desk.context.clear_cookies(name="podero_session")
    desk.get_by_role("button", name="Register vehicle").click()
    desk.locator("[name=login]").fill(alice.email)
    desk.locator("[name=password]").fill(PASSWORD)
    desk.get_by_role("button", name="Sign in").click()
    expect(desk.get_by_text("You were signed out while this form was open")).to_be_visible()
    expect(desk.get_by_label("Note", exact=True)).to_have_value("Checked before")
    desk.get_by_role("button", name="Register vehicle").click()
    expect(desk.locator("main")).to_have_attribute("data-outcome", "confirmed")
    assert len(world.vehicles_of(str(jana.id))) == 1


def test_a_preview_that_does_not_arrive_is_said_once_until_one_does(desk: Page, jana):
    desk.goto(f"/customers/{jana.id}/register/")
    previews, note = f"**/customers/{jana.id}/register/preview/", desk.locator("#toasts .note")
    desk.route(previews, lambda route: route.abort())
    for text in ("White", "White, in the garage"):
        with desk.expect_event("requestfailed"):
            desk.get_by_label("Note", exact=True).fill(text)
    expect(note).to_have_count(1)
    expect(note).to_contain_text("did not reach the server")
    desk.unroute(previews)
    desk.get_by_label("Note", exact=True).fill("Blue")
    expect(desk.locator("#preview pre")).to_contain_text("Blue")
    expect(note).to_have_count(0)
