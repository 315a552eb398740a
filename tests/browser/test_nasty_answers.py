"""The nastiest answers of the API, in a real browser: nothing of them runs, and nothing of them is a link that is not https."""

import json
import random
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, expect

from podero_admin.registrations.models import Registration
from podero_admin.sandbox.faults import Fault
from tests.browser.test_content_security import INLINE
from tests.faults.prove.inspecting import MARK, unsafe
from tests.faults.prove.nastiness import LINKS, MARKUP, TEXTS, deep

KEPT = {"id", "owner", "created_at", "updated_at", "deleted_at"}
SCRIPTS = [link for link in LINKS if MARK in link]


def nasty(value: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    """Markup or a link in whatever the API could say, and in the names of what it says besides."""
    told = {name: each if name in KEPT else dice.choice((*MARKUP, *LINKS)) for name, each in value.items()}
    links = {"authorization_url": dice.choice(SCRIPTS), "embeddable_url": dice.choice(LINKS)}
    model = {name: dice.choice(MARKUP) for name in ("manufacturer", "model", "cloud_service_instructions")}
    more = {each: each for each in MARKUP} | {
        "deep": deep(30),
        "texts": list(TEXTS[:9]),
        "comment": dice.choice(MARKUP),
    }
    actions = [{"code": each, "resolution_link": {"url": SCRIPTS[0]}} for each in (*MARKUP[:3], *SCRIPTS[:3])]
    model |= {"cloud_service_signup_link": dice.choice(SCRIPTS), "device_type": {"short_name": MARKUP[0]}}
    return told | links | more | {"device_model": model, "actions": actions, "action_needed": True}


@pytest.fixture
def dialogs(desk: Page) -> list[str]:
    seen: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        seen.append(dialog.message)
        dialog.dismiss()

    desk.on("dialog", dismiss)
    return seen


def look_over(page: Page, path: str, dialogs: list[str]) -> None:
    """Everything that a person could set off by accident is set off: what can be focused, hovered, unfolded."""
    page.goto(path)
    for summary in page.locator("main summary:visible").all():
        summary.click()
    page.evaluate("() => document.querySelectorAll('main a, main button, main bdi').forEach((each) => { each.focus(); "
                  "each.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})); })")  # fmt: skip
    assert page.evaluate(f"() => window.{MARK}") is None, path
    assert dialogs == []
    assert page.evaluate(INLINE) == [], path
    assert unsafe(page.content()) == [], path
    assert MARK in page.locator("main").inner_text(), f"{path} shows nothing of it"


@pytest.mark.parametrize("seed", range(4))
def test_nothing_of_it_runs_or_leads_anywhere(desk: Page, jana, world, dialogs, seed):
    dice = random.Random(seed)
    spoil = Fault("body", match="register", value=_body(world, jana, dice))
    world.patch_user(str(jana.id), {"first_name": dice.choice(MARKUP), "last_name": dice.choice(MARKUP)})
    desk.goto("/customers/")
    desk.get_by_role("button", name="Update the list").click()
    desk.goto(f"/customers/{jana.id}/register/")
    desk.get_by_label("Smart charging").select_option("true")
    world.faults.add(spoil)
    desk.get_by_role("button", name="Register vehicle").click()
    expect(desk.locator("main")).to_have_attribute("data-outcome", "confirmed")
    registration = Registration.objects.get()
    for path in (f"/registrations/{registration.reference}/", f"/vehicles/{registration.vehicle_id}/",
                 f"/customers/{jana.id}/", "/vehicles/", "/customers/", "/"):  # fmt: skip
        look_over(desk, path, dialogs)


def _body(world: Any, jana: Any, dice: random.Random) -> str:
    """What a register call would have said of a vehicle of hers, spoiled."""
    world.add_vehicle(str(jana.id))
    vehicle = world.vehicles_of(str(jana.id))[-1]
    world.user(str(jana.id)).vehicles.clear()
    return json.dumps(nasty(vehicle, dice))
