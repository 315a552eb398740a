"""A press: what the agent asked for is stored, then sent once; pressing again finds what the first press did."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from podero_admin import gateway
from podero_admin.audit.actions import Action
from podero_admin.audit.services import looked_at
from podero_admin.core.access import Access, Permission
from podero_admin.core.errors import Conflicting, PoderoAway
from podero_admin.core.statements import add, written_with_the_next
from podero_admin.directory.attention import customer_opened
from podero_admin.directory.models import Customer
from podero_admin.registrations.models import Attempt, Registration
from podero_admin.registrations.payload import has_rare_fields
from podero_admin.registrations.selectors import open_registration_of
from podero_admin.registrations.services.doubts import (
    DuplicateSuspected,
    refuse_second,
    remember_shown,
    second_thoughts,
)
from podero_admin.registrations.services.send import attempt_made, registration_send, way_out_of
from podero_admin.registrations.services.transition import tell
from podero_admin.registrations.services.truth import LOOK_SECONDS, vehicles_look
from podero_admin.registrations.submission import Submission, digest, issue


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
            refuse_second(open_registration_of(customer))
            second_thoughts(customer, payload, confirm_duplicate=confirm_duplicate, form=submission.key)
            submission = _with_baseline(access, customer, submission)
        way_out = way_out_of(customer)
        with transaction.atomic():
            written_with_the_next()  # that is *sending*, which is on the disk before the first byte leaves
            registration = _placed(access, customer, submission, payload, typed)
            suspicion = second_thoughts(customer, payload, confirm_duplicate=confirm_duplicate, form=submission.key)
            attempt = _requested(access, registration, payload, suspicion=suspicion.text)
    except (Conflicting, DuplicateSuspected, IntegrityError) as refused:
        if isinstance(refused, DuplicateSuspected):
            remember_shown(refused, form=submission.key)
        return _first_press(customer, submission, typed, refused)
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


def _first_press(
    customer: Customer, submission: Submission, typed: Mapping[str, Any], refused: Exception
) -> Registration:
    """A press that was refused may be the second of two at the same moment: then it finds what the first one did."""
    first = registration_pressed(submission=submission, typed=typed)
    if first is not None:
        return first
    if not isinstance(refused, IntegrityError):
        raise refused
    refuse_second(open_registration_of(customer))
    message = (
        "Another registration of this customer was settled just now. Look at the customer's page, then press again."
    )
    raise Conflicting(message) from refused


def _placed(
    access: Access, customer: Customer, submission: Submission, payload: Mapping[str, Any], typed: Mapping[str, Any]
) -> Registration:
    """Take the customer's one open place, before anything is looked up that has to be true until all is stored."""
    now = timezone.now()
    registration = Registration(
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
    add(registration)
    return registration


def _requested(access: Access, registration: Registration, payload: Mapping[str, Any], *, suspicion: str) -> Attempt:
    changes = {name: (None, value) for name, value in payload.items()}
    tell(Action.REGISTRATION_REQUESTED, access=access, registration=registration, outcome="pending", changes=changes)
    if suspicion:
        registration.is_duplicate_confirmed = True
        registration.save(update_fields=["is_duplicate_confirmed"])
        tell(Action.DUPLICATE_CONFIRMED, access=access, registration=registration, reason=suspicion)
    return attempt_made(access, registration)
