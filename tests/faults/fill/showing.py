"""Holds what people are shown against the sandbox's world: the lists to their last page, the numbers, and the search."""

import random
import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import Any

from podero_admin.demo.people import ORGANIZATIONS
from podero_admin.sandbox.records import User, vehicle_json
from podero_admin.sandbox.world import World
from tests.faults.fill.checking import customers_of
from tests.faults.prove.agent import Agent, Tally
from tests.faults.prove.stage import PASSWORD

SEARCHED = 40
CARS = re.compile(r'<tr><td><a href="/vehicles/([0-9a-f-]{36})/')
PEOPLE = re.compile(r'<a href="/customers/([0-9a-f-]{36})/"')
NEXT = re.compile(r'<a [^>]*rel="next"[^>]*>')
HREF = re.compile(r'href="([^"]+)"')
CHIP = re.compile(r'<a class="chip"[^>]*>([^<]+) <b>([\d,]+)</b>')
Told = dict[str, Any]


def _lives(told: Told) -> bool:
    return not told["deleted_at"]


def _waits(told: Told) -> bool:
    return _lives(told) and told["action_needed"] is not True and told["is_authenticated"] is not True


#: What lists are asked for, the chip that counts it, and which vehicles belong to it.
LISTS = (
    ("?action_needed=true", "Needs action", lambda told: _lives(told) and told["action_needed"] is True),
    ("?connection_status=error", "Connection error", lambda told: _lives(told) and told["connection_status"] == "error"),
    ("?steering_status=error&sort=customer", "Steering error",
     lambda told: _lives(told) and told["steering_status"] == "error"),
    ("?health=not_connected", "Waiting for the customer", _waits),
    ("?sort=maker", "All", lambda _: True),
)  # fmt: skip


def differences(world: World, address: str) -> Iterator[str]:
    """One sentence for each list, number or search that is not as it should be, for the supervisors of each partner."""
    for key, name, *_ in ORGANIZATIONS:
        users = [user for user in customers_of(world) if user.organization_id == key]
        person = _supervisor(key, address)
        for what in (*_lists(person, users), *_people(person, users), *_searches(person, users)):
            yield f"{name}: {what}"


def _supervisor(organization_id: str, address: str) -> Agent:
    from podero_admin.accounts.services import staff_add
    from podero_admin.core.access import Role
    from podero_admin.organizations.selectors import system_access

    email = f"supervisor-{organization_id[:8]}@fill.example"
    staff_add(access=system_access(), email=email, role=Role.SUPERVISOR, name="Supervisor",
              organization_id=organization_id, password=PASSWORD)  # fmt: skip
    return Agent(address, email, Tally()).sign_in()


def _lists(person: Agent, users: Sequence[User]) -> Iterator[str]:
    told = [(vehicle.id, vehicle_json(user, vehicle)) for user in users for vehicle in user.vehicles]
    for query, chip, belongs in LISTS:
        wanted = [key for key, values in told if belongs(values)]
        yield from _walked(person, f"/vehicles/{query}", CARS, wanted)
        shown = dict(CHIP.findall(person.ask("GET", "/vehicles/").text)).get(chip)
        if shown != f"{len(wanted):,}":
            yield f"the chip “{chip}” says {shown} instead of {len(wanted):,}"


def _people(person: Agent, users: Sequence[User]) -> Iterator[str]:
    yield from _walked(person, "/customers/", PEOPLE, [user.id for user in users])


def _walked(person: Agent, path: str, row: re.Pattern[str], wanted: Sequence[str]) -> Iterator[str]:
    """From the first page to the last, as somebody who presses “Next” would."""
    found, address = [], path
    while address:
        page = person.ask("GET", address)
        if page.status_code != 200:
            yield f"{address} answered {page.status_code}"
            return
        found += row.findall(page.text)
        link = NEXT.search(page.text)
        address = unescape(HREF.search(link[0])[1]) if link else ""  # type: ignore[index]
        address = path.partition("?")[0] + address if address.startswith("?") else address
    missing, strange, twice = set(wanted) - set(found), set(found) - set(wanted), len(found) - len(set(found))
    if missing or strange or twice:
        yield f"the list {path} lacks {len(missing)}, has {len(strange)} that do not belong there and {twice} twice"


def _searches(person: Agent, users: Sequence[User]) -> Iterator[str]:
    dice = random.Random(len(users))
    for user in dice.sample(list(users), min(SEARCHED, len(users))):
        asked = [(user.email, f"/customers/{user.id}/"), (user.external_user_id or "", f"/customers/{user.id}/")]
        asked += [(vehicle.id, f"/vehicles/{vehicle.id}/") for vehicle in user.vehicles[:1]]
        for text, address in asked:
            if text and address not in person.ask("POST", "/search/", {"q": text}).text:
                yield f"the search for “{text}” does not find {address}"
