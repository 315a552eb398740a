"""A registration's page while its answer is missing, and what pressing twice does."""

import re

import pytest
from playwright.sync_api import Page, expect

from podero_admin.registrations.models import Registration
from podero_admin.sandbox.faults import Fault

PRESS_AGAIN = """([action, pairs]) => {
  window.untouched = true;
  const form = Object.assign(document.createElement("form"), { method: "post", action });
  for (const [name, value] of pairs) form.append(Object.assign(document.createElement("input"), { name, value }));
  document.body.append(form);
  form.submit();
}"""


def fill_in(page: Page, jana, maker: str = "Kia") -> None:
    page.goto(f"/customers/{jana.id}/register/")
    page.get_by_label("Manufacturer").fill(maker)
    page.get_by_label("Model", exact=True).fill("EV6")
    page.get_by_label("Smart charging").select_option("true")


def register_button(page: Page):
    return page.get_by_role("button", name="Register vehicle")


def posts(world) -> int:
    return sum(request.endpoint == "register" for request in world.requests)


def test_an_unknown_registration_becomes_confirmed_before_ones_eyes(desk: Page, jana, world, settle):
    world.faults.add(Fault("lost_after", match="register"))
    fill_in(desk, jana)
    register_button(desk).click()
    main = desk.locator("main")
    expect(main).to_have_attribute("data-outcome", "unknown")
    live = main.get_by_role("status")
    expect(live).to_contain_text("We sent it and got no answer")
    expect(main).to_contain_text("Do not send it again")
    assert not re.search("fail", desk.locator("body").inner_text(), re.IGNORECASE)
    expect(desk.get_by_role("button", name="Send again")).to_have_count(0)
    desk.evaluate("() => { window.untouched = true; }")
    settle(after=60)
    expect(main).to_have_attribute("data-outcome", "confirmed")
    assert desk.evaluate("() => window.untouched"), "the page was loaded anew"
    expect(live).to_contain_text("We had no usable answer, but Podero has the vehicle")
    assert posts(world) == 1


def test_a_double_click_sends_once(desk: Page, jana, world):
    world.faults.add(Fault("slow", match="register", delay=0.4))
    fill_in(desk, jana)
    register_button(desk).dblclick()
    expect(desk.locator("main")).to_have_attribute("data-outcome", "confirmed")
    assert (posts(world), Registration.objects.count()) == (1, 1)


SHOWN_AGAIN = "() => { dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })); }"


# What the page showed last; while the answer is awaited nothing can be asked of it.
KEEP_LAST = """() => addEventListener("pagehide", () => {
  const shown = [...document.querySelectorAll("form.cols button, form.cols [role=status]")];
  sessionStorage.setItem("last", JSON.stringify(shown.map((each) => each.textContent)));
})"""


def test_a_press_that_takes_long_says_so_and_the_other_button_stays_as_it_is(desk: Page, jana, world):
    world.faults.add(Fault("slow", match="register", delay=1))
    fill_in(desk, jana)
    desk.evaluate(KEEP_LAST)
    expect(desk.locator("form.cols").get_by_role("status")).to_be_empty()
    register_button(desk).click()
    expect(desk.locator("main")).to_have_attribute("data-outcome", "confirmed")
    shown = desk.evaluate("() => JSON.parse(sessionStorage.getItem('last'))")
    waiting = "Sending… this can take up to 2.5 s; one press is enough."
    assert sorted(shown) == ["Check without sending", "Sending…", waiting]
    assert posts(world) == 1


def test_a_page_that_the_browser_kept_has_its_button_back(desk: Page, jana):
    fill_in(desk, jana)
    desk.evaluate("() => addEventListener('submit', (event) => event.preventDefault())")  # stays, as a kept page does
    register_button(desk).click()
    said = desk.locator("form.cols").get_by_role("status")
    expect(said).not_to_be_empty()
    desk.evaluate(SHOWN_AGAIN)
    expect(register_button(desk)).to_have_class("btn btn-primary w-100")
    expect(said).to_be_empty()
    expect(desk.locator("form[aria-busy]")).to_have_count(0)


def test_to_check_is_not_called_sending(desk: Page, jana):
    fill_in(desk, jana)
    desk.evaluate("() => addEventListener('submit', (event) => event.preventDefault())")
    desk.get_by_role("button", name="Check without sending").click()
    expect(desk.get_by_role("button", name="Checking…")).to_be_visible()
    desk.wait_for_timeout(500)
    expect(desk.locator("form.cols").get_by_role("status")).to_be_empty()
    expect(register_button(desk)).to_be_visible()


def test_back_and_pressing_again_sends_nothing_and_names_the_first(desk: Page, jana, world):
    fill_in(desk, jana)
    register_button(desk).click()
    expect(desk.locator("main")).to_have_attribute("data-outcome", "confirmed")
    desk.go_back()
    fill_in(desk, jana)
    register_button(desk).click()
    expect(desk.locator("#duplicate")).to_contain_text(Registration.objects.get().reference)
    assert posts(world) == 1


def test_pressing_again_in_the_form_that_was_sent_leads_to_its_registration(desk: Page, jana, world):
    """A form without its page: what a browser that kept the page would send once more."""
    fill_in(desk, jana)
    again = desk.evaluate("() => [...new FormData(document.querySelector('main form'))]")
    register_button(desk).click()
    expect(desk.locator("main")).to_have_attribute("data-outcome", "confirmed")
    first = desk.url
    desk.evaluate(PRESS_AGAIN, [f"/customers/{jana.id}/register/", again])
    desk.wait_for_function("() => document.title.startsWith('R-') && window.untouched === undefined")
    assert (desk.url, posts(world)) == (first, 1)


def test_a_second_tab_is_asked_whether_it_is_another_car(desk: Page, jana, world):
    second = desk.context.new_page()
    fill_in(desk, jana)
    fill_in(second, jana, maker="Renault")
    register_button(desk).click()
    expect(desk.locator("main")).to_have_attribute("data-outcome", "confirmed")
    register_button(second).click()
    expect(second.locator("#duplicate")).to_contain_text("in the last 24 hours")
    expect(second.locator("#duplicate")).to_be_focused()
    first = Registration.objects.get().reference
    expect(second.locator("#duplicate a")).to_have_attribute("href", f"/registrations/{first}/")
    assert second.get_by_label("Manufacturer").input_value() == "Renault"
    assert posts(world) == 1
    second.get_by_label("This is another car").check()
    register_button(second).click()
    expect(second.locator("main")).to_have_attribute("data-outcome", "confirmed")
    assert posts(world) == 2


def test_a_second_tab_is_told_of_the_registration_that_is_open(desk: Page, jana, world):
    world.faults.add(Fault("lost_after", match="register"))
    second = desk.context.new_page()
    fill_in(desk, jana)
    fill_in(second, jana)
    register_button(desk).click()
    expect(desk.locator("main")).to_have_attribute("data-outcome", "unknown")
    register_button(second).click()
    reference = Registration.objects.get().reference
    expect(second.get_by_role("link", name=re.compile(reference))).to_be_visible()
    assert posts(world) == 1


def test_what_a_senior_types_stays_while_the_page_updates_itself(page: Page, context, enter, sara, jana, world, settle):
    enter(context, sara)
    world.faults.add(Fault("lost_after", match="register"), Fault("list_fails", match="vehicles", times=None))
    fill_in(page, jana)
    register_button(page).click()
    main = page.locator("main")
    expect(main).to_have_attribute("data-outcome", "unknown")
    page.get_by_text("Decide before the checks have ended").click()
    page.get_by_label("None: Podero did not make it").check()
    page.get_by_label("Reason").press_sequentially("Podero says")
    settle(after=60)
    expect(main).to_contain_text("Checking, 1 of")
    page.keyboard.type(" there is none")
    expect(page.get_by_label("Reason")).to_have_value("Podero says there is none")
    expect(page.get_by_label("None: Podero did not make it")).to_be_checked()
    page.get_by_role("button", name="Decide").click()
    expect(main).to_have_attribute("data-outcome", "absent")


def test_what_is_wrong_with_a_decision_stays_said_while_the_page_updates_itself(
    page: Page, context, enter, sara, jana, world
):
    enter(context, sara)
    world.faults.add(Fault("lost_before", match="register"))
    fill_in(page, jana)
    register_button(page).click()
    page.get_by_text("Decide before the checks have ended").click()
    page.get_by_label("Reason").fill("Podero says so")
    page.get_by_role("button", name="Decide").click()
    problems, reason = page.locator("#problems"), page.get_by_label("Reason")
    expect(problems).to_be_focused()
    reason.focus()
    page.evaluate("() => { document.getElementById('main').dataset.old = ''; }")
    expect(page.locator("main[data-old]")).to_have_count(0)
    expect(problems).to_contain_text("Please check what you entered")
    expect(reason).to_be_focused()
    expect(reason).to_have_value("Podero says so")
    page.get_by_label("None: Podero did not make it").check()
    page.get_by_role("button", name="Decide").click()
    expect(page.locator("main")).to_have_attribute("data-outcome", "absent")


def test_the_place_of_the_keyboard_stays_while_the_page_updates_itself(desk: Page, jana, world):
    world.faults.add(Fault("lost_before", match="register"))
    fill_in(desk, jana)
    register_button(desk).click()
    expect(desk.locator("main")).to_have_attribute("data-outcome", "unknown")
    customer = desk.locator("main a", has_text=jana.name).last  # the same link stands in the breadcrumb
    for place in (customer, desk.locator("summary", has_text="What was sent")):
        place.focus()
        desk.evaluate("() => { document.getElementById('main').dataset.old = ''; }")
        expect(desk.locator("main[data-old]")).to_have_count(0)
        expect(place).to_be_focused()


TOP = "(each) => each.getBoundingClientRect().top + scrollY"


def test_on_a_narrow_screen_the_buttons_come_after_the_preview_for_eye_and_keyboard(desk: Page, jana):
    desk.set_viewport_size({"width": 390, "height": 800})
    desk.goto(f"/customers/{jana.id}/register/")
    parts = ("#group-steering", "#words", "#sent", ".send .btn-primary", ".send [name=check]")
    tops = [desk.locator(part).evaluate(TOP) for part in parts]
    assert tops == sorted(tops)
    desk.locator("#preview pre").focus()
    for button in ("Register vehicle", "Check without sending"):
        desk.keyboard.press("Tab")
        expect(desk.get_by_role("button", name=button)).to_be_focused()


def test_on_a_wide_screen_the_keyboard_meets_the_buttons_where_they_are_seen(desk: Page, jana):
    desk.goto(f"/customers/{jana.id}/register/")
    tops = [desk.locator(part).evaluate(TOP) for part in (".send [name=check]", "#words", "#sent")]
    assert tops == sorted(tops)
    desk.get_by_label("Boost at the next plug-in").focus()
    for button in ("Register vehicle", "Check without sending"):
        desk.keyboard.press("Tab")
        expect(desk.get_by_role("button", name=button)).to_be_focused()
    desk.keyboard.press("Tab")
    expect(desk.locator("#preview pre")).to_be_focused()


def test_a_press_is_not_lost_when_the_preview_arrives_beneath_the_pointer(desk: Page, jana, world):
    desk.goto(f"/customers/{jana.id}/register/")
    desk.get_by_label("Smart charging").select_option("true")
    expect(desk.locator("#preview")).not_to_contain_text("EV6")
    desk.get_by_label("Manufacturer").fill("Kia")
    desk.get_by_label("Model", exact=True).fill("EV6")
    register_button(desk).hover()
    desk.mouse.down()
    expect(desk.locator("#preview")).to_contain_text("EV6")
    desk.mouse.up()
    expect(desk.locator("main")).to_have_attribute("data-outcome", "confirmed")
    assert posts(world) == 1


def test_below_the_form_a_preview_that_grows_does_not_move_the_button_from_under_the_pointer(desk: Page, jana, world):
    desk.set_viewport_size({"width": 390, "height": 800})
    fill_in(desk, jana)
    expect(desk.locator("#preview pre")).to_contain_text("EV6")
    held = []
    desk.route(f"**/customers/{jana.id}/register/preview/", lambda route: held.append(route))  # noqa: PLW0108 - Playwright takes no built-in
    with desk.expect_request("**/preview/"):
        desk.get_by_label("Pause charging").check()
    register_button(desk).hover()
    before = register_button(desk).bounding_box()
    height = desk.locator("#preview").bounding_box()["height"]
    desk.mouse.down()
    held[-1].continue_()
    expect(desk.locator("#preview")).to_contain_text("The pause has no end")
    assert desk.locator("#preview").bounding_box()["height"] > height
    assert register_button(desk).bounding_box()["y"] == pytest.approx(before["y"], abs=1)
    desk.mouse.up()
    expect(desk.locator("main")).to_have_attribute("data-outcome", "confirmed")
    assert posts(world) == 1
