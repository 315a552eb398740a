"""Take the pictures of docs/screenshots from a running `make run`.

`.venv/bin/python -m tests.browser.screenshots` takes the few that are kept; `--all FOLDER` takes every page of the main
job at three widths, light and dark, to look at. It registers two vehicles in the sandbox on the way.
"""

import argparse
import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from podero_admin.demo.people import PEOPLE
from tests.browser.chromium import CHROMIUM, FLAGS

KEPT = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
CHOSEN = {
    **{
        f"{page}-light": (page, 1440, "light")
        for page in ("vehicle", "register", "vehicles", "audit", "registration-unknown")
    },
    **{f"{page}-dark": (page, 1440, "dark") for page in ("vehicle", "register")},
    "vehicle-390-dark": ("vehicle", 390, "dark"),
}
LOST = ({"kind": "lost_after", "match": "register"}, {"kind": "list_fails", "match": "vehicles", "times": None})
TYPED = {
    "device_model_manufacturer": "Škoda",
    "device_model_model": "Enyaq",
    "device_model_year": "2024",
    "comment": "White, in the garage",
    "charge_target_min": "30",
    "minimum_charge_limit": "80",
    "charge_deadline_at": "06:30",
    "expected_max_charge_power": "11000",
}
WIDTHS = {1440: 1000, 768: 1024, 390: 844}


class Demo:
    """The demonstration as a senior agent works with it; each method leaves the page on what its name says."""

    def __init__(self, address: str, sandbox: str) -> None:
        self.address, self.sandbox = address, sandbox
        self.places: dict[str, str] = {}

    def lever(self, path: str, method: str, content: object = None) -> None:
        request = urllib.request.Request(f"{self.sandbox}/sandbox/{path}", json.dumps(content).encode(), method=method)
        urllib.request.urlopen(request).close()

    def sign_in(self, page: Page, role: str) -> None:
        _, _, email, password, _ = next(person for person in PEOPLE if person[0] == role)
        page.goto(f"{self.address}/accounts/login/")
        page.locator("[name=login]").fill(email)
        page.locator("[name=password]").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.address}/")

    def customer(self, page: Page, text: str) -> None:
        page.goto(f"{self.address}/")
        page.locator("main [name=q]").fill(text)
        page.get_by_role("button", name="Find").click()
        page.locator("#results a").first.click()
        page.locator("#vehicles").wait_for()

    def fill_in(self, page: Page) -> None:
        for name, value in TYPED.items():
            page.locator(f"[name={name}]").fill(value)
        page.locator("[name=is_smart_optimization_active]").select_option("true")
        page.locator("[name=is_charge_policy_enabled]").check()
        page.locator("#preview", has_text="06:30 every day").wait_for()

    def register(self, page: Page) -> str:
        page.get_by_role("button", name="Register vehicle").click()
        page.locator("main[data-outcome], #duplicate, .notice a").first.wait_for()
        if page.locator("#duplicate").count():  # the demonstration was photographed before
            page.get_by_label("This is another car").check()
            page.get_by_role("button", name="Register vehicle").click()
        elif page.locator(".notice a").count():
            page.locator(".notice a").first.click()
        page.locator("main[data-outcome]").wait_for()
        return page.url

    def set_up(self, page: Page) -> None:
        """Register one vehicle that arrives and one whose answer is lost; note where everything is."""
        self.sign_in(page, "senior")
        self.customer(page, "jana")
        self.places |= {"start": f"{self.address}/", "customer": page.url, "register": f"{page.url}register/"}
        page.goto(self.places["register"])
        self.fill_in(page)
        self.places["registration-confirmed"] = self.register(page)
        self.customer(page, "mariella")
        page.get_by_role("link", name="Register a vehicle").click()
        self.fill_in(page)
        user = page.url.split("/")[-3]
        self.lever("faults", "POST", [fault | {"user": user} for fault in LOST])
        self.places["registration-unknown"] = self.register(page)
        page.goto(f"{self.address}/vehicles/?action_needed=true")
        page.locator("#results table a", has_text="EV6").click()
        page.get_by_role("button", name="Refresh").click()
        page.locator("#toasts > *").first.wait_for()
        self.places["vehicle"] = page.url
        for name in ("customers", "vehicles", "registrations", "audit"):
            self.places[name] = f"{self.address}/{name}/"
        page.goto(f"{self.places['audit']}?action=registration.requested")
        page.locator("#results a[href^='/audit/']").first.click()
        self.places["event"] = page.url

    def show(self, page: Page, name: str) -> None:
        page.goto(self.places[name])
        if name == "register":
            self.fill_in(page)
        page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")


@contextmanager
def window(browser: Browser, width: int, scheme: str, state: dict) -> Iterator[Page]:
    size = {"width": width, "height": WIDTHS[width]}
    context = browser.new_context(
        viewport=size, color_scheme=scheme, reduced_motion="reduce", locale="en-GB", storage_state=state
    )
    yield context.new_page()
    context.close()


def take(demo: Demo, browser: Browser, folder: Path, wanted: dict[str, tuple[str, int, str]], *, whole: bool) -> None:
    with browser.new_context() as context:
        demo.set_up(context.new_page())
        state = context.storage_state()
    folder.mkdir(parents=True, exist_ok=True)
    for name, (place, width, scheme) in wanted.items():
        with window(browser, width, scheme, state) as page:
            demo.show(page, place)
            page.screenshot(path=folder / f"{name}.png", full_page=whole)
            print(folder / f"{name}.png")
    demo.lever("faults", "DELETE")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--sandbox", default="http://127.0.0.1:8001")
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="every page, into this folder")
    options = parser.parse_args()
    demo = Demo(options.address, options.sandbox)
    names = (
        "start",
        "customers",
        "customer",
        "register",
        "registration-confirmed",
        "registration-unknown",
        "vehicles",
        "vehicle",
        "registrations",
        "audit",
        "event",
    )
    every = {
        f"{name}-{width}-{scheme}": (name, width, scheme)
        for name in names
        for width in WIDTHS
        for scheme in ("light", "dark")
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        take(demo, browser, options.all or KEPT, every if options.all else CHOSEN, whole=bool(options.all))
        browser.close()


if __name__ == "__main__":
    main()
