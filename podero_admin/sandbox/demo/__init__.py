"""Demo data: two organisations, their people and vehicles; the same for the same seed, count and moment."""

import random
import uuid
from datetime import datetime

from podero_admin.sandbox.contract import stamp
from podero_admin.sandbox.demo.people import CUSTOMERS, Names, customer, team
from podero_admin.sandbox.demo.states import VEHICLES_PER_CUSTOMER
from podero_admin.sandbox.demo.vehicles import Garage
from podero_admin.sandbox.records import Organization

ALPENSTROM = uuid.UUID("016b78a7-0c7c-4241-a277-015c3ad3cb90")
NORDVOLT = uuid.UUID("5b0d2f0e-8f3b-4c53-9d4a-2f7f6a1c9e11")


def organizations(*, seed: int, users: int, now: datetime) -> list[Organization]:
    """Alpenstrom and Nordvolt, with `users` customers over both and five vehicles for every three of them."""
    alpenstrom = Organization(
        id=str(ALPENSTROM),
        name="Alpenstrom GmbH",
        client_id="alpenstrom",
        client_secret="alpenstrom-sandbox",  # noqa: S106
        username="operator@alpenstrom.example",
        password="alpenstrom-password",  # noqa: S106
        price_zone="AT",
    )
    nordvolt = Organization(
        id=str(NORDVOLT),
        name="Nordvolt AB",
        client_id="nordvolt",
        client_secret="nordvolt-sandbox",  # noqa: S106
        username="operator@nordvolt.example",
        password="nordvolt-password",  # noqa: S106
        price_zone="SE_3",
    )
    garage = Garage(now=now, rng=random.Random(seed))  # noqa: S311
    _populate(alpenstrom, "AS", users - users // 2, garage, seed)
    _populate(nordvolt, "NV", users // 2, garage, seed)
    return [alpenstrom, nordvolt]


def _populate(organization: Organization, prefix: str, count: int, garage: Garage, seed: int) -> None:
    rng = random.Random(f"{seed}-{prefix}")  # noqa: S311
    names = Names(curated=CUSTOMERS[prefix], rng=rng)
    for index in range(count):
        user = customer(organization, prefix, index, names, garage.now)
        for _ in range(VEHICLES_PER_CUSTOMER[index % len(VEHICLES_PER_CUSTOMER)]):
            user.vehicles.append(garage.vehicle(organization.price_zone))
        organization.users[user.id] = user
    for user in team(organization, prefix, rng, stamp(garage.now)):
        organization.users[user.id] = user
