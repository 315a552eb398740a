"""What tests of registering share: a form filled in as an agent would, and a press of its button."""

import re
import threading
import time
from collections.abc import Callable
from io import StringIO
from typing import Any

from django.test import Client

FILLED: dict[str, str] = {
    "device_model_manufacturer": "Tesla",
    "device_model_model": "Model 3",
    "device_model_year": "2023",
    "device_model_cloud_service_id": "",
    "comment": "White, in the garage",
    "price_zone": "AT",
    "charge_target_min": "30",
    "minimum_charge_limit": "80",
    "charge_deadline_at": "06:30",
    "is_charge_policy_enabled": "on",
    "expected_max_charge_power": "11000",
    "hems_min_export_to_start_w": "2000",
    "hems_max_import_before_stopping_w": "4000",
    "hems_min_production_to_start_w": "3000",
    "hems_min_production_before_stopping_w": "2000",
    "minimum_solar_coverage": "1",
    "is_smart_optimization_active": "true",
    "pause_power_until": "",
}


def form_page(client: Client, customer_id: Any) -> str:
    response = client.get(f"/customers/{customer_id}/register/")
    assert response.status_code == 200
    return response.content.decode()


def submission_key(page: str) -> str:
    found = re.search(r'name="submission_key" value="([^"]+)"', page)
    assert found
    return found[1]


def press(client: Client, customer_id: Any, *, key: str = "", without: tuple[str, ...] = (), **values: Any) -> Any:
    """Open the form (unless a key is given), fill it in, press once."""
    key = key or submission_key(form_page(client, customer_id))
    data = {name: value for name, value in (FILLED | values).items() if name not in without}
    return client.post(f"/customers/{customer_id}/register/", data | {"submission_key": key})


def registration_of(response: Any) -> Any:
    """The registration whose page a press led to."""
    from podero_admin.registrations.models import Registration

    assert response.status_code == 302, response.content.decode()[:3000]
    return Registration.objects.get(reference=response["Location"].strip("/").split("/")[-1])


def at_once(*works: Callable[[], Any], wait: float = 60) -> list[Any]:
    """Run the works in threads that start together, each with its own connection; what each returned or raised."""
    from django.db import connections

    gate, results = threading.Barrier(len(works)), [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        gate.wait(wait)
        try:
            results[place] = work()
        except Exception as error:  # noqa: BLE001 - handed to the test
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=entry, daemon=True) for entry in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(wait)
    assert not any(thread.is_alive() for thread in threads)
    return results


def eventually(holds: Callable[[], Any], seconds: float = 30) -> Any:
    """What `holds` returns as soon as it is something."""
    until = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < until, "it did not come about in time"
        time.sleep(0.01)
    return found


def told(response: Any) -> str:
    """A page without what keeps a reference in one line."""
    return re.sub(r'<span class="nowrap">(.*?)</span>', r"\1", response.content.decode())


def posts(world: Any) -> list[Any]:
    """The register calls that reached the sandbox."""
    return [request for request in list(world.requests) if request.endpoint == "register"]


def tag(registration: Any, attempt: int = 1) -> str:
    """The comment of a vehicle that Podero made for this registration."""
    return f"[pa:{registration.reference[2:]}-{attempt}] White"


def sweep() -> str:
    """One sweep by its command; what it said at its end."""
    from django.core.management import call_command

    out = StringIO()
    call_command("sweep", stdout=out, stderr=StringIO())
    return out.getvalue().strip()
