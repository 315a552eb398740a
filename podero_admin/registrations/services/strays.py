"""References of ours on vehicles at Podero that no registration accounts for: after a restore, what was lost here."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from podero_admin.audit.actions import Action
from podero_admin.audit.services import Subject, record
from podero_admin.core.access import Access
from podero_admin.directory.models import Customer
from podero_admin.podero import ElectricVehicle
from podero_admin.registrations.models import Registration, Stray

NOBODY_KNOWS = (
    "This vehicle was registered as {reference}, which is not known here. That is so after the database was restored "
    "from an older backup: the registration was made since, and only Podero has it."
)
OF_ANOTHER = "This vehicle bears {reference}, which is the registration of another customer."


def strays_note(*, access: Access, customer: Customer, named: Mapping[str, Sequence[ElectricVehicle]]) -> int:
    """Raise the alarm, once, for each vehicle whose reference is none of this customer's; say for how many.

    A registration is stored before it is sent, so what a list shows and is not stored by now was not made here.
    """
    others = set(Registration.objects.filter(reference__in=named).values_list("reference", flat=True))
    told = set(Stray.objects.filter(reference__in=named).values_list("vehicle_id", "reference"))
    found = {(vehicle.id, reference) for reference, vehicles in named.items() for vehicle in vehicles} - told
    return sum(
        _note(access, customer, vehicle_id, reference, OF_ANOTHER if reference in others else NOBODY_KNOWS)
        for vehicle_id, reference in sorted(found)
    )


def _note(access: Access, customer: Customer, vehicle_id: UUID, reference: str, text: str) -> bool:
    alarm = text.format(reference=reference)
    found = {"organization_id": customer.organization_id, "customer": customer, "found_at": timezone.now()}
    with transaction.atomic():
        _, is_new = Stray.objects.get_or_create(
            vehicle_id=vehicle_id, reference=reference, defaults=found | {"alarm": alarm}
        )
        if is_new:
            record(
                Action.ALARM_RAISED,
                access=access,
                organization_id=customer.organization_id,
                subject=Subject("vehicle", vehicle_id, f"{reference} of {customer.name}"),
                outcome="alarm",
                reason=alarm,
                customer_id=customer.id,
                vehicle_id=vehicle_id,
            )
    return is_new
