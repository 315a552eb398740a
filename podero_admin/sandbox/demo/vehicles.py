"""The garage: turns the states into vehicles with a model, a price zone and moments that look live."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from podero_admin.sandbox.contract import OUTPUT, PRICE_ZONES, stamp
from podero_admin.sandbox.demo.people import new_id
from podero_admin.sandbox.demo.states import CONNECTED, DAY, HOUR, ORDINARY, STATES, Ago
from podero_admin.sandbox.makers import cloud_service
from podero_admin.sandbox.records import Vehicle

CONNECT = "https://connect.podero.example"
ELECTRIC_VEHICLE = {"short_name": "ev", "long_name": "Electric Vehicle"}
CARS = (
    *(("Volkswagen", "ID.3"), ("Tesla", "Model 3"), ("Škoda", "Enyaq"), ("Renault", "Zoe"), ("Citroën", "ë-C4")),
    *(("BMW", "i4 eDrive40"), ("Hyundai", "IONIQ 5"), ("Kia", "EV6"), ("Volvo", "EX30"), ("Polestar", "2")),
    *(("Cupra", "Born"), ("Fiat", "500e"), ("Nissan", "Leaf e+"), ("Volkswagen", "ID. Buzz"), ("Tesla", "Model Y")),
)
YEARS = (2019, 2021, 2022, 2023, None, 2025)
MODELS: tuple[dict[str, Any], ...] = tuple(
    {"device_type": ELECTRIC_VEHICLE, "manufacturer": maker, "model": model, "year": year} | cloud_service(maker)
    for year in YEARS
    for maker, model in CARS
)


@dataclass(slots=True)
class Garage:
    """Gives out vehicles: first each special state twice, then ordinary ones."""

    now: datetime
    rng: random.Random
    given: int = 0

    def vehicle(self, price_zone: str) -> Vehicle:
        number, self.given = self.given, self.given + 1
        vehicle_id = new_id(self.rng)
        special = number < 2 * len(STATES)
        state = STATES[number % len(STATES)] if special else self.rng.choice(ORDINARY)
        shift = 0.0 if special else self.rng.random() * 10 * HOUR
        return Vehicle(
            id=vehicle_id,
            created_at=self._ago((number % 400 + 41) * DAY if "battery_level" in state else 2 * HOUR),
            updated_at=self._ago(60 + shift),
            values=self._values(_base(number, price_zone) | _varied(state, number), vehicle_id, shift),
        )

    def _values(self, values: dict[str, Any], vehicle_id: str, shift: float) -> dict[str, Any]:
        """What differs from an empty record, with links and moments filled in."""
        if values.pop("links", False):
            values["authorization_url"] = f"{CONNECT}/authorize/{vehicle_id}"
            values["embeddable_url"] = f"{CONNECT}/embed/{vehicle_id}"
        if values.get("external_device_id"):
            values["external_device_id"] = f"dev_{vehicle_id[:8]}"
        if shift and values.get("battery_level"):
            values["battery_level"] = self.rng.randint(12, 96)
        for name, value in values.items():
            if isinstance(value, Ago):
                values[name] = self._ago(value.seconds + shift)
        return {name: value for name, value in values.items() if name not in OUTPUT or OUTPUT[name] != value}

    def _ago(self, seconds: float) -> str:
        return stamp((self.now - timedelta(seconds=seconds)).replace(microsecond=0))


def _varied(state: dict[str, Any], number: int) -> dict[str, Any]:
    """Batteries that differ from car to car, wherever the state does not need a level of its own."""
    if state.get("battery_level") != CONNECTED["battery_level"]:
        return state
    level = 18 + number * 37 % 71
    return state | {"battery_level": level, "driving_range": level * 4}


def _base(number: int, usual_zone: str) -> dict[str, Any]:
    """Model and price zone; every other vehicle lies in the next zone of the contract's, so that each is seen."""
    zone = PRICE_ZONES[number // 2 % len(PRICE_ZONES)] if number % 2 else usual_zone
    return {"device_model": MODELS[number % len(MODELS)], "price_zone": zone}
