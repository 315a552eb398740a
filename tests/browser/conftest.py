"""A real Chromium in front of the whole application: one browser for the session, a fresh world for each test."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.chromium import BROWSERS, CHROMIUM, FLAGS
from tests.browser.stage import Stage

HERE = Path(__file__).parent
WAIT = 20_000  # milliseconds, for what takes a fraction of a second on a machine that is not busy
expect.set_options(timeout=WAIT)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    without = pytest.mark.skip(reason=f"no browser is installed: none of {', '.join(BROWSERS)} was found")
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM:
                item.add_marker(without)


@pytest.fixture(scope="session", autouse=True)
def _database_beside_the_browser() -> Iterator[None]:
    """Playwright keeps an event loop in the test's thread, which Django takes for asynchronous code."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return browser_type_launch_args | {"executable_path": CHROMIUM, "args": list(FLAGS)}


@pytest.fixture(scope="session")
def dashboard() -> Iterator[LiveServer]:
    """pytest-django's server, not by its fixture: that opens the database before the locks of the log can be lifted."""
    server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def base_url(dashboard: LiveServer) -> str:
    return str(dashboard.url)


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], base_url: str) -> dict[str, Any]:
    return browser_context_args | {
        "base_url": base_url,
        "locale": "en-GB",
        "timezone_id": "Europe/Vienna",
        "viewport": {"width": 1440, "height": 900},
    }


@pytest.fixture(autouse=True)
def _fresh_cache(transactional_db: None) -> None:
    """Rate limits and tokens of the test before are in it."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console said against a page: refused by the policy, or an error of a script."""
    return []


def listen(context: BrowserContext, complaints: list[str]) -> BrowserContext:
    def on_console(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Refused to" in message.text:
            complaints.append(message.text)

    context.on("console", on_console)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    return context


@pytest.fixture
def context(new_context: Callable[..., BrowserContext], complaints: list[str]) -> Iterator[BrowserContext]:
    """A context whose pages must not break the policy nor a script, whatever else the test looks at."""
    context = listen(new_context(permissions=["clipboard-read", "clipboard-write"]), complaints)
    context.set_default_timeout(WAIT)
    yield context
    assert complaints == []


@pytest.fixture
def scriptless(new_context: Callable[..., BrowserContext]) -> Page:
    context = new_context(java_script_enabled=False)
    context.set_default_timeout(WAIT)
    return context.new_page()


@pytest.fixture
def enter(client_of: Callable[[Any], Any], base_url: str) -> Callable[[BrowserContext, Any], None]:
    """Hand a context the session of a member of staff; the sign-in page has tests of its own."""

    def give(context: BrowserContext, staff: Any) -> None:
        session = client_of(staff).cookies["podero_session"].value
        context.add_cookies([{"name": "podero_session", "value": session, "url": base_url}])

    return give


@pytest.fixture
def desk(page: Page, context: BrowserContext, enter: Callable[[BrowserContext, Any], None], alice: Any) -> Page:
    """A page of the browser in which Alice is signed in."""
    enter(context, alice)
    return page


@pytest.fixture
def stage(
    client_of: Callable[[Any], Any], adam: Any, jana: Any, world: Any, settle: Callable[..., Any], settings: Any
) -> Stage:
    settings.EMBED_ORIGINS = ["http://intranet.example"]  # so that a frame without a session has its page
    return Stage(client=client_of(adam), world=world, settle=settle, jana=jana).set_up()


@pytest.fixture
def tour(
    stage: Stage, new_context: Callable[..., BrowserContext], enter: Any, adam: Any, alice: Any, complaints: list[str]
) -> Iterator[tuple[str, Page]]:
    """Every page of the stage, one after the other, open before the person who may see it."""
    pages = {}
    for name, staff in {"adam": adam, "alice": alice, "nobody": None}.items():
        context = listen(new_context(reduced_motion="reduce"), complaints)
        context.set_default_timeout(WAIT)
        if staff:
            enter(context, staff)
        pages[name] = context.new_page()

    def walk() -> Iterator[tuple[str, Page]]:
        for place in stage.places():
            place.open(pages[place.who])
            yield place.name, pages[place.who]

    return walk()
