"""The 32 fields that a registration may carry, and the parts of its device model."""

from podero_admin.fields.field import Field, Group, by_name
from podero_admin.fields.open_inputs import SOLAR, STEERING, TARGETS, VEHICLE
from podero_admin.fields.senior_inputs import PLACE, SYSTEM

DEVICE_MODEL_PREFIX = "device_model_"
DEVICE_TYPE = {"short_name": "ev", "long_name": "Electric Vehicle"}

_ALL = (*VEHICLE, *TARGETS, *SOLAR, *STEERING, *PLACE, *SYSTEM)
INPUTS = by_name(_ALL)

_TITLES = (
    (
        "vehicle",
        "Vehicle",
        "Optional but for the price zone: the customer can also pick the car in the onboarding form.",
    ),
    ("targets", "Charging targets", "What the customer can rely on, whatever the price does."),
    (
        "solar",
        "Solar (HEMS)",
        "When to start on surplus and when to stop again. Start above stop, or the charger will toggle.",
    ),
    ("steering", "Steering", "Whether Podero picks the hours, and what it does right now."),
    ("place", "Place", "Rarely needed: Podero normally learns the position from the car."),
    (
        "system",
        "System fields",
        "Podero normally writes all of these. A wrong value can make a car look connected or deleted.",
    ),
)
INPUT_GROUPS = tuple(
    Group(
        name=name,
        title=title,
        hint=hint,
        fields=tuple(field.name for field in _ALL if field.group == name),
        tier="senior" if name in {"place", "system"} else "open",
    )
    for name, title, hint in _TITLES
)

# Named as in the form; without the prefix they are the contract's names inside `device_model`.
DEVICE_MODEL_INPUTS = by_name(
    (
        Field(
            name="device_model_manufacturer",
            label="Manufacturer",
            kind="text",
            group="vehicle",
            max_length=255,
            required=True,
            help="The brand, such as Tesla; needed as soon as a model is given.",
        ),
        Field(
            name="device_model_model",
            label="Model",
            kind="text",
            group="vehicle",
            max_length=255,
            required=True,
            help="The model, such as Model 3; needed as soon as a manufacturer is given.",
        ),
        Field(
            name="device_model_year",
            label="Model year",
            unit="year",
            kind="integer",
            group="vehicle",
            minimum=1900,
            maximum=2100,
            nullable=True,
            help="The year of the model, when it is known.",
        ),
        Field(
            name="device_model_cloud_service_id",
            label="Cloud service",
            kind="uuid",
            group="vehicle",
            nullable=True,
            direction="input",
            help="Podero's id of the manufacturer's cloud service; leave it empty unless Podero named one.",
        ),
    )
)
