"""Pages at every width, in both looks and on paper."""

import re

import pytest
from playwright.sync_api import Page, expect

WIDTHS = (360, 768, 1440, 1920)
OVER = """() => {
  const wide = innerWidth;
  if (document.documentElement.scrollWidth <= wide) return "";
  const out = [...document.body.querySelectorAll("*")].filter((each) => each.getBoundingClientRect().right > wide + 1);
  return out.slice(-3).map((each) => each.outerHTML.slice(0, 120)).join(" | ") || "wider than the window";
}"""
# A text squeezed into so narrow a column that its words break letter by letter.
SQUEEZED = """() => {
  const own = (each) => [...each.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join("");
  return [...document.querySelectorAll("main *")].filter((each) => {
    const { width, height } = each.getBoundingClientRect();
    return own(each).length > 12 && width < 60 && height > 80;
  }).map((each) => each.outerHTML.slice(0, 120));
}"""
# A cell narrower than what it holds, which then lies over its neighbour.
SPILLED = """() => [...document.querySelectorAll("main td, main dd")].filter((each) =>
  each.clientWidth && each.scrollWidth > each.clientWidth + 2 && getComputedStyle(each).overflowX === "visible"
).map((each) => `${each.clientWidth} of ${each.scrollWidth}: ${each.outerHTML.slice(0, 120)}`).slice(0, 3)"""
# A reference that goes on in the next line, where nobody reads it out right.
TORN = """() => {
  const torn = [], walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) for (const found of node.data.matchAll(/R-[0-9A-Z]{10}/g)) {
    const range = document.createRange();
    range.setStart(node, found.index);
    range.setEnd(node, found.index + found[0].length);
    if (new Set([...range.getClientRects()].map((each) => Math.round(each.top))).size > 1)
      torn.push(node.parentElement.outerHTML.slice(0, 120));
  }
  return torn;
}"""
CANVAS = "() => getComputedStyle(document.body).backgroundColor"
LIGHT, DARK = "rgb(245, 246, 244)", "rgb(18, 22, 20)"


def test_no_page_scrolls_sideways_squeezes_or_spills_a_text_or_tears_a_reference_from_360_to_1920_pixels(
    tour, subtests
):
    for name, page in tour:
        with subtests.test(page=name):
            found = {}
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                found[width] = (
                    page.evaluate(OVER) or page.evaluate(SQUEEZED) or page.evaluate(SPILLED) or page.evaluate(TORN)
                )
            assert {width: what for width, what in found.items() if what} == {}


@pytest.mark.usefixtures("stage")
def test_a_list_of_vehicles_fits_frames_and_tablets(page, adam, enter):
    """What has to be scrolled to is not seen."""
    enter(page.context, adam)
    page.goto("/vehicles/")
    hidden = (
        "() => { const list = document.querySelector('.panel.flush'); return list.scrollWidth - list.clientWidth; }"
    )
    assert page.locator("tbody tr").count()
    for width in (840, 920, 1000, 1024, 1200, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(hidden) == 0, width


@pytest.mark.usefixtures("organization_a", "organization_b")
def test_the_menus_of_the_bar_stay_side_by_side_at_its_right_end_and_the_search_is_no_stub(page, root, enter):
    enter(page.context, root)
    page.goto("/registrations/")
    expect(page.locator(".bar .menu")).to_have_count(2)
    for width in (360, 720, 768, 1024, 1200, 1280, 1380, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        brand, first, second, find = (
            page.locator(part).bounding_box()
            for part in (".bar .brand", ".menu:first-child", ".menu:last-child", ".bar .find")
        )
        assert first["y"] == second["y"] < brand["y"] + brand["height"], width
        assert width - second["x"] - second["width"] <= 20, width
        assert find["width"] >= 200, width


BOXES = "() => [...document.querySelectorAll('[data-find]')].filter((each) => each.checkVisibility()).length"
# Text in grey that goes on behind the end of its field.
CUT = """() => [...document.querySelectorAll("input[placeholder]")].filter((each) => {
  if (!each.checkVisibility()) return false;
  const pen = document.createElement("canvas").getContext("2d"), style = getComputedStyle(each);
  pen.font = style.font;
  const room = each.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return pen.measureText(each.placeholder).width > room;
}).map((each) => each.placeholder)"""


@pytest.mark.parametrize("path", ["/", "/search/", "/registrations/"])
def test_on_a_phone_one_search_is_shown_the_keys_lead_to_it_and_its_words_are_not_cut(desk, path):
    for width in (360, 390, 768):
        desk.set_viewport_size({"width": width, "height": 844})
        desk.goto(path)
        assert desk.evaluate(BOXES) == 1, width
        assert desk.evaluate(CUT) == [], width
        for key in ("/", "Control+k"):
            desk.evaluate("() => document.activeElement.blur()")
            desk.keyboard.press(key)
            expect(desk.locator("[data-find]:focus")).to_be_visible()
    desk.set_viewport_size({"width": 1440, "height": 900})
    assert desk.evaluate(CUT) == []


def test_the_label_of_the_search_stands_in_one_line_over_a_field_that_is_as_wide(desk):
    desk.goto("/search/")
    lines = """() => { const range = document.createRange(); range.selectNodeContents(document.querySelector("label[for=q] > span"));
        return new Set([...range.getClientRects()].map((each) => Math.round(each.top / 8))).size; }"""
    for width in (768, 1024, 1440):
        desk.set_viewport_size({"width": width, "height": 900})
        assert desk.evaluate(lines) == 1, width
        field, button = desk.locator("#q").bounding_box(), desk.locator("main form .btn").bounding_box()
        assert abs(field["y"] + field["height"] - button["y"] - button["height"]) < 1, width


def test_the_foot_of_a_page_begins_where_its_content_does(desk):
    desk.goto("/registrations/")
    for width in (360, 768, 1024, 1920):
        desk.set_viewport_size({"width": width, "height": 900})
        left = [
            desk.evaluate(
                "part => { const s = document.querySelector(part); return s.getBoundingClientRect().left + parseFloat(getComputedStyle(s).paddingLeft) }",
                part,
            )
            for part in ("main", ".foot")
        ]
        assert left[0] == left[1], width


# Where each cell of each row stands in its row: one list of places for every vehicle that has them all.
PLACES = """() => [...document.querySelectorAll("table.vehicles tbody tr")].map((row) => {
  const { top, left } = row.getBoundingClientRect();
  return [...row.cells].map((each) => {
    const box = each.getBoundingClientRect();
    return box.width && { top: box.top - top, left: box.left - left, bottom: box.bottom - top };
  });
})"""


@pytest.mark.usefixtures("stage")
def test_a_list_of_vehicles_is_run_down_by_eye_on_a_phone(page, adam, enter):
    enter(page.context, adam)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/vehicles/")
    rows = page.evaluate(PLACES)
    assert len(rows) > 10
    for car, owner, connection, monitoring, steering, now, battery, _, reported in rows:
        assert abs(car["top"] - now["top"]) < 8
        assert max(car["bottom"], now["bottom"]) <= owner["top"] < owner["bottom"] <= connection["top"]
        assert connection["top"] == monitoring["top"] == steering["top"]
        assert steering["bottom"] <= reported["top"]
        assert not battery or battery["top"] - reported["top"] < 8
    assert len({tuple(round(each["left"]) for each in row[2:5]) for row in rows}) == 1
    names = "() => getComputedStyle(document.querySelector('tbody td:nth-child(%d)'), '::before').content"
    assert [page.evaluate(names % column) for column in (1, 2, 3)] == ["none", "none", '"Connection"']


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize("width", [768, 1024, 1060])
def test_a_list_of_vehicles_has_two_lines_for_each_in_the_columns_that_its_head_names(page, adam, enter, width):
    enter(page.context, adam)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/vehicles/")
    heads = page.locator("table.vehicles th")
    expect(heads.first).to_be_visible()
    lefts = [heads.nth(column).bounding_box()["x"] for column in range(9)]
    row = page.locator("table.vehicles tbody tr").first.bounding_box()["x"]
    for cells in page.evaluate(PLACES):
        assert [round(each["left"] + row) for each in cells if each] == [
            round(left) for left, each in zip(lefts, cells, strict=True) if each
        ]
        assert cells[8]["bottom"] - cells[8]["top"] < 30
        assert max(each["bottom"] for each in cells[2:6]) <= cells[8]["top"] + 4


@pytest.mark.usefixtures("stage")
def test_a_list_of_customers_is_a_table_on_a_tablet_and_two_lines_on_a_phone(page, adam, enter):
    enter(page.context, adam)
    page.goto("/customers/")
    heights = "() => [...document.querySelectorAll('tbody tr')].map((each) => each.offsetHeight).sort((a, b) => a - b)"
    page.set_viewport_size({"width": 768, "height": 900})
    expect(page.locator("table.customers th").first).to_be_in_viewport()
    page.set_viewport_size({"width": 390, "height": 844})
    usual = page.evaluate(heights)
    assert usual[len(usual) // 2] < 80
    assert page.evaluate("() => getComputedStyle(document.querySelector('tbody td'), '::before').content") == "none"


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize("path", ["/vehicles/", "/audit/"])
def test_on_a_phone_a_list_begins_in_the_window_and_its_filters_unfold_without_script(scriptless, adam, enter, path):
    enter(scriptless.context, adam)
    scriptless.set_viewport_size({"width": 390, "height": 844})
    scriptless.goto(path)
    assert scriptless.locator("tbody tr").first.bounding_box()["y"] < 600
    field = scriptless.locator(".filters :is([name=action_needed], [name=actor])")
    expect(field).to_be_hidden()
    scriptless.locator("summary", has_text="Filters").click()
    expect(field).to_be_visible()
    scriptless.set_viewport_size({"width": 1024, "height": 900})
    scriptless.goto(path)
    expect(field).to_be_visible()
    expect(scriptless.locator("summary", has_text="Filters")).to_be_hidden()


@pytest.mark.parametrize(
    ("path", "count", "is_open"),
    [
        ("/vehicles/?price_zone=AT&connected=true", "2", True),
        ("/vehicles/?price_zone=nowhere", "", True),
        ("/vehicles/?action_needed=true", "1", False),
        ("/vehicles/?sort=age", "", False),
        ("/audit/?actor=alice", "1", True),
        ("/audit/?from=nonsense", "1", True),
    ],
)
def test_filters_that_are_set_are_counted_and_lie_open_unless_a_chip_says_them(desk, path, count, is_open):
    desk.set_viewport_size({"width": 390, "height": 844})
    desk.goto(path)
    expect(desk.locator(".filters summary")).to_have_text(f"Filters {count}".strip())
    assert desk.locator(".filters details").evaluate("each => each.open") is is_open


def test_a_value_that_cannot_be_used_leaves_its_field_in_line_with_its_neighbours(desk):
    desk.goto("/vehicles/?connection_status=nonsense")
    expect(desk.locator(".problem")).to_be_visible()
    row = [desk.locator(f"[name={name}]").bounding_box()["y"] for name in ("health", "connection_status", "price_zone")]
    assert len(set(row)) == 1


def test_the_chip_of_what_is_shown_differs_in_the_colours_of_the_system_too(desk):
    desk.emulate_media(forced_colors="active")
    desk.goto("/vehicles/")
    colour = "() => ['.chip[aria-current]', '.chip:not([aria-current])'].map((chip) => getComputedStyle(document.querySelector(chip)).backgroundColor)"
    shown, other = desk.evaluate(colour)
    assert shown != other


def test_on_a_phone_the_buttons_of_a_page_begin_where_its_title_does(desk, jana):
    type(jana).objects.filter(pk=jana.pk).update(name="Maximiliane Theodora Walburga von und zu Unterhollersbach")
    desk.set_viewport_size({"width": 360, "height": 800})
    desk.goto(f"/customers/{jana.id}/")
    edges = (
        "() => ['.head h1', '.head .actions'].map((part) => document.querySelector(part).getBoundingClientRect().left)"
    )
    title, actions = desk.evaluate(edges)
    assert title == actions


@pytest.mark.parametrize(("scheme", "canvas"), [("light", LIGHT), ("dark", DARK)])
def test_the_looks_follow_the_system_without_script(scriptless, alice, enter, scheme, canvas):
    enter(scriptless.context, alice)
    scriptless.emulate_media(color_scheme=scheme)
    scriptless.goto("/")
    assert background(scriptless) == canvas


def background(page: Page) -> str:
    """Read through the page's pixels, since without script nothing may be evaluated in it."""
    return page.locator("body").evaluate("each => getComputedStyle(each).backgroundColor")


def test_the_switch_overrides_the_system_at_once_and_on_the_next_page(desk):
    desk.emulate_media(color_scheme="light")
    desk.goto("/vehicles/")
    desk.locator("summary", has_text="Alice").click()
    desk.get_by_role("button", name="Dark").click()
    expect(desk.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert desk.evaluate(CANVAS) == DARK
    desk.goto("/registrations/")
    assert desk.evaluate(CANVAS) == DARK
    desk.locator("summary", has_text="Alice").click()
    desk.get_by_role("button", name="System").click()
    expect(desk.locator("html")).to_have_attribute("data-bs-theme", "auto")
    assert desk.evaluate(CANVAS) == LIGHT


def test_vehicle_and_event_pages_are_printed_without_bar_and_buttons(page, context, enter, adam, stage):
    enter(context, adam)
    for place in stage.places():
        if place.name not in {"vehicle", "event"}:
            continue
        place.open(page)
        expect(page.locator(".bar")).to_be_visible()
        page.emulate_media(media="print", color_scheme="dark")
        expect(page.locator("h1")).to_be_visible()
        for hidden in (".bar", ".foot", ".crumbs"):
            expect(page.locator(hidden)).to_be_hidden()
        expect(page.get_by_role("button")).to_have_count(0)
        assert page.evaluate(CANVAS) == "rgb(255, 255, 255)"
        assert re.fullmatch(
            r"rgb\((\d|[1-5]\d), \d+, \d+\)",
            page.evaluate("() => getComputedStyle(document.querySelector('h1')).color"),
        )
        page.emulate_media(media="screen")


def test_on_paper_a_link_to_elsewhere_says_its_whole_address(page, context, enter, adam, stage):
    enter(context, adam)
    page.goto(f"/registrations/{stage.registrations['confirmed']}/")
    link = page.locator("main a[href^='https:']").first
    address = "each => getComputedStyle(each, '::after').content"
    assert link.evaluate(address) == "none"
    page.emulate_media(media="print")
    assert link.get_attribute("href") in link.evaluate(address)


# A line that ends within a word of an address: the text of each line, as the page breaks it.
LINES = """each => {
  const walk = document.createTreeWalker(each, NodeFilter.SHOW_TEXT), lines = new Map();
  for (let node; (node = walk.nextNode());) for (let at = 0; at < node.data.length; at++) {
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    const top = Math.round(range.getBoundingClientRect().top);
    lines.set(top, (lines.get(top) ?? "") + node.data[at]);
  }
  return [...lines.values()].map((line) => line.trim());
}"""


def test_an_address_ends_a_line_after_its_at_or_a_dot_only(page, context, enter, adam, stage):
    type(stage.jana).objects.filter(pk=stage.jana.pk).update(email="jana.novak.unterholzer@example.org")
    enter(context, adam)
    for path in (f"/customers/{stage.jana.id}/", f"/registrations/{stage.registrations['confirmed']}/"):
        page.goto(path)
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            addresses = page.locator("dt:text-is('E-mail') + dd, dd > a[rel~=nofollow]").all()
            assert addresses
            for found in addresses:
                lines = [line for line in found.evaluate(LINES) if line]
                assert all(re.search(r"[@.]$|^Open$", line) for line in lines[:-1]), lines
                assert lines[-1] != ")"
