"""The registration form: shown, filled in again after a mistake or a lost session, previewed, pressed."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from podero_admin.accounts.middleware import KEPT_POSTS
from podero_admin.core.access import Permission, requires
from podero_admin.core.errors import Conflicting
from podero_admin.core.http import StaffRequest, redirect_to, render_page
from podero_admin.directory.models import Customer
from podero_admin.directory.selectors import customer_get
from podero_admin.registrations import presenting, services
from podero_admin.registrations.forms import RegistrationForm
from podero_admin.registrations.linking import link_to
from podero_admin.registrations.models import Registration
from podero_admin.registrations.selectors import open_registration_of, registration_get
from podero_admin.registrations.submission import Submission, is_ours, issue, read
from podero_admin.registrations.views.beside import meaning, owned

RARE_TICKS = ("send_place", "send_system")
AS_TYPED = "Everything you typed is here: look it over and press again."
FRESH_KEY = f"This form was open for more than an hour, or its key was damaged. {AS_TYPED}"
NOTHING_WRONG = {
    "tone": "ok",
    "text": "Nothing is wrong with what you typed. Nothing was sent yet.",
    "href": "#preview",
    "label": "What it means",
    "focus": True,
}
KEPT = f"You were signed out while this form was open. {AS_TYPED} Nothing was sent."


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VEHICLE_REGISTER)
def register(request: StaffRequest, customer_id: UUID) -> HttpResponse:
    customer = customer_get(access=request.access, customer_id=customer_id)
    request.access.require(Permission.VEHICLE_REGISTER, customer.organization_id)
    if request.method == "POST":
        _forget_kept(request)
        return _check(request, customer) if "check" in request.POST else _press(request, customer)
    opened = services.registration_open(access=request.access, customer=customer)
    form, notices = _fresh_form(request, customer)
    if opened.problem:
        notices.append({"tone": "warning", "text": f"{opened.problem} You can fill in the form all the same."})
    return _page(request, customer, form, submission_key=opened.submission_key, notices=notices)


def _forget_kept(request: StaffRequest) -> None:
    """What comes with this request is newer; a form that was only looked at may be opened again."""
    kept = request.session.get(KEPT_POSTS, {})
    if request.path in kept:
        request.session[KEPT_POSTS] = {path: body for path, body in kept.items() if path != request.path}


def _fresh_form(request: StaffRequest, customer: Customer) -> tuple[RegistrationForm, list[dict[str, str]]]:
    """The form with the contract's defaults, or as it was typed before the session ended or in another registration."""
    kept = QueryDict(request.session.get(KEPT_POSTS, {}).get(request.path, "")).dict()
    if is_ours(str(kept.get("submission_key", "")), staff_id=request.access.staff_id or 0):
        form = _form(request, customer, _without_rare_ticks(request, customer, kept))
        form.is_valid()
        return form, [{"tone": "info", "text": KEPT}]
    again = request.GET.get("again", "")
    if again:
        registration = registration_get(access=request.access, reference=again)
        if registration.customer_id == customer.id:
            return _corrected(request, customer, registration), []
    initial = {"price_zone": customer.organization.default_price_zone}
    return RegistrationForm(initial=initial, may_send_rare=_may_send_rare(request, customer)), []


def _corrected(request: StaffRequest, customer: Customer, registration: Registration) -> RegistrationForm:
    """As it was typed, with Podero's messages at its fields."""
    form = _form(request, customer, _without_rare_ticks(request, customer, registration.typed_values))
    form.is_valid()
    understood = dict(form.cleaned_data)
    for name, texts in presenting.api_errors(registration, form.fields).items():
        for text in texts:
            form.add_error(name or None, text)
    form.cleaned_data = understood  # Podero's messages do not change what is going to be sent
    return form


def _without_rare_ticks(request: StaffRequest, customer: Customer, typed: dict[str, Any]) -> dict[str, Any]:
    """What somebody else typed may hold what this person may not send; to open the form is no attempt to."""
    if _may_send_rare(request, customer):
        return typed
    return {name: value for name, value in typed.items() if name not in RARE_TICKS}


def _may_send_rare(request: StaffRequest, customer: Customer) -> bool:
    return request.access.allows(Permission.RARE_FIELDS_SEND, customer.organization_id)


def _form(request: StaffRequest, customer: Customer, data: Any, **options: Any) -> RegistrationForm:
    if any(data.get(tick) for tick in RARE_TICKS):
        request.access.require(Permission.RARE_FIELDS_SEND, customer.organization_id)
    return RegistrationForm(data, may_send_rare=_may_send_rare(request, customer), **options)


def _press(request: StaffRequest, customer: Customer) -> HttpResponse:
    submission = read(request.POST.get("submission_key", ""), access=request.access, customer=customer)
    form = _form(request, customer, request.POST, asks_confirmation="confirm_duplicate" in request.POST)
    is_valid = form.is_valid()
    if submission and not submission.is_expired and is_valid:
        return _request(request, customer, form, submission)
    try:
        known = services.registration_pressed(submission=submission, typed=form.typed()) if submission else None
    except Conflicting as conflict:
        return _came_second(request, customer, form, submission, conflict)
    if known:
        return redirect_to("registrations:detail", known.reference)
    if submission is None or submission.is_expired:
        notice = {"tone": "warning", "text": FRESH_KEY}
        return _page(
            request,
            customer,
            form,
            submission_key=_fresh_key(request, customer, submission),
            notices=[notice],
            status=422,
        )
    return _page(request, customer, form, submission_key=request.POST["submission_key"], status=422)


def _check(request: StaffRequest, customer: Customer) -> HttpResponse:
    """The whole form again, with what is wrong with it or that nothing is; nothing is stored or sent."""
    key = request.POST.get("submission_key", "")
    submission = read(key, access=request.access, customer=customer)
    form = _form(request, customer, request.POST, asks_confirmation="confirm_duplicate" in request.POST)
    is_valid = form.is_valid()
    return _page(
        request,
        customer,
        form,
        submission_key=key if submission and not submission.is_expired else _fresh_key(request, customer, submission),
        is_checked=True,
        status=200 if is_valid else 422,
    )


def _fresh_key(request: StaffRequest, customer: Customer, submission: Submission | None) -> str:
    return issue(access=request.access, customer=customer, baseline=submission.baseline if submission else None)


def _request(request: StaffRequest, customer: Customer, form: RegistrationForm, submission: Submission) -> HttpResponse:
    try:
        registration = services.registration_request(
            access=request.access,
            customer=customer,
            submission=submission,
            payload=form.payload(),
            typed=form.typed(),
            confirm_duplicate=bool(request.POST.get("confirm_duplicate")),
        )
    except services.DuplicateSuspected as suspected:
        typed = request.POST.copy()
        typed.pop("confirm_duplicate", None)  # what was confirmed is another matter
        asking = _form(request, customer, typed, asks_confirmation=True)
        asking.is_valid()
        return _page(
            request,
            customer,
            asking,
            submission_key=request.POST["submission_key"],
            suspicion={"text": suspected.message, **link_to(suspected.extra)},
            status=422,
        )
    except Conflicting as conflict:
        return _came_second(request, customer, form, submission, conflict)
    return redirect_to("registrations:detail", registration.reference)


def _came_second(
    request: StaffRequest,
    customer: Customer,
    form: RegistrationForm,
    submission: Submission | None,
    conflict: Conflicting,
) -> HttpResponse:
    """The form as it was typed; a key that was used up gives way to a fresh one."""
    first = conflict.extra.get("registration")
    is_used = first is None or (submission is not None and first.submission_key == submission.key)
    key = _fresh_key(request, customer, submission) if is_used else request.POST["submission_key"]
    notice = {"tone": "warning", "text": conflict.message, **link_to(conflict.extra)}
    return _page(request, customer, form, submission_key=key, notices=[notice], status=409)


def _page(
    request: StaffRequest,
    customer: Customer,
    form: RegistrationForm,
    *,
    submission_key: str,
    notices: list[dict[str, Any]] | None = None,
    suspicion: dict[str, str] | None = None,
    is_checked: bool = False,
    status: int = 200,
) -> HttpResponse:
    notices = list(notices or [])
    other = open_registration_of(customer) if status == 200 else None  # noqa: PLR2004
    if other:
        who = f"{other.requested_by} is registering a vehicle for this customer already"
        text = f"{who}; a second one can be sent when that is settled."
        notices.append({"tone": "warning", "text": text, **link_to({"registration": other})})
    elif is_checked and status == 200:  # noqa: PLR2004
        notices.append(NOTHING_WRONG)
    context = {
        "customer": customer,
        "form": form,
        "submission_key": submission_key,
        "notices": notices,
        "suspicion": suspicion,
        "deadline": f"{settings.PODERO_DEADLINE:g}",
    }
    context |= owned(request, customer) | meaning(request, customer, form, submission_key)
    return render_page(request, "registrations/form.html", context, status=status)


@requires(Permission.VEHICLE_REGISTER)
@require_POST
def preview(request: StaffRequest, customer_id: UUID) -> HttpResponse:
    """While one types: what it means and what would be sent."""
    customer = customer_get(access=request.access, customer_id=customer_id)
    request.access.require(Permission.VEHICLE_REGISTER, customer.organization_id)
    form = _form(request, customer, request.POST, asks_confirmation="confirm_duplicate" in request.POST)
    key = request.POST.get("submission_key", "")
    return render_page(request, "registrations/_preview.html", meaning(request, customer, form, key))


def _form_of(request: HttpRequest) -> str:
    """Where a press takes up again what was typed; empty for a key that is not this person's."""
    if not is_ours(request.POST.get("submission_key", ""), staff_id=request.user.pk) or not request.resolver_match:
        return ""
    return reverse("registering:register", kwargs=request.resolver_match.kwargs)


register.form_of = preview.form_of = _form_of  # type: ignore[attr-defined]
