"""The makers that the stand-in knows, with what their owners must do first."""

import uuid
from typing import Any

MAKERS = ("Volkswagen", "Tesla", "Škoda", "Renault", "Citroën", "BMW", "Hyundai", "Kia", "Volvo", "Polestar", "Cupra")
_NAMESPACE = uuid.UUID("5f1b1c6e-3c0b-4b55-9e63-0a7a3a1f1a10")


def cloud_service(manufacturer: str) -> dict[str, Any]:
    """The maker's own cloud as the output names it; all null for a maker that we do not know."""
    if manufacturer not in MAKERS:
        return {"cloud_service_instructions": None, "cloud_service_signup_link": None, "cloud_service": None}
    place = uuid.uuid5(_NAMESPACE, manufacturer)
    return {
        "cloud_service_instructions": f"Create an account in the {manufacturer} app and add the car there first.",
        "cloud_service_signup_link": f"https://signup.podero.example/{place}",
        "cloud_service": str(place),
    }


def model_output(sent: dict[str, Any]) -> dict[str, Any]:
    """The device model of the input as the output writes it: the service is called otherwise there."""
    service = cloud_service(sent["manufacturer"])
    known = {name: sent[name] for name in ("device_type", "manufacturer", "model", "year")}
    return known | service | {"cloud_service": sent["cloud_service_id"] or service["cloud_service"]}
