"""The contract with Podero in types: strict in what we send, tolerant in what we read.

The canonical contract is `register-electric-vehicle.openapi.yaml`, beside this package; a test holds every model here
against it. Names, order, types and the documented defaults are the contract's.

What we send (`given.py`, names in `…Input`) has no defaults of its own: a field that was not given does not go out.

What we read (`told.py`) never fails for a single field: one that does not fit is None and named in `problems`. Unknown
keys are kept, unknown values of an enum stay text, and the whole object stays in `raw` as it came.
"""

from podero_admin.podero.contract.given import (
    INPUT_DEFAULTS,
    INPUT_FIELDS,
    DeviceModelInput,
    DeviceType,
    ElectricVehicleInput,
)
from podero_admin.podero.contract.moments import is_never
from podero_admin.podero.contract.told import OUTPUT_FIELDS, DeviceModel, DeviceTypeOutput, ElectricVehicle, Owner, User
from podero_admin.podero.contract.words import BoostState, PriceZone, Status

__all__ = [
    "INPUT_DEFAULTS",
    "INPUT_FIELDS",
    "OUTPUT_FIELDS",
    "BoostState",
    "DeviceModel",
    "DeviceModelInput",
    "DeviceType",
    "DeviceTypeOutput",
    "ElectricVehicle",
    "ElectricVehicleInput",
    "Owner",
    "PriceZone",
    "Status",
    "User",
    "is_never",
]
