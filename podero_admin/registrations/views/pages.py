"""One registration, the list, and the two things that can be done to one."""

from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST, require_safe

from podero_admin.audit.rows import event_items
from podero_admin.audit.selectors import object_history
from podero_admin.core.access import Permission, requires
from podero_admin.core.errors import Invalid
from podero_admin.core.http import StaffRequest, redirect_to, render_page
from podero_admin.registrations import presenting, services
from podero_admin.registrations.forms import AcknowledgementForm, DecisionForm
from podero_admin.registrations.linking import linked
from podero_admin.registrations.models import Registration
from podero_admin.registrations.selectors import (
    registration_get,
    registration_list,
)

ATTEMPT_DIGITS = 5


@require_safe
@requires(Permission.CUSTOMER_VIEW)
def detail(request: StaffRequest, reference: str) -> HttpResponse:
    registration = services.registration_look(access=request.access, reference=reference)
    return detail_page(request, registration, is_still="still" in request.GET)


def detail_page(
    request: StaffRequest,
    registration: Registration,
    *,
    decision: DecisionForm | None = None,
    acknowledgement: AcknowledgementForm | None = None,
    is_still: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The page of a registration, also with a form on it that has to be filled in again.

    Without script it is loaded anew as long as something moves, but for whoever has begun to decide: `is_still`.
    """
    context = presenting.detail(request.access, registration, decision=decision, acknowledgement=acknowledgement)
    context["reloads"] = context["is_moving"] and not (is_still or decision or acknowledgement)
    events = object_history(access=request.access, object_type="registration", object_id=registration.reference)
    context["events"] = event_items(events)
    return render_page(request, "registrations/detail.html", context, status=status)


@require_safe
@requires(Permission.CUSTOMER_VIEW)
def list_(request: StaffRequest) -> HttpResponse:
    filters = {name: request.GET.get(name, "") for name in ("outcome", "organization")}
    problem, status = "", 200
    try:
        page = registration_list(
            access=request.access,
            filters=filters,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
    except Invalid as error:
        problem, status, filters = error.message, error.status, {}
        page = registration_list(access=request.access, filters=filters)
    outcome, organization = filters.get("outcome", ""), filters.get("organization", "")
    context = {
        "page": page,
        "problem": problem,
        "entries": [presenting.row(registration) for registration in page.rows],
        "chips": presenting.chips(outcome, organization),
        "only": presenting.organization_chip(outcome, organization, request.access.seats),
    }
    return render_page(
        request, "registrations/list.html", context, fragment="registrations/_results.html", status=status
    )


@require_POST
@requires(Permission.VEHICLE_REGISTER)
def send_again(request: StaffRequest, reference: str) -> HttpResponseRedirect:
    registration = registration_get(access=request.access, reference=reference)
    number = request.POST.get("attempt", "")
    pressed = int(number) if number.isdecimal() and len(number) <= ATTEMPT_DIGITS else registration.attempt_number
    with linked():
        services.registration_send_again(access=request.access, registration=registration, attempt_number=pressed)
    return redirect_to("registrations:detail", reference)


@require_POST
@requires(Permission.REGISTRATION_DECIDE)
def decide(request: StaffRequest, reference: str) -> HttpResponse:
    registration = registration_get(access=request.access, reference=reference)
    request.access.require(Permission.REGISTRATION_DECIDE, registration.organization_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return detail_page(request, registration, decision=form, status=422)
    try:
        services.registration_decide(
            access=request.access,
            registration=registration,
            vehicle_id=form.cleaned_data["vehicle"],
            reason=form.cleaned_data["reason"],
        )
    except Invalid as error:
        for name, texts in error.fields.items():
            form.add_error(name, texts)
        return detail_page(request, registration, decision=form, status=422)
    return redirect_to("registrations:detail", reference)
