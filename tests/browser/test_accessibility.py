"""Every page, in both colour schemes, held against axe's rules: nothing to object to."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

RUN = "options => axe.run(document, {resultTypes: ['violations'], ...options})"
#: WCAG 2.2: what one presses is not too small, or not too near to another.
SIZES = {"runOnly": ["target-size"]}
WIDTHS = (360, 900, 1440)
COLOURS = {"runOnly": ["color-contrast"]}


def objections(page: Page, **options) -> list[str]:
    found = page.evaluate(RUN, options)["violations"]
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def test_axe_finds_nothing_on_any_page_in_light_and_dark(tour, subtests):
    for name, page in tour:
        page.evaluate(AXE_SCRIPT)
        with subtests.test("light", page=name):
            page.emulate_media(color_scheme="light")
            assert objections(page) == []
        with subtests.test("dark", page=name):
            page.emulate_media(color_scheme="dark")
            assert objections(page, **COLOURS) == []
        before = page.viewport_size
        for width in () if page.locator("details[data-menu][open]").count() else WIDTHS:  # a menu lies over its page
            page.set_viewport_size({"width": width, "height": 900})
            with subtests.test("targets", page=name, width=width):
                assert objections(page, **SIZES) == []
        page.set_viewport_size(before)


def test_axe_would_find_something(page):
    page.set_content(
        "<title>x</title><img src='/nothing.png'><p style='color: #999; background: #fff'>pale</p>"
        "<button style='font-size: 8px; padding: 0'>a</button><button style='font-size: 8px; padding: 0'>b</button>"
    )
    page.evaluate(AXE_SCRIPT)
    assert {text.split(":")[0] for text in objections(page)} >= {"image-alt", "html-has-lang", "color-contrast"}
    assert {text.split(":")[0] for text in objections(page, **SIZES)} == {"target-size"}
