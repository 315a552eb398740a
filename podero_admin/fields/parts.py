"""The parts of the device model and of the owner that Podero returns."""

from functools import partial

from podero_admin.fields.field import Field, by_name
from podero_admin.fields.inputs import DEVICE_MODEL_INPUTS

_output = partial(Field, direction="output")
_nullable = partial(Field, direction="output", nullable=True)
_cloud_text = partial(_nullable, kind="text", null_text="none")
DEVICE_MODEL_OUTPUTS = by_name(
    (
        *(DEVICE_MODEL_INPUTS[f"device_model_{part}"] for part in ("manufacturer", "model", "year")),
        _nullable(
            name="device_model_cloud_service", label="Cloud service", kind="uuid", help="Podero's id of the service."
        ),
        _cloud_text(
            name="device_model_cloud_service_instructions",
            label="How to prepare the account",
            help="What the customer does in the manufacturer's account first.",
        ),
        _nullable(
            name="device_model_cloud_service_signup_link",
            label="Manufacturer's sign-up",
            kind="url",
            help="Where the customer opens an account with the manufacturer.",
            null_text="none",
        ),
    )
)

_person = partial(_nullable, kind="text", personal=True)
OWNER_OUTPUTS = by_name(
    (
        _output(name="owner_id", label="Customer id", kind="uuid", required=True, help="Podero's id of the customer."),
        _person(name="owner_email", label="E-mail", help="The customer's e-mail address."),
        _person(name="owner_first_name", label="First name", help="The customer's first name."),
        _person(name="owner_last_name", label="Last name", help="The customer's last name."),
        _nullable(
            name="owner_external_id", label="Customer number", kind="text", help="The customer's number with you."
        ),
    )
)
