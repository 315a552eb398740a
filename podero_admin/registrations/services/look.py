"""Looking at a registration is looking at its customer."""

from datetime import timedelta

from podero_admin.audit.services import looked_at
from podero_admin.core.access import Access
from podero_admin.registrations.models import Registration
from podero_admin.registrations.selectors import registration_get

LOOK = timedelta(minutes=5)


def registration_look(*, access: Access, reference: str) -> Registration:
    """The registration for its page, which loads itself every two seconds while something moves: that is one look."""
    registration = registration_get(access=access, reference=reference)
    looked_at(
        access=access,
        organization_id=registration.organization_id,
        customer_id=registration.customer_id,
        label=registration.customer.name,
        page=f"registration {registration.reference}",
        once_in=LOOK,
    )
    return registration
