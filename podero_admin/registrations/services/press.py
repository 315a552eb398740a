"""A press: what the agent asked for is stored, then sent once; pressing again finds what the first press did."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone

from podero_admin import gateway
from podero_admin.audit.actions import Action
from podero_admin.audit.services import looked_at
from podero_admin.core.access import Access, Permission
from podero_admin.core.errors import Conflicting, Invalid, PoderoAway
from podero_admin.directory.attention import customer_opened
from podero_admin.directory.models import Customer
from podero_admin.podero import PoderoClient
from podero_admin.podero.errors import PoderoError
from podero_admin.registrations.models import Attempt, Registration
from podero_admin.registrations.outcomes import OPEN, SENDABLE_AGAIN, Outcome
from podero_admin.registrations.payload import has_rare_fields, with_tag
from podero_admin.registrations.selectors import confirmed_since, open_registration_of, same_model_of
from podero_admin.registrations.services.send import registration_send
from podero_admin.registrations.services.transition import move, tell
from podero_admin.registrations.services.truth import vehicles_look
from podero_admin.registrations.submission import Submission, digest, issue

RECENT = timedelta(hours=24)
#: What somebody who has pressed waits for a list, before anything is sent.
LOOK_SECONDS = 3.0


class DuplicateSuspected(Invalid):
    """This may be the second time for one car; a person says whether it is. `extra` names the first, if it is here."""

    def __init__(self, suspicion: "Suspicion") -> None:
        super().__init__(suspicion.text)
        self.extra = {"registration": suspicion.first}


class Suspicion(NamedTuple):
    """Why this may be one car twice; without a text there is none."""

    text: str = ""
    first: Registration | None = None


@dataclass(frozen=True)
class Opened:
    """What the form needs when it opens."""

    submission_key: str
    problem: str


def registration_open(*, access: Access, customer: Customer) -> Opened:
    """Sign a fresh submission key over the vehicles that the customer has now; without an answer, over none."""
    access.require(Permission.VEHICLE_REGISTER, customer.organization_id)
    looked_at(
        access=access,
        organization_id=customer.organization_id,
        customer_id=customer.id,
        label=customer.name,
        page="registration form",
    )
    customer_opened(customer)
    try:
        vehicles = vehicles_look(access=access, customer=customer, seconds=gateway.QUICK_SECONDS)
    except PoderoAway as error:
        return Opened(issue(access=access, customer=customer, baseline=None), str(error))
    return Opened(issue(access=access, customer=customer, baseline=[str(vehicle.id) for vehicle in vehicles]), "")


def registration_request(
    *,
    access: Access,
    customer: Customer,
    submission: Submission,
    payload: Mapping[str, Any],
    typed: Mapping[str, Any],
    confirm_duplicate: bool = False,
) -> Registration:
    """Store what is to be registered and send it, at most once for each submission key."""
    access.require(Permission.VEHICLE_REGISTER, customer.organization_id)
    if has_rare_fields(payload):
        access.require(Permission.RARE_FIELDS_SEND, customer.organization_id)
    try:
        if submission.baseline is None:  # then Podero is asked first, and whoever is refused should not wait for it
            _refuse_second(open_registration_of(customer))
            _second_thoughts(customer, payload, confirm_duplicate=confirm_duplicate)
            submission = _with_baseline(access, customer, submission)
        way_out = _way_out(customer)
        with transaction.atomic():
            registration = _placed(access, customer, submission, payload, typed)
            suspicion = _second_thoughts(customer, payload, confirm_duplicate=confirm_duplicate)
            attempt = _requested(access, registration, payload, suspicion=suspicion.text)
    except (Conflicting, DuplicateSuspected, IntegrityError) as refused:
        return _first_press(customer, submission, typed, refused)
    registration_send(access=access, registration=registration, attempt=attempt, way_out=way_out)
    return registration


def registration_send_again(*, access: Access, registration: Registration, attempt_number: int) -> Registration:
    """Send a registration that Podero does not have once more; a second press of the same button changes nothing."""
    access.require(Permission.VEHICLE_REGISTER, registration.organization_id)
    if registration.attempt_number != attempt_number or registration.outcome in OPEN:
        return registration
    if registration.outcome not in SENDABLE_AGAIN:
        raise Conflicting("This registration cannot be sent again: see what became of it.")
    if has_rare_fields(registration.sent_payload):
        access.require(Permission.RARE_FIELDS_SEND, registration.organization_id)
    if _came_true(access, registration):
        return registration
    began_at = registration.pending_at
    _refuse_overtaken(registration, since=began_at)
    way_out = _way_out(registration.customer)
    try:
        with transaction.atomic():
            attempt = _next_attempt(access, registration)
            _refuse_overtaken(registration, since=began_at)
    except IntegrityError:
        _refuse_second(open_registration_of(registration.customer))
        return registration
    if attempt:
        registration_send(access=access, registration=registration, attempt=attempt, way_out=way_out)
    return registration


def registration_pressed(*, submission: Submission, typed: Mapping[str, Any]) -> Registration | None:
    """What this key was pressed for before; with other data it is refused, since one key stands for one vehicle."""
    pressed = Registration.objects.filter(submission_key=submission.key)
    first = pressed.only("reference", "submission_digest").first()
    if first is not None and first.submission_digest != digest(typed):
        raise Conflicting(
            f"This form was sent already, with other values: see {first.reference}. Nothing was sent now. "
            "If this is another vehicle, press again.",
            registration=first,
        )
    return first


def _with_baseline(access: Access, customer: Customer, submission: Submission) -> Submission:
    """Where the vehicles could not be listed when the form opened, once more now; without an answer, it goes on."""
    try:
        vehicles = vehicles_look(access=access, customer=customer, seconds=LOOK_SECONDS)
    except PoderoAway:
        return submission
    return replace(submission, baseline=tuple(sorted(str(vehicle.id) for vehicle in vehicles)))


def _came_true(access: Access, registration: Registration) -> bool:
    """A last look before it goes out once more: it may have been carried out late. Without a list, it goes on."""
    try:
        vehicles_look(access=access, customer=registration.customer, seconds=LOOK_SECONDS)
    except PoderoAway:
        return False
    registration.refresh_from_db()
    return registration.outcome not in SENDABLE_AGAIN


def _refuse_overtaken(registration: Registration, *, since: datetime) -> None:
    """An old button must not make a second car when somebody registered one for this customer meanwhile."""
    other = confirmed_since(registration.customer_id, since)
    if other is not None and other.pk != registration.pk:
        raise Conflicting(
            f"A vehicle of this customer was registered meanwhile: {other.reference}. Nothing was sent now. "
            "If this is another car, open the form as it was typed and register it from there.",
            again=registration,
        )


def _second_thoughts(customer: Customer, payload: Mapping[str, Any], *, confirm_duplicate: bool) -> Suspicion:
    """Refuse a likely duplicate that nobody confirmed; else the suspicion that was."""
    suspicion = _suspicion(customer, payload, confirmed_since(customer.id, timezone.now() - RECENT))
    if suspicion.text and not confirm_duplicate:
        raise DuplicateSuspected(suspicion)
    return suspicion


def _refuse_second(other: Registration | None) -> None:
    if other is not None:
        begun = timezone.localtime(other.created_at)
        since = f"{begun:%H:%M}" if begun.date() == timezone.localdate() else f"{begun.day} {begun:%B, %H:%M}"
        raise Conflicting(
            f"{other.requested_by} is registering a vehicle for this customer since {since}: {other.reference}. "
            "Wait until that is settled.",
            registration=other,
        )


def _suspicion(customer: Customer, payload: Mapping[str, Any], recent: Registration | None) -> Suspicion:
    """Whether this may be one car twice; two equal cars are legitimate, so a person decides."""
    if recent:
        text = f"A vehicle of this customer was registered in the last 24 hours ({recent.reference})."
        return Suspicion(text, recent)
    model = payload.get("device_model") or {}
    twin = same_model_of(customer, model.get("manufacturer", ""), model.get("model", ""))
    return Suspicion(f"The customer already has a {twin.title}.") if twin else Suspicion()


def _way_out(customer: Customer) -> PoderoClient | PoderoError:
    """What sends it, or why nothing can be sent now."""
    try:
        return gateway.ready_to_send(customer.organization_id, user_id=customer.id)
    except PoderoError as error:
        return error


def _first_press(
    customer: Customer, submission: Submission, typed: Mapping[str, Any], refused: Exception
) -> Registration:
    """A press that was refused may be the second of two at the same moment: then it finds what the first one did."""
    first = registration_pressed(submission=submission, typed=typed)
    if first is not None:
        return first
    if not isinstance(refused, IntegrityError):
        raise refused
    _refuse_second(open_registration_of(customer))
    message = (
        "Another registration of this customer was settled just now. Look at the customer's page, then press again."
    )
    raise Conflicting(message) from refused


def _placed(
    access: Access, customer: Customer, submission: Submission, payload: Mapping[str, Any], typed: Mapping[str, Any]
) -> Registration:
    """Take the customer's one open place, before anything is looked up that has to be true until all is stored."""
    now = timezone.now()
    return Registration.objects.create(
        reference=submission.reference,
        organization=customer.organization,
        customer=customer,
        requested_by_id=access.person,
        submission_key=submission.key,
        submission_digest=digest(typed),
        typed=json.dumps(dict(typed)),
        payload=json.dumps(payload),
        is_tagged=customer.organization.tag_comments,
        baseline="" if submission.baseline is None else json.dumps(submission.baseline),
        created_at=now,
        pending_at=now,
    )


def _requested(access: Access, registration: Registration, payload: Mapping[str, Any], *, suspicion: str) -> Attempt:
    changes = {name: (None, value) for name, value in payload.items()}
    tell(Action.REGISTRATION_REQUESTED, access=access, registration=registration, changes=changes)
    if suspicion:
        registration.is_duplicate_confirmed = True
        registration.save(update_fields=["is_duplicate_confirmed"])
        tell(Action.DUPLICATE_CONFIRMED, access=access, registration=registration, reason=suspicion)
    return _attempt(access, registration)


def _next_attempt(access: Access, registration: Registration) -> Attempt | None:
    number = registration.attempt_number + 1
    fresh = {"attempt_number": number, "pending_at": timezone.now(), "sent_at": None, "settled_at": None}
    cleared = {"checks": 0, "complete_checks": 0, "last_check_at": None, "last_check_error": "", "next_check_at": None}
    emptied = {"claimed_until": None, "messages": "", "candidates": "", "decided_by_id": None, "decision_reason": ""}
    values = fresh | cleared | emptied
    moved = move(
        registration,
        Outcome.PENDING,
        access=access,
        of_attempt=registration.attempt_number,
        reason=f"Attempt {number}",
        values=values,
    )
    return _attempt(access, registration) if moved else None


def _attempt(access: Access, registration: Registration) -> Attempt:
    number, payload = registration.attempt_number, registration.sent_payload
    sent = with_tag(payload, registration.reference, number) if registration.is_tagged else payload
    return Attempt.objects.create(
        registration=registration,
        number=number,
        payload=json.dumps(sent),
        staff_id=access.person,
        request_id=access.request_id,
        created_at=timezone.now(),
    )
