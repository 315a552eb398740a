"""One attempt: one POST, and what was seen of it becomes the outcome."""

import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from podero_admin import gateway
from podero_admin.core.access import Access
from podero_admin.core.errors import PoderoAway
from podero_admin.core.statements import add, hold, write_over
from podero_admin.directory.models import Customer
from podero_admin.podero import ElectricVehicle, ElectricVehicleInput, PoderoClient
from podero_admin.podero.errors import AuthenticationFailed, BadAnswer, ContractViolation, InvalidRequest, PoderoError
from podero_admin.registrations.models import Attempt, Registration
from podero_admin.registrations.outcomes import Outcome, Seen, decide, seen_of
from podero_admin.registrations.payload import with_tag
from podero_admin.registrations.schedule import next_look_at
from podero_admin.registrations.services.settle import new_vehicles
from podero_admin.registrations.services.transition import move
from podero_admin.registrations.services.truth import confirm, tagged
from podero_admin.vehicles.services import customer_vehicles_fetch

logger = logging.getLogger(__name__)
ANSWER_KEPT = 65_536
ANSWERED = ("finished_at", "status", "duration_ms", "answer", "seen", "outcome", "explanation")


@dataclass
class Exchange:
    """What was seen of one POST."""

    seen: Seen
    vehicles: Sequence[ElectricVehicle] = ()
    status: int | None = None
    duration_ms: int | None = None
    answer: str = ""
    explanation: str = ""
    error: PoderoError | None = None


def way_out_of(customer: Customer) -> PoderoClient | PoderoError:
    """What sends it, or why nothing can be sent now."""
    try:
        return gateway.ready_to_send(customer.organization_id, user_id=customer.id)
    except PoderoError as error:
        return error


def attempt_made(access: Access, registration: Registration) -> Attempt:
    """What will be one POST, with the tag in its comment."""
    number, payload = registration.attempt_number, registration.sent_payload
    sent = with_tag(payload, registration.reference, number) if registration.is_tagged else payload
    attempt = Attempt(
        registration=registration,
        number=number,
        payload=json.dumps(sent),
        staff_id=access.person,
        request_id=access.request_id,
        created_at=timezone.now(),
    )
    add(attempt)
    return attempt


def registration_send(
    *, access: Access, registration: Registration, attempt: Attempt, way_out: PoderoClient | PoderoError
) -> None:
    """Send the attempt, at most once; every way out leaves an outcome, or a `sending` that the settler finishes."""
    if isinstance(way_out, PoderoError):
        _tell_operator(registration, way_out)
        _not_sent(access, registration, attempt, _failed(way_out))
        return
    with gateway.within(
        settings.PODERO_DEADLINE
    ):  # counted from what everybody reckons with, however long that takes to store
        with transaction.atomic():
            now = timezone.now()
            sent = {"sent_at": now}
            if not move(registration, Outcome.SENDING, access=access, of_attempt=attempt.number, values=sent):
                return
            attempt.sent_at = now
            write_over([(attempt, ("sent_at",))])
        exchange = _post(way_out, registration, attempt)
    if exchange.seen == Seen.CONFLICT:
        exchange = _read_back(access, registration, exchange)
    registration_finish(access=access, registration=registration, attempt=attempt, exchange=exchange)


def _post(client: PoderoClient, registration: Registration, attempt: Attempt) -> Exchange:
    """Also a machine that slept for so long, whose own clock stood still, sends nothing that others gave up."""
    if attempt.sent_at and timezone.now() - attempt.sent_at > timedelta(seconds=settings.PODERO_DEADLINE):
        return Exchange(
            Seen.NOT_REACHED, explanation="We were held up for too long before it left, so nothing was sent."
        )
    try:
        vehicle = ElectricVehicleInput.model_validate(json.loads(attempt.payload))
        answered = client.register_electric_vehicle(registration.customer_id, vehicle, attempt_id=attempt.id)
    except PoderoError as error:
        _tell_operator(registration, error)
        return _failed(error)
    except Exception as error:
        logger.exception("An attempt ended in a way that nobody foresaw.")
        return Exchange(seen_of(error), explanation="Something unforeseen happened on our side while it was sent.")
    return Exchange(Seen.ID_READ, [answered.value], answered.status, answered.duration_ms, answered.body)


def _tell_operator(registration: Registration, error: PoderoError) -> None:
    """Refused credentials are the operator's to mend: an error in the log, and on the page of connections."""
    if isinstance(error, AuthenticationFailed):
        key = str(registration.organization_id)
        gateway.note(key, error_at=time.time(), error=str(error))
        logger.error("The credentials of organization %s have to be checked: %s", key, error)


def _failed(error: PoderoError) -> Exchange:
    exchange = Exchange(
        seen_of(error), (), error.status, error.duration_ms or None, error.answer_body, str(error), error
    )
    if isinstance(error, ContractViolation) and error.readable_id is not None:
        exchange.vehicles = [ElectricVehicle.parse({"id": str(error.readable_id)})]
    return exchange


def _read_back(access: Access, registration: Registration, exchange: Exchange) -> Exchange:
    """After a 409: the vehicle is there by its tag, or a complete list shows that it is not, or nobody knows."""
    try:
        vehicles = customer_vehicles_fetch(access=access, customer=registration.customer)
    except PoderoAway as error:
        exchange.seen, exchange.explanation = Seen.CONFLICT_NO_LIST, f"{exchange.explanation} {error}"
        return exchange
    exchange.vehicles = tagged(vehicles, registration.reference)
    is_certain = registration.is_tagged and not new_vehicles(registration, vehicles)
    if exchange.vehicles:
        exchange.seen = Seen.CONFLICT_FOUND
    else:
        exchange.seen = Seen.CONFLICT_ABSENT if is_certain else Seen.CONFLICT_NO_LIST
    return exchange


def _not_sent(access: Access, registration: Registration, attempt: Attempt, exchange: Exchange) -> None:
    """Nothing has left, so the attempt ends where it began."""
    with transaction.atomic():
        settled = {"settled_at": timezone.now(), "next_check_at": next_look_at(timezone.now())}
        if move(
            registration,
            Outcome.NOT_SENT,
            access=access,
            of_attempt=attempt.number,
            seen=exchange.seen,
            reason=exchange.explanation,
            values=settled,
        ):
            _keep(attempt, exchange, Outcome.NOT_SENT)


def registration_finish(*, access: Access, registration: Registration, attempt: Attempt, exchange: Exchange) -> None:
    """Store the outcome with its event, the attempt's answer, and the vehicle when there is one."""
    outcome = decide(exchange.seen)
    with transaction.atomic():
        hold(registration)  # before its attempts and vehicles, so that two who store what they saw of it wait
        _keep(attempt, exchange, outcome)
        if exchange.vehicles and outcome == Outcome.CONFIRMED:
            confirm(
                access=access,
                registration=registration,
                vehicles=exchange.vehicles,
                seen=exchange.seen,
                attempt=attempt,
            )
            return
        move(
            registration,
            outcome,
            access=access,
            seen=exchange.seen,
            origins=frozenset({Outcome.SENDING}),
            of_attempt=attempt.number,
            reason=exchange.explanation,
            values=_values(registration, outcome, exchange),
        )


def _values(registration: Registration, outcome: Outcome, exchange: Exchange) -> dict[str, Any]:
    now = timezone.now()
    if outcome == Outcome.UNKNOWN:
        sent_at = registration.sent_at or now
        return {"next_check_at": max(now, sent_at + timedelta(seconds=settings.SETTLE_SCHEDULE[0]))}
    values: dict[str, Any] = {"settled_at": now}
    if outcome == Outcome.NOT_SENT:
        values["next_check_at"] = next_look_at(now)
    said = _messages(exchange.error) if outcome == Outcome.REJECTED else {}
    if said:
        values["messages"] = json.dumps(said)
    return values


def _messages(error: PoderoError | None) -> dict[str, list[str]]:
    """What Podero says of its refusal, by field; under "" what concerns none."""
    if isinstance(error, InvalidRequest):
        return error.fields | ({"": error.messages} if error.messages else {})
    return {"": [error.said]} if isinstance(error, BadAnswer) and error.said else {}


def _keep(attempt: Attempt, exchange: Exchange, outcome: Outcome) -> None:
    attempt.finished_at = timezone.now()
    attempt.status, attempt.duration_ms = exchange.status, exchange.duration_ms
    attempt.answer = exchange.answer[:ANSWER_KEPT].replace("\0", "�").encode("utf-8", "replace").decode()
    attempt.seen, attempt.outcome, attempt.explanation = exchange.seen, outcome, exchange.explanation[:500]
    write_over([(attempt, ANSWERED)])
