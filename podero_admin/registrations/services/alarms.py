"""A senior has seen an alarm, and says why it need not be shown any longer."""

from django.db import transaction
from django.utils import timezone

from podero_admin.audit.actions import Action
from podero_admin.audit.services import Subject, record
from podero_admin.core.access import Access, Permission
from podero_admin.core.errors import Conflicting
from podero_admin.registrations.models import Registration, Stray
from podero_admin.registrations.services.reasons import reason_checked
from podero_admin.registrations.services.transition import tell


def alarm_acknowledge(*, access: Access, registration: Registration, reason: str, read: str) -> Registration:
    """Take the alarm off the lists. `read` is the alarm as the person read it: a further one must be read too."""
    access.require(Permission.REGISTRATION_DECIDE, registration.organization_id)
    reason = reason_checked(reason)
    if registration.alarm_since is None:
        return registration
    standing = Registration.objects.filter(pk=registration.pk, alarm=read, alarm_since__isnull=False)
    with transaction.atomic():
        if standing.update(alarm_since=None):
            tell(Action.ALARM_ACKNOWLEDGED, access=access, registration=registration, reason=reason)
            return registration
    registration.refresh_from_db()
    if registration.alarm_since is not None:
        raise Conflicting("The alarm has changed since this page was opened. Read it again, then press “Seen”.")
    return registration


def stray_acknowledge(*, access: Access, stray: Stray, reason: str) -> Stray:
    """The same for a vehicle that no registration accounts for."""
    access.require(Permission.REGISTRATION_DECIDE, stray.organization_id)
    reason = reason_checked(reason)
    with transaction.atomic():
        standing = Stray.objects.filter(pk=stray.pk, acknowledged_at__isnull=True)
        if standing.update(acknowledged_at=timezone.now()):
            record(
                Action.ALARM_ACKNOWLEDGED,
                access=access,
                organization_id=stray.organization_id,
                subject=Subject("vehicle", stray.vehicle_id, f"{stray.reference} of {stray.customer.name}"),
                reason=reason,
                customer_id=stray.customer_id,
                vehicle_id=stray.vehicle_id,
            )
    stray.refresh_from_db()
    return stray
