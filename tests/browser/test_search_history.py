"""Coming back to the hits of a search: by Back, by a reload, by the link to the list; and what is left of its text."""

import re
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Locator, Page, expect

from podero_admin.directory.services import customers_refresh
from podero_admin.organizations.selectors import system_access
from tests.browser.test_main_job import sign_in
from tests.registering import press, registration_of

TEXT = "bergfr"
KEPT = "() => JSON.stringify(Object.entries(sessionStorage))"
STATE = "() => JSON.stringify(history.state)"


@pytest.fixture
def many(organization_a, world):
    """Enough for two pages of a list, and for more than the search shows of a kind; all after the first page."""
    for number in range(60):
        world.add_user(
            str(organization_a.id),
            first_name=f"Zoe N{number:02}",
            last_name="Bergfried",
            external_user_id=f"B-{number}",
        )
    customers_refresh(access=system_access(), organization_id=organization_a.id)


def hits(page: Page) -> Locator:
    return page.locator("#results :is(table.list, [data-hits]) a")


def box(page: Page) -> Locator:
    return page.locator("main [role=search] [name=q]")


def type_in_the_bar(page: Page) -> None:
    page.goto("/registrations/")
    page.keyboard.press("/")
    page.keyboard.type(TEXT)
    page.keyboard.press("Enter")


def type_on_the_start_page(page: Page) -> None:
    page.goto("/")
    box(page).fill(TEXT)
    page.keyboard.press("Enter")


def type_in_the_search(page: Page) -> None:
    page.goto("/registrations/")
    page.goto("/search/")
    box(page).fill(TEXT)


def type_in_the_list(page: Page) -> None:
    page.goto("/registrations/")  # else it is the entry of an earlier search, which is asked for anew meanwhile
    page.goto("/customers/")
    box(page).fill(TEXT)
    expect(page.get_by_text("customers found")).to_be_visible()


def ask_for_the_list(page: Page) -> None:
    type_on_the_start_page(page)
    page.get_by_role("button", name="All of them, as a list").click()
    expect(page).to_have_title(re.compile("^Customers"))


def turn_the_page(page: Page) -> None:
    type_in_the_list(page)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("button", name="Previous")).to_be_visible()


WAYS = [type_in_the_bar, type_on_the_start_page, type_in_the_search, type_in_the_list, ask_for_the_list, turn_the_page]


def leave_by_the_last(page: Page) -> str:
    """Open the last hit; its name."""
    expect(hits(page).first).to_contain_text("Bergfried")
    expect(hits(page).filter(has_not_text="Bergfried")).to_have_count(0)  # the whole list stands there for a moment
    expect(page.locator(".htmx-request")).to_have_count(0)
    name = hits(page).last.inner_text()
    hits(page).last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    return name


def is_back_at(page: Page, name: str) -> None:
    expect(box(page)).to_have_value(TEXT)
    left = hits(page).filter(has_text=name)
    expect(left).to_be_focused()
    expect(left).to_be_in_viewport()
    expect(page.locator(".left")).to_have_count(1)
    expect(page.locator(".left")).to_contain_text(name)
    assert all("Bergfried" in each for each in hits(page).all_inner_texts())


@pytest.mark.parametrize("search", WAYS)
def test_back_leads_to_the_hits_and_the_row_that_was_left(desk: Page, many, search: Callable):
    search(desk)
    name = leave_by_the_last(desk)
    desk.go_back()
    is_back_at(desk, name)


@pytest.mark.parametrize("search", WAYS)
def test_the_customer_leads_back_to_the_hits(desk: Page, many, search: Callable):
    search(desk)
    name = leave_by_the_last(desk)
    desk.get_by_role("link", name="Back to the list").click()
    is_back_at(desk, name)


def test_the_customer_leads_back_to_the_hits_after_a_refresh_too(desk: Page, many):
    type_in_the_bar(desk)
    name = leave_by_the_last(desk)
    desk.get_by_role("button", name="Refresh").click()
    expect(desk.get_by_text("Podero was asked")).to_be_visible()
    desk.get_by_role("link", name="Back to the list").click()
    is_back_at(desk, name)


def test_a_customer_from_elsewhere_is_offered_no_list(desk: Page, jana):
    desk.goto(f"/customers/{jana.id}/")
    expect(desk.get_by_role("heading", name="Jana Novak")).to_be_visible()
    expect(desk.get_by_role("link", name="Back to the list")).to_be_hidden()


@pytest.mark.parametrize("search", WAYS)
def test_a_reload_shows_the_same_hits(desk: Page, many, search: Callable):
    search(desk)
    expect(hits(desk).first).to_contain_text("Bergfried")
    before = hits(desk).all_inner_texts()
    desk.reload()
    expect(hits(desk)).to_have_text(before)
    expect(box(desk)).to_have_value(TEXT)


def test_each_page_of_the_hits_is_an_entry_of_its_own(desk: Page, many):
    turn_the_page(desk)
    expect(hits(desk).first).to_have_text("Zoe N50 Bergfried")
    expect(desk.locator("main")).to_be_focused()
    desk.go_back()
    expect(hits(desk).first).to_have_text("Zoe N00 Bergfried")
    desk.go_forward()
    expect(hits(desk).first).to_have_text("Zoe N50 Bergfried")
    desk.get_by_role("button", name="Previous").click()
    expect(hits(desk).first).to_have_text("Zoe N00 Bergfried")
    desk.go_back()
    expect(hits(desk).first).to_have_text("Zoe N50 Bergfried")
    name = leave_by_the_last(desk)
    desk.go_back()
    is_back_at(desk, name)
    desk.go_back()
    expect(hits(desk).first).to_have_text("Zoe N00 Bergfried")


def test_the_skip_link_does_not_lose_the_hits(desk: Page, many):
    type_in_the_bar(desk)
    expect(hits(desk).first).to_contain_text("Bergfried")
    desk.evaluate("() => { location.hash = 'main'; }")
    name = leave_by_the_last(desk)
    desk.go_back()
    is_back_at(desk, name)


def test_who_comes_back_can_search_on(desk: Page, many):
    type_in_the_bar(desk)
    leave_by_the_last(desk)
    desk.go_back()
    expect(hits(desk).first).to_contain_text("Bergfried")
    box(desk).fill("zoe n07")
    expect(hits(desk)).to_have_text(["Zoe N07 Bergfried"])
    leave_by_the_last(desk)
    desk.go_back()
    expect(hits(desk)).to_have_text(["Zoe N07 Bergfried"])
    box(desk).fill("")
    expect(hits(desk)).to_have_count(0)
    desk.reload()
    expect(box(desk)).to_have_value("")
    assert desk.evaluate(STATE) == "null"


def test_the_bar_of_the_search_searches_anew(desk: Page, many):
    type_in_the_search(desk)
    expect(hits(desk)).to_have_count(8)
    desk.locator(".bar [name=q]").fill("zoe n07")
    desk.keyboard.press("Enter")
    expect(hits(desk)).to_have_text(["Zoe N07 Bergfried"])
    expect(box(desk)).to_have_value("zoe n07")
    expect(box(desk)).to_be_focused()


def test_the_text_is_in_no_address_no_session_and_no_storage(desk: Page, many):
    seen = []
    desk.on("request", lambda request: seen.extend((request.url, request.headers.get("referer", ""))))
    for search in WAYS:
        search(desk)
        expect(hits(desk).first).to_contain_text("Bergfried")
        assert TEXT not in desk.evaluate(KEPT)
        leave_by_the_last(desk)
        assert TEXT not in desk.evaluate(KEPT)
        desk.get_by_role("link", name="Back to the list").click()
        expect(hits(desk).first).to_contain_text("Bergfried")
        assert TEXT not in desk.evaluate(KEPT)
    assert len(seen) > 50
    assert not [address for address in seen if TEXT in address.lower()]
    assert not [session for session in Session.objects.all() if TEXT in str(session.get_decoded())]


def test_somebody_else_in_the_same_tab_sees_nothing_of_it(page: Page, alice, sara, many):
    sign_in(page, alice)
    page.goto("/search/")
    box(page).fill(TEXT)
    leave_by_the_last(page)
    page.locator(".bar details").last.locator("summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    assert page.evaluate("() => Object.keys(sessionStorage)") == ["htmx-current-path-for-history"]
    sign_in(page, sara)
    while not page.url.endswith("/search/"):
        page.go_back()
        assert TEXT not in page.evaluate(STATE)
    expect(page.get_by_text("Type what you know")).to_be_visible()
    expect(box(page)).to_have_value("")
    assert "Sara" in page.locator(".bar").inner_text()


def test_a_reference_in_full_leads_straight_to_its_registration_once(desk: Page, jana, alice, client_of):
    reference = registration_of(press(client_of(alice), jana.id)).reference
    for path in ("/", "/registrations/", "/search/"):
        desk.goto(path)
        asked = desk.locator(".bar [name=q]" if path == "/search/" else "[data-find]").last
        asked.fill(reference.lower())
        asked.press("Enter")
        expect(desk).to_have_url(re.compile(f"/registrations/{reference}/$"))
        expect(desk.locator("main")).to_have_attribute("data-outcome", "confirmed")
    desk.go_back()
    expect(desk).to_have_url(re.compile("/search/$"))
    expect(hits(desk)).to_have_text([reference])


def test_a_text_that_nothing_can_be_looked_for_by_is_refused_in_words(desk: Page):
    desk.goto("/")
    desk.locator("main [name=q]").fill("…!?")
    desk.keyboard.press("Enter")
    expect(desk.locator("#results").get_by_text("at least one letter or digit")).to_be_visible()
    expect(box(desk)).to_have_value("…!?")


def test_an_empty_box_leads_to_the_search(desk: Page):
    desk.goto("/")
    desk.locator("main [name=q]").press("Enter")
    expect(desk.get_by_text("Type what you know")).to_be_visible()
    assert desk.evaluate(STATE) == "null"


def test_the_organisation_switch_changes_what_a_search_that_is_come_back_to_finds(
    page: Page, context, enter, root, many, organization_b
):
    enter(context, root)
    type_in_the_bar(page)
    leave_by_the_last(page)
    page.goto("/registrations/")
    page.locator(".bar details").first.locator("summary").click()
    page.get_by_role("button", name=organization_b.name).click()
    expect(page.locator(".bar details").first).to_contain_text(organization_b.name)
    while not page.url.endswith("/search/"):
        page.go_back()
    expect(page.get_by_text("Nothing found")).to_be_visible()
    expect(box(page)).to_have_value(TEXT)


def test_a_failed_request_is_told_and_loses_nothing(desk: Page, many):
    desk.goto("/")
    desk.route("**/search/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    box(desk).fill(TEXT)
    desk.keyboard.press("Enter")
    expect(desk.locator("#toasts [data-away]")).to_be_visible()
    expect(box(desk)).to_have_value(TEXT)
    desk.unroute("**/search/")
    desk.reload()
    expect(hits(desk)).to_have_count(8)


def test_a_page_of_hits_that_does_not_come_leaves_the_one_before(desk: Page, many):
    type_in_the_list(desk)
    desk.route("**/customers/", lambda route: route.abort())
    desk.get_by_role("button", name="Next").click()
    expect(desk.locator("#toasts [data-away]")).to_be_visible()
    desk.unroute("**/customers/")
    expect(hits(desk).first).to_have_text("Zoe N00 Bergfried")
    desk.get_by_role("button", name="Next").click()
    expect(hits(desk).first).to_have_text("Zoe N50 Bergfried")


def test_what_is_exported_is_what_is_shown(page: Page, context, enter, bob, many):
    enter(context, bob)
    export = page.locator("#export [name=q]")
    ask_for_the_list(page)
    expect(export).to_have_value(TEXT)
    box(page).fill("nobody of this name")
    expect(page.get_by_role("button", name="Export CSV")).to_have_count(0)
    box(page).fill("")
    expect(page.get_by_role("button", name="Export CSV")).to_be_visible()
    expect(export).to_have_count(0)


def test_a_search_in_a_frame_stays_in_it(page: Page, context, enter, alice, many, settings):
    settings.EMBED_ORIGINS = ["http://intranet.example"]
    enter(context, alice)
    page.goto("/?embed=1")
    box(page).fill(TEXT)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search/\?embed=1$"))
    page.get_by_role("button", name="All of them, as a list").click()
    expect(page).to_have_url(re.compile(r"/customers/\?embed=1$"))
    page.get_by_role("button", name="Next").click()
    expect(hits(page).first).to_have_text("Zoe N50 Bergfried")
    name = leave_by_the_last(page)
    page.get_by_role("link", name="Back to the list").click()
    is_back_at(page, name)
    assert "embed=1" in page.url


def test_without_script_a_search_and_its_pages_are_posted(scriptless: Page, alice, enter, many):
    enter(scriptless.context, alice)
    scriptless.goto("/")
    box(scriptless).fill(TEXT)
    with scriptless.expect_request(lambda request: request.method == "POST" and request.url.endswith("/search/")):
        scriptless.get_by_role("button", name="Find").click()
    expect(hits(scriptless)).to_have_count(8)
    scriptless.get_by_role("button", name="All of them, as a list").click()
    expect(hits(scriptless)).to_have_count(50)
    scriptless.get_by_role("button", name="Next").click()
    expect(hits(scriptless)).to_have_count(10)
    assert scriptless.url.endswith("/customers/")


def test_where_nothing_can_be_stored_a_search_is_posted(desk: Page, many):
    desk.add_init_script("Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('no'); } })")
    type_on_the_start_page(desk)
    expect(hits(desk)).to_have_count(8)
