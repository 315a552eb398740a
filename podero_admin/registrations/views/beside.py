"""What stands beside the registration form: the customer's vehicles, what the settings mean, what will be sent."""

from typing import Any

from podero_admin.core.http import StaffRequest
from podero_admin.directory.models import Customer
from podero_admin.registrations import presenting
from podero_admin.registrations.forms import RegistrationForm
from podero_admin.registrations.selectors import same_model_of
from podero_admin.registrations.submission import read
from podero_admin.vehicles.selectors import vehicles_asked_at, vehicles_of


def owned(request: StaffRequest, customer: Customer) -> dict[str, Any]:
    """What we know of the customer's vehicles, and how old that is."""
    vehicles = vehicles_of(access=request.access, customer_id=customer.id)
    asked_at = vehicles_asked_at(customer=customer, vehicles=vehicles)
    count = len([vehicle for vehicle in vehicles if not (vehicle.is_gone or vehicle.deleted_at)])
    none = "no vehicle yet" if asked_at else "vehicles not known"
    return {"owned": {0: none, 1: "1 vehicle"}.get(count, f"{count} vehicles"), "owned_at": asked_at}


def meaning(request: StaffRequest, customer: Customer, form: RegistrationForm, submission_key: str) -> dict[str, Any]:
    """In words, and what will be sent."""
    submission = read(submission_key, access=request.access, customer=customer)
    if not form.is_bound:
        form = RegistrationForm(_shown(form), may_send_rare=False)
    form.is_valid()
    maker, model = (form.cleaned_data.get(f"device_model_{part}", "") for part in ("manufacturer", "model"))
    return presenting.preview(
        form,
        reference=submission.reference if submission else "R-XXXXXXXXXX",
        is_tagged=customer.organization.tag_comments,
        customer_id=customer.id,
        twin=same_model_of(customer, maker, model),
    )


def _shown(form: RegistrationForm) -> dict[str, Any]:
    """What an untouched form would send: its initial values."""
    initial = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {name: value for name, value in initial.items() if value not in {None, False}}
