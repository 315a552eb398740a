"""The dashboard inside the page of another origin: the one that may, and everybody else."""

import re
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.conftest import PASSWORD


class Intranet(BaseHTTPRequestHandler):
    """A page that frames whatever its query names."""

    def __init__(self, dashboard: str, *args: object) -> None:
        self.dashboard = dashboard
        super().__init__(*args)

    def do_GET(self) -> None:
        address = self.dashboard + self.path.partition("?")[2]
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        page = f'<!doctype html><title>Intranet</title><h1>Intranet</h1><iframe name="podero" src="{address}" width="1200" height="800"></iframe>'
        self.wfile.write(page.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def intranet(base_url: str) -> Iterator[str]:
    """Another origin on the same site, as a host name under the intranet's own domain is."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Intranet, base_url))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def framed(page: Page, intranet: str, settings) -> Callable[..., FrameLocator]:
    """Open the intranet's page, which may frame the dashboard unless `allowed` says who may instead."""

    def show(path: str, allowed: tuple[str, ...] | None = None) -> FrameLocator:
        settings.EMBED_ORIGINS = [intranet] if allowed is None else list(allowed)
        page.goto(f"{intranet}/?{path}")
        return page.frame_locator("iframe")

    return show


def is_refused(page: Page, complaints: list[str]) -> bool:
    """The browser shows its own page instead, and says why on the console."""
    page.wait_for_timeout(150)
    inside = page.frame(name="podero")
    assert inside
    said = [text for text in complaints if re.search("fram|X-Frame-Options|frame-ancestors", text)]
    complaints.clear()
    return inside.url.startswith("chrome-error:") and inside.locator("main").count() == 0 and bool(said)


def test_the_main_job_is_done_inside_the_frame_and_every_step_stays_in_it(
    page, context, enter, alice, jana, framed, world
):
    enter(context, alice)
    inside = framed(f"/open/?organization={jana.organization_id}&customer={jana.external_user_id}&embed=1")
    expect(inside.locator("h1")).to_have_text("Jana Novak")
    frame = page.frame(name="podero")

    def is_embedded() -> None:
        expect(inside.locator(".bar")).to_have_count(0)
        assert "embed=1" in frame.url
        lost = inside.locator("main a[href^='/']:not([href*='embed=1'])")
        assert lost.count() == 0, lost.first.evaluate("each => each.outerHTML")
        assert inside.locator("main form[method=post]:not([action*='embed=1'])").count() == 0

    is_embedded()
    inside.get_by_role("link", name="Register a vehicle").click()
    expect(inside.locator("h1")).to_contain_text("Register")
    is_embedded()
    inside.get_by_role("button", name="Register vehicle").click()
    expect(inside.locator("#problems")).to_be_focused()
    is_embedded()
    inside.get_by_label("Smart charging").select_option("true")
    expect(inside.locator("#preview pre")).to_contain_text('"is_smart_optimization_active": true')
    inside.get_by_role("button", name="Register vehicle").click()
    expect(inside.locator("main")).to_have_attribute("data-outcome", "confirmed")
    is_embedded()
    inside.get_by_role("link", name="Open the vehicle").click()
    expect(inside.locator("[data-output=battery_level]")).to_be_attached()
    is_embedded()
    inside.get_by_role("button", name="Refresh").click()
    expect(inside.locator("[data-output=battery_level]")).to_be_attached()
    is_embedded()
    assert len(world.vehicles_of(str(jana.id))) == 1


def test_lists_and_their_filters_stay_in_the_frame(page, context, enter, adam, jana, framed):
    enter(context, adam)
    for path in ("/", "/customers/", "/vehicles/", "/registrations/", "/audit/", "/connections/"):
        inside = framed(f"{path}?embed=1")
        expect(inside.locator("main")).to_be_visible()
        expect(inside.locator(".bar")).to_have_count(0)
        assert inside.locator("main a[href^='/']:not([href*='embed=1'])").count() == 0, path
        assert inside.locator("main form[method=post]:not([action*='embed=1'])").count() == 0, path
        assert inside.locator("main form[method=get]:not(:has([name=embed]))").count() == 0, path


def test_from_every_page_of_the_frame_one_gets_to_the_start_page_the_lists_and_the_search(
    page, context, enter, alice, jana, framed
):
    enter(context, alice)
    for path in (f"/customers/{jana.id}/", "/vehicles/", "/nowhere/"):
        inside = framed(f"{path}?embed=1")
        row = inside.get_by_role("navigation", name="Main")
        expect(row.get_by_role("link")).to_have_text(["Start", "Vehicles", "Registrations", "Find"])
        assert row.locator("a:not([href*='embed=1'])").count() == 0
    row.get_by_role("link", name="Find").click()
    inside.locator("[data-find]").fill("nov jana")
    inside.get_by_role("link", name="Jana Novak").click()
    expect(inside.locator("h1")).to_have_text("Jana Novak")
    assert "embed=1" in page.frame(name="podero").url


@pytest.mark.parametrize("allowed", [(), ("http://other.example",)], ids=["nobody may", "somebody else may"])
def test_it_is_refused_to_an_origin_that_is_not_named(page, context, enter, alice, framed, complaints, allowed):
    enter(context, alice)
    framed("/vehicles/?embed=1", allowed)
    assert is_refused(page, complaints)


def test_sign_in_account_and_admin_are_never_framed(page, context, enter, root, framed, complaints):
    enter(context, root)
    for path in ("/accounts/password/change/", "/accounts/logout/", "/django-admin/"):
        framed(path)
        assert is_refused(page, complaints), path
    context.clear_cookies()
    framed("/accounts/login/")
    assert is_refused(page, complaints)


def test_a_frame_without_a_session_opens_the_sign_in_in_its_own_window_and_comes_back(
    page, context, alice, jana, framed
):
    inside = framed(f"/customers/{jana.id}/?embed=1")
    expect(inside.locator("h1")).to_have_text("You are not signed in")
    with context.expect_page() as opened:
        inside.get_by_role("link", name="Sign in in a new window").click()
    window = opened.value
    expect(window).to_have_url(re.compile("/accounts/login/"))
    window.locator("[name=login]").fill(alice.email)
    window.locator("[name=password]").fill(PASSWORD)
    window.get_by_role("button", name="Sign in").click()
    expect(window.locator("h1")).to_have_text("Jana Novak")
    assert "embed" not in window.url
    expect(window.locator(".bar")).to_be_visible()
    window.close()
    inside.get_by_role("link", name="I have signed in").click()
    expect(inside.locator("h1")).to_have_text("Jana Novak")
    expect(inside.locator(".bar")).to_have_count(0)


def test_a_frame_without_embed_1_is_asked_to_sign_in_in_words_too(framed):
    expect(framed("/vehicles/").locator("h1")).to_have_text("You are not signed in")
