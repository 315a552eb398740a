"""The log's pages: the list and its second side, access records; one event; the export; "Verify now"."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_POST, require_safe

from podero_admin.audit.filters import EventFilters
from podero_admin.audit.forms import FilterForm
from podero_admin.audit.rows import event_items, event_rows
from podero_admin.audit.selectors import (
    access_record_list,
    chain_head,
    event_get,
    event_list,
    same_act,
)
from podero_admin.audit.services import EVENT_COLUMNS, events_export, verify_now
from podero_admin.audit.triggers import weakness
from podero_admin.core.access import Permission, requires
from podero_admin.core.errors import Invalid
from podero_admin.core.http import StaffRequest, redirect_to, render_page
from podero_admin.core.paging import Page
from podero_admin.core.spreadsheet import csv_of, csv_response

NOT_FILTERED = EventFilters()


@require_safe
def events(request: StaffRequest) -> HttpResponse:
    shows_access = request.GET.get("show") == "access"
    form, page = _found(request, access_record_list if shows_access else event_list)
    context = {
        "form": form,
        "page": page,
        "rows": "" if shows_access else event_rows(page.rows),
        "is_valid": form.is_valid(),
        "is_filtered": form.is_valid() and form.filters != NOT_FILTERED,
        "chain": chain_head(),
        "weakness": weakness(),
        "may_verify": request.access.allows(Permission.EVENTS_VIEW_ALL),
        "may_export": request.access.allows(Permission.EVENTS_EXPORT),
    }
    name = "audit/access_records.html" if shows_access else "audit/list.html"
    return render_page(request, name, context, status=200 if form.is_valid() else 422)


def _found(request: StaffRequest, find: Callable[..., Page[Any]]) -> tuple[FilterForm, Page[Any]]:
    """What the filters in the address select; nothing where one of them cannot be used."""
    query = request.GET
    form = FilterForm(query, access=request.access)
    if not form.is_valid():
        return form, Page(rows=[])
    after, before = query.get("after", ""), query.get("before", "")
    return form, find(access=request.access, filters=form.filters, after=after, before=before)


@require_safe
def event(request: StaffRequest, number: int) -> HttpResponse:
    found = event_get(access=request.access, number=number)
    beside = event_items(same_act(access=request.access, event=found))
    return render_page(request, "audit/detail.html", {"event": found, "same_act": beside})


@require_POST
@requires(Permission.EVENTS_EXPORT)
def export(request: StaffRequest) -> StreamingHttpResponse:
    form = FilterForm(request.POST, access=request.access)
    if not form.is_valid():
        raise Invalid("These filters cannot be used, so nothing was exported. Correct them in the list first.")
    return csv_response("audit-log", csv_of(EVENT_COLUMNS, events_export(access=request.access, filters=form.filters)))


@require_POST
@requires(Permission.EVENTS_VIEW_ALL)
def verify(request: StaffRequest) -> HttpResponse:
    found = verify_now(access=request.access)
    words = f"The audit log is unbroken: {found.checked:,} events were checked just now."
    if not found.is_unbroken:
        messages.error(request, f"The audit log is broken: {found.problem}.")
    elif found.weakness:
        messages.info(request, words)
    else:
        messages.success(request, words)
    if found.weakness:
        messages.error(request, f"{found.weakness}.")
    if found.warning:
        messages.warning(request, f"About the audit log: {found.warning}.")
    return redirect_to("audit:list")
