"""Alarms: a senior has seen one; the page of a vehicle that no registration accounts for."""

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_POST, require_safe

from podero_admin.audit.rows import event_items
from podero_admin.audit.selectors import object_history
from podero_admin.core.access import Permission, requires
from podero_admin.core.http import StaffRequest, redirect_to, render_page
from podero_admin.registrations import services
from podero_admin.registrations.forms import AcknowledgementForm
from podero_admin.registrations.models import Stray
from podero_admin.registrations.selectors import registration_get, stray_get, vehicle_of
from podero_admin.registrations.views.pages import detail_page

SEEN = "The alarm is off the lists; your reason is in the audit log."


@require_POST
@requires(Permission.REGISTRATION_DECIDE)
def acknowledge(request: StaffRequest, reference: str) -> HttpResponse:
    registration = registration_get(access=request.access, reference=reference)
    request.access.require(Permission.REGISTRATION_DECIDE, registration.organization_id)
    form = AcknowledgementForm(request.POST)
    if not form.is_valid():
        return detail_page(request, registration, acknowledgement=form, status=422)
    services.alarm_acknowledge(access=request.access, registration=registration, **form.cleaned_data)
    messages.success(request, SEEN)
    return redirect_to("registrations:detail", reference)


@require_safe
@requires(Permission.REGISTRATIONS_VIEW_ALL)
def stray(request: StaffRequest, number: int) -> HttpResponse:
    return _stray(request, stray_get(access=request.access, number=number), AcknowledgementForm())


@require_POST
@requires(Permission.REGISTRATION_DECIDE)
def acknowledge_stray(request: StaffRequest, number: int) -> HttpResponse:
    found = stray_get(access=request.access, number=number)
    request.access.require(Permission.REGISTRATION_DECIDE, found.organization_id)
    form = AcknowledgementForm(request.POST)
    if not form.is_valid():
        return _stray(request, found, form, status=422)
    services.stray_acknowledge(access=request.access, stray=found, reason=form.cleaned_data["reason"])
    messages.success(request, SEEN)
    return redirect_to("registrations:stray", number)


def _stray(request: StaffRequest, found: Stray, form: AcknowledgementForm, *, status: int = 200) -> HttpResponse:
    may_decide = request.access.allows(Permission.REGISTRATION_DECIDE, found.organization_id)
    events = object_history(access=request.access, object_type="vehicle", object_id=str(found.vehicle_id))
    context = {
        "stray": found,
        "vehicle": vehicle_of(found),
        "form": form if may_decide and found.acknowledged_at is None else None,
        "events": event_items(events),
    }
    return render_page(request, "registrations/stray.html", context, status=status)
