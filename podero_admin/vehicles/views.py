"""The pages of vehicles: the list, one vehicle, and the two buttons on it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_POST, require_safe

from podero_admin.core.access import Permission, requires
from podero_admin.core.errors import Invalid, PoderoAway
from podero_admin.core.http import StaffRequest, redirect_to, render_page
from podero_admin.core.spreadsheet import csv_of, csv_response
from podero_admin.vehicles import services
from podero_admin.vehicles.controls import chips, controls, filters_set, needs_open
from podero_admin.vehicles.counts import vehicle_counts
from podero_admin.vehicles.exporting import HEADINGS, vehicles_export
from podero_admin.vehicles.filters import read_filters
from podero_admin.vehicles.notices import notices
from podero_admin.vehicles.page import vehicle_page
from podero_admin.vehicles.rows import vehicle_rows
from podero_admin.vehicles.selectors import incidents_open, vehicle_list


@require_safe
@requires(Permission.VEHICLE_VIEW)
def vehicles(request: StaffRequest) -> HttpResponse:
    access, query = request.access, request.GET
    filters = read_filters(query.dict(), access=access)
    page = vehicle_list(access=access, filters=filters, after=query.get("after", ""), before=query.get("before", ""))
    listed = access.listed_ids(Permission.VEHICLE_VIEW)
    names = {seat.organization_id: seat.name for seat in access.seats if seat.organization_id in listed}
    counts = vehicle_counts(access=access, organization=filters.organization)
    counted = "1 vehicle" if len(page.rows) == 1 else f"{len(page.rows)} vehicles"
    questions = chips(filters, counts)
    context = {
        "page": page,
        "rows": vehicle_rows(page.rows, names if len(names) > 1 else {}),
        "chips": questions,
        "counted_at": counts.at,
        "incidents": notices(incidents_open(access=access), names_organization=len(names) > 1),
        "filters_set": filters_set(filters),
        "filters_open": needs_open(filters, questions),
        "controls": controls(filters, access, counts.makers),
        "problems": list(filters.problems.values()),
        "is_filtered": filters.is_filtered,
        "exported": filters.as_query() if access.allows(Permission.LISTS_EXPORT) else None,
        "count": f"{counted} on this page{', more on the next' if page.after else ''}.",
    }
    return render_page(request, "vehicles/list.html", context, status=422 if filters.problems else 200)


@require_POST
@requires(Permission.LISTS_EXPORT)
def export(request: StaffRequest) -> StreamingHttpResponse:
    filters = read_filters(request.POST.dict(), access=request.access)
    if filters.problems:
        raise Invalid("These filters cannot be used, so nothing was exported. Correct them in the list first.")
    return csv_response("vehicles", csv_of(HEADINGS, vehicles_export(access=request.access, filters=filters)))


@require_safe
@requires(Permission.VEHICLE_VIEW)
def vehicle(request: StaffRequest, vehicle_id: UUID) -> HttpResponse:
    found = services.vehicle_look(access=request.access, vehicle_id=vehicle_id)
    return render_page(request, "vehicles/detail.html", vehicle_page(access=request.access, vehicle=found))


@require_POST
@requires(Permission.VEHICLE_REFRESH)
def refresh(request: StaffRequest, vehicle_id: UUID) -> HttpResponse:
    """Whatever Podero says or does not say, the page of the vehicle follows, with the last that is known."""
    try:
        found = services.vehicle_refresh(access=request.access, vehicle_id=vehicle_id)
    except PoderoAway as away:
        messages.warning(request, away.message)
    else:
        if found.is_gone:
            messages.warning(request, services.GONE_SENTENCE)
        else:
            messages.success(request, "This is what Podero says now.")
    return redirect_to("vehicles:detail", vehicle_id)


@require_POST
@requires(Permission.POSITION_VIEW)
def position(request: StaffRequest, vehicle_id: UUID) -> HttpResponse:
    """The same page with the position on it, this once."""
    found = services.vehicle_position(access=request.access, vehicle_id=vehicle_id)
    context = vehicle_page(access=request.access, vehicle=found, shows_position=True)
    return render_page(request, "vehicles/detail.html", context)
