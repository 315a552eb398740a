"""Nothing runs or is drawn that is not ours: a strict policy that no page breaks, and values that stay text."""

import json

from playwright.sync_api import Page, expect

from podero_admin.organizations.selectors import system_access
from podero_admin.registrations.models import Registration
from podero_admin.vehicles.services import customer_vehicles_fetch

INLINE = """() => [...document.querySelectorAll("*")].filter((each) =>
  each.hasAttribute("style") || each.localName === "style" || (each.localName === "script" && !each.src)
  || each.getAttributeNames().some((name) => name.startsWith("on") || name.startsWith("hx-on"))
  || (each.localName === "a" && /^(javascript|data):/i.test(each.getAttribute("href") || ""))
).map((each) => each.outerHTML.slice(0, 160))"""
UNDRAWN = """() => [...document.querySelectorAll("use")].map((each) => each.getAttribute("href"))
  .filter((target) => !document.querySelector(`symbol${target}`))"""
EVIL = "<script>document.title = 'taken'</script><img src=x onerror=\"document.title='taken'\">"
POLICY = ("default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "form-action 'self'")


def test_every_page_keeps_the_policy_holds_nothing_inline_and_draws_its_icons(tour, subtests, complaints):
    for name, page in tour:
        with subtests.test("policy", page=name):
            assert page.evaluate(INLINE) == []
            assert complaints == []
        with subtests.test("icons", page=name):
            assert page.locator("svg > symbol").count() > 20
            assert page.evaluate(UNDRAWN) == []
            assert page.locator("use >> visible=true").first.bounding_box()["width"] > 8
        complaints.clear()


def test_the_policy_is_strict_and_the_browser_enforces_it(desk: Page, complaints):
    policy = desk.goto("/").headers["content-security-policy"]
    assert all(rule in policy for rule in POLICY)
    assert "unsafe" not in policy
    desk.evaluate(
        "() => { const s = document.createElement('script'); s.text = 'window.taken = true'; document.body.append(s); }"
    )
    assert desk.evaluate("() => window.taken") is None
    assert len(complaints) == 1
    complaints.clear()


def test_markup_in_what_podero_sends_stays_text(desk: Page, jana, world):
    world.patch_user(str(jana.id), {"first_name": EVIL, "last_name": "</title><b>bold"})
    desk.goto(f"/customers/{jana.id}/register/")
    desk.get_by_label("Manufacturer").fill(EVIL[:40])
    desk.get_by_label("Model", exact=True).fill("<b>bold</b>")
    desk.get_by_label("Note").fill(EVIL)
    desk.get_by_label("Smart charging").select_option("true")
    expect(desk.locator("#preview pre")).to_contain_text(json.dumps(EVIL)[1:30])
    desk.get_by_role("button", name="Register vehicle").click()
    expect(desk.locator("main")).to_have_attribute("data-outcome", "confirmed")
    registration = Registration.objects.get()
    world.patch_vehicle(
        str(registration.vehicle_id),
        {"authorization_url": "javascript:document.title='taken'", "lifecycle_error": EVIL},
    )
    world.patch_vehicle(
        str(registration.vehicle_id), {"embeddable_url": "http://insecure.example/form", "connection_status": EVIL}
    )
    desk.goto("/customers/")
    desk.get_by_role("button", name="Update the list").click()
    for path in (
        f"/customers/{jana.id}/",
        f"/vehicles/{registration.vehicle_id}/",
        "/vehicles/",
        "/customers/",
        "/registrations/",
        "/",
    ):
        desk.goto(path)
        assert desk.title() != "taken"
        assert desk.locator("main script, main img, main b:text-is('bold')").count() == 0, path
        assert desk.evaluate(INLINE) == [], path


def test_links_that_are_not_https_are_shown_as_text(desk: Page, jana, world):
    vehicle = world.add_vehicle(
        str(jana.id), authorization_url="javascript:alert(1)", embeddable_url="http://insecure.example/form"
    )
    customer_vehicles_fetch(access=system_access(), customer=jana)  # the customer's page would not wait for long
    desk.goto(f"/vehicles/{vehicle.id}/")
    for text in ("javascript:alert(1)", "http://insecure.example/form"):
        expect(desk.locator("main").get_by_text(text).first).to_be_visible()
        expect(desk.locator(f'a[href="{text}"]')).to_have_count(0)
