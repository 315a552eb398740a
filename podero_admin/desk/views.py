"""The start page, the search, a customer's page, deep links, the looks, and the pages of errors."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from podero_admin.accounts.middleware import keep_what_was_typed
from podero_admin.audit.rows import event_items, look_items
from podero_admin.audit.selectors import history, latest_looks
from podero_admin.core.access import Permission, requires
from podero_admin.core.errors import Invalid, PoderoAway
from podero_admin.core.http import THEME_COOKIE, THEMES, StaffRequest, back_to, link, redirect_to, render_page
from podero_admin.desk import search as finding
from podero_admin.desk import selectors, services
from podero_admin.desk import status as health
from podero_admin.directory.folding import LONGEST_QUERY
from podero_admin.registrations.outcomes import OPEN
from podero_admin.registrations.selectors import alarms, open_registrations, registrations_of, sendable_registrations
from podero_admin.registrations.wording import outcome_badge

YEAR = 365 * 24 * 3600
EVENTS_SHOWN = 20


@require_safe
def start(request: StaffRequest) -> HttpResponse:
    access = request.access
    registrations = open_registrations(access=access)
    context = {
        "alarms": alarms(access=access, permission=Permission.REGISTRATION_DECIDE),
        "needing_action": selectors.needing_action(access=access),
        "registrations": [(row, outcome_badge(row.outcome)) for row in registrations],
        "sendable": [(row, outcome_badge(row.outcome)) for row in sendable_registrations(access=access)],
        "sees_all": access.allows(Permission.REGISTRATIONS_VIEW_ALL),
        "recent": selectors.recently_opened(access=access),
    }
    return render_page(request, "desk/start.html", context)


@require_safe
@requires(Permission.CUSTOMER_VIEW)
def status(request: StaffRequest) -> HttpResponse:
    """The long form for those who may see it somewhere; for others whether Podero and the background work."""
    return render_page(request, "desk/status.html", {"status": health.status(access=request.access)})


@require_safe
@requires(Permission.CUSTOMER_VIEW)
def customer(request: StaffRequest, customer_id: UUID) -> HttpResponse:
    access = request.access
    opened = services.customer_open(access=access, customer_id=customer_id)
    found = opened.customer
    registrations = registrations_of(access=access, customer_id=found.id)
    context = {
        "customer": found,
        "cards": selectors.cards(opened.vehicles),
        "asked_at": opened.asked_at,
        "problem": opened.problem,
        "registrations": [(row, outcome_badge(row.outcome)) for row in registrations],
        "open_registration": next((row for row in registrations if row.outcome in OPEN), None),
        "events": event_items(history(access=access, customer_id=found.id, limit=EVENTS_SHOWN)),
        "looks": look_items(latest_looks(access=access, customer_id=found.id)),
        "may_register": _may_register(request, found.organization_id) and not found.is_gone and not found.deleted_at,
        "may_refresh": access.allows(Permission.VEHICLE_REFRESH, found.organization_id),
    }
    return render_page(request, "desk/customer.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CUSTOMER_VIEW)
def search(request: StaffRequest) -> HttpResponse:
    """A search is posted, so that no name ever stands in an address or a log."""
    text, context, status = request.POST.get("q", "").strip(), dict[str, Any](), 200
    is_whole = not request.htmx or "straight" in request.POST  # not while somebody types
    if text and is_whole and (reference := finding.registration_asked(access=request.access, text=text)):
        return _lead_to(request, link("registrations:detail", reference))
    try:
        context["results"] = finding.search(access=request.access, text=text) if text else None
    except Invalid as error:
        context["problem"], status = error.message, error.status
    context["text"] = text[:LONGEST_QUERY]
    return render_page(request, "desk/search.html", context, fragment="desk/_found.html", status=status)


def _lead_to(request: StaffRequest, address: str) -> HttpResponse:
    """A script is told where to go: it would follow a redirect by itself and take that page for the hits."""
    return HttpResponse(headers={"HX-Redirect": address}) if request.htmx else HttpResponseRedirect(address)


def _may_register(request: StaffRequest, organization_id: UUID) -> bool:
    return request.access.allows(Permission.VEHICLE_REGISTER, organization_id)


@require_POST
@requires(Permission.VEHICLE_REFRESH)
def refresh(request: StaffRequest, customer_id: UUID) -> HttpResponse:
    """Whatever Podero says or does not say, the customer's page follows, with the last that is known."""
    try:
        count = services.customer_vehicles_refresh(access=request.access, customer_id=customer_id)
    except PoderoAway as away:
        messages.warning(request, f"{away.message} What is shown is the last that Podero told.")
    else:
        known = {0: "no vehicle", 1: "one vehicle"}.get(count, f"{count} vehicles")
        messages.success(request, f"Podero was asked: {known}.")
    return redirect_to("desk:customer", customer_id)


@require_safe
@requires(Permission.CUSTOMER_VIEW)
def open_link(request: StaffRequest) -> HttpResponse:
    """Lead from another application to a customer."""
    key = request.GET.get("customer", "").replace("\0", "").strip()
    organization_id = _organization_id(request.GET.get("organization", ""))
    if not key or organization_id is None:
        raise Invalid("This link is incomplete: it has to name an organisation and a customer.")
    matches = services.deep_link_match(access=request.access, organization_id=organization_id, key=key)
    if len(matches.customers) == 1:
        return redirect_to("desk:customer", matches.customers[0].id)
    context = {"matches": matches, "key": key}
    return render_page(request, "desk/open.html", context, status=200 if matches.customers else 404)


def _organization_id(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


@require_POST
def theme(request: StaffRequest) -> HttpResponse:
    wanted = request.POST.get("theme", "")
    if wanted not in THEMES:
        raise Invalid("There are three looks: auto, light and dark.")
    response = back_to(request, "desk:start")
    response.set_cookie(
        THEME_COOKIE, wanted, max_age=YEAR, path=settings.ROOT, secure=settings.SECURE, httponly=True, samesite="Lax"
    )
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return HttpResponse(render_to_string("400.html"), status=400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    text = "Your role does not allow this. If you need it for your work, ask the administrator of your organisation."
    return render(request, "403.html", {"code": 403, "title": "Not allowed", "text": text}, status=403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    text = "There is no page at this address. It may have been mistyped, or the link is old."
    return render(request, "404.html", {"code": 404, "title": "Not found", "text": text}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Needs nothing that may just have broken: no session, no database."""
    context = {"request_id": getattr(request, "request_id", "")}
    return HttpResponse(render_to_string("500.html", context), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Mostly somebody signed in anew in another tab: their form for a registration is given back as it was typed.

    Nothing is kept of what another site sent, nor of what somebody else typed.
    """
    is_ours = request.user.is_authenticated and not reason.startswith(("Origin checking", "Referer checking"))
    if is_ours and request.resolver_match and (form := keep_what_was_typed(request, request.resolver_match.func)):
        by_script = "HX-Request" in request.headers
        return HttpResponse(status=403, headers={"HX-Redirect": form}) if by_script else HttpResponseRedirect(form)
    text = (
        "This form does not belong to your present session: you may have signed out or in again since it was opened, "
        "or your browser keeps no cookies for this page. Nothing was changed. Go back: what you typed is still there; "
        "copy what you need, reload the page and send it again."
    )
    return render(request, "403.html", {"code": 403, "title": "Please open the form again", "text": text}, status=403)
