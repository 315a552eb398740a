"""What the pages of registrations show, made ready so that templates only draw."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from podero_admin.core.access import Access, Permission, Seat
from podero_admin.core.drawing import span
from podero_admin.core.http import link
from podero_admin.fields import DEVICE_MODEL_INPUTS, DEVICE_MODEL_PREFIX, INPUTS
from podero_admin.podero.reading import read_with
from podero_admin.registrations.forms import CHOSEN, AcknowledgementForm, DecisionForm, RegistrationForm
from podero_admin.registrations.models import Attempt, Registration
from podero_admin.registrations.outcomes import DECIDABLE, SENDABLE_AGAIN, Outcome, Seen
from podero_admin.registrations.payload import with_tag
from podero_admin.registrations.schedule import PENDING_LIMIT, SENDING_GRACE
from podero_admin.registrations.selectors import candidate_vehicles, overtaken_by
from podero_admin.registrations.wording import UNLINKED, in_words, outcome_badge, progress_in_words
from podero_admin.vehicles.contradictions import charging_time, warnings
from podero_admin.vehicles.sentences import Sentence, say, settings_in_words
from podero_admin.vehicles.statuses import Badge

OVERDUE_AFTER = timedelta(minutes=1)
MOVING = frozenset({Outcome.PENDING, Outcome.SENDING, Outcome.UNKNOWN})
PLACE = ("latitude", "longitude", "coordinates_last_updated_at")


def pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def preview(
    form: RegistrationForm, *, reference: str, is_tagged: bool, customer_id: object, twin: str = ""
) -> dict[str, Any]:
    """In words, and the exact JSON: from the same code that sends. `twin` is an equal car that the customer has."""
    payload = form.partial_payload()
    sent = with_tag(payload, reference, 1) if is_tagged else payload
    tz = timezone.get_current_timezone()
    hints = [warning.text for warning in warnings(payload, now=timezone.now(), tz=tz)]
    hints += [f"The customer already has a {twin}: register this one only if it is another car."] if twin else []
    hints += [f"{title} is filled in but not ticked: nothing of it will be sent." for title in form.unsent_groups()]
    return {
        "words": [*_still_to_choose(payload), *settings_in_words(payload, tz=tz)],
        "time_needed": charging_time(payload),
        "hints": hints,
        "request_line": f"POST …/{str(customer_id)[:8]}…/electric-vehicles",
        "json": pretty(sent),
    }


def _still_to_choose(payload: Mapping[str, Any]) -> Iterator[Sentence]:
    """What the settings mean depends on these, so their silence would mislead."""
    for name in CHOSEN:
        if name not in payload:
            yield say(f"{INPUTS[name].label}: {{}}.", "still to be chosen")


def car_of(registration: Registration) -> str:
    if registration.vehicle is not None:
        return registration.vehicle.title
    model = registration.sent_payload.get("device_model") or {}
    return (
        " ".join(str(part) for part in (model.get("manufacturer"), model.get("model")) if part)
        or "Vehicle, model not known yet"
    )


def is_unlinked(registration: Registration) -> bool:
    """Podero made it, but named a vehicle that cannot be this one."""
    return registration.outcome == Outcome.CONFIRMED and registration.vehicle_id is None


def badge_of(registration: Registration) -> Badge:
    badge = outcome_badge(registration.outcome)
    return replace(badge, tone="warning", icon="warning") if is_unlinked(registration) else badge


def row(registration: Registration) -> dict[str, Any]:
    return {"row": registration, "badge": badge_of(registration), "car": car_of(registration)}


def detail(
    access: Access,
    registration: Registration,
    *,
    decision: DecisionForm | None,
    acknowledgement: AcknowledgementForm | None,
) -> dict[str, Any]:
    """Everything the page of one registration shows."""
    may_register = access.allows(Permission.VEHICLE_REGISTER, registration.organization_id)
    is_moving = registration.outcome in MOVING
    overtaken = overtaken_by(registration) if registration.outcome in SENDABLE_AGAIN else None
    tz = timezone.get_current_timezone()
    return {
        "registration": registration,
        "badge": badge_of(registration),
        "words": UNLINKED if is_unlinked(registration) else in_words(registration.outcome, registration.seen or None),
        "car": car_of(registration),
        "is_moving": is_moving,
        "progress": _progress(registration),
        "overdue": _overdue(registration),
        "api_messages": _messages(registration),
        "links": _links(registration),
        "overtaken": overtaken,
        "may_send_again": may_register and registration.outcome in SENDABLE_AGAIN and not overtaken,
        "may_correct": may_register and registration.outcome in SENDABLE_AGAIN | {Outcome.REJECTED},
        "is_typed_wrong": registration.seen == Seen.INVALID,
        "attempts": [_attempt(registration, attempt) for attempt in registration.attempts.all()],
        "sentences": settings_in_words(registration.sent_payload, tz=tz),
        "acknowledgement": _acknowledgement(access, registration, acknowledgement),
        **_decision(access, registration, decision),
    }


def _progress(registration: Registration) -> str:
    if registration.outcome != Outcome.UNKNOWN:
        return ""
    now, last, following = timezone.now(), registration.last_check_at, registration.next_check_at
    return progress_in_words(
        checks=registration.checks,
        planned=len(settings.SETTLE_SCHEDULE),
        seconds_ago=round((now - last).total_seconds()) if last else None,
        seconds_left=round((following - now).total_seconds()) if following else 0,
    )


def _overdue(registration: Registration) -> str:
    """In words that nobody does what the page promises; a worker that is away does not tell so itself."""
    late = timezone.now() - (_due_by(registration) or timezone.now())
    if late < OVERDUE_AFTER:
        return ""
    since = span(late.total_seconds())
    return (
        f"Nobody is looking after it: what was due {since} ago has not been done. Tell the operator; nothing is lost."
    )


def _due_by(registration: Registration) -> datetime | None:
    """When the settler should have come by at the latest; None where nothing is left for it to do at once."""
    if registration.outcome == Outcome.PENDING:
        return registration.pending_at + PENDING_LIMIT
    if registration.outcome == Outcome.SENDING and registration.sent_at:
        return registration.sent_at + timedelta(seconds=settings.PODERO_DEADLINE) + SENDING_GRACE
    return registration.next_check_at if registration.outcome == Outcome.UNKNOWN else None


def label_of(name: str) -> str:
    field = INPUTS.get(name) or DEVICE_MODEL_INPUTS.get(name) or DEVICE_MODEL_INPUTS.get(f"{DEVICE_MODEL_PREFIX}{name}")
    return field.label if field else name


def _messages(registration: Registration) -> list[dict[str, str]]:
    return [
        {"label": label_of(name) if name else "Podero says", "text": text}
        for name, texts in registration.field_messages.items()
        for text in texts
    ]


def api_errors(registration: Registration, form_fields: Iterable[str]) -> Mapping[str, list[str]]:
    """Podero's messages by the form's field names; what belongs to no field of the form is under ''."""
    errors: dict[str, list[str]] = {}
    for name, texts in registration.field_messages.items():
        own = next((known for known in (name, f"{DEVICE_MODEL_PREFIX}{name}") if known in form_fields), "")
        said = [f"Podero: {name}: {text}" if name and not own else f"Podero: {text}" for text in texts]
        errors[own] = errors.get(own, []) + said
    return errors


def _links(registration: Registration) -> list[dict[str, str]]:
    """After a registration the job is the link: what the customer needs to connect the car."""
    if registration.outcome != Outcome.CONFIRMED or registration.vehicle is None or registration.vehicle.is_connected:
        return []
    output = json.loads(registration.vehicle.output)
    named = {"Onboarding form": output.get("embeddable_url"), "Sign-in link": output.get("authorization_url")}
    return [{"label": label, "url": str(url)} for label, url in named.items() if url]


def _attempt(registration: Registration, attempt: Attempt) -> dict[str, Any]:
    """A position stays hidden here: it is asked for on the vehicle's page, which notes who did."""
    payload = json.loads(attempt.payload)
    payload |= {name: "hidden" for name in PLACE if name in payload}
    is_unsent = attempt.outcome == Outcome.NOT_SENT
    return {
        "row": attempt,
        "is_unsent": is_unsent,
        "badge": _attempt_badge(registration, attempt),
        "sent": pretty(payload),
        "sent_title": "What would have been sent" if is_unsent else "What was sent",
        "answered": _answered(attempt),
        "answer": _answer(attempt),
    }


def _attempt_badge(registration: Registration, attempt: Attempt) -> Badge:
    """An answer that never came is not awaited any more once it is known what became of it."""
    badge = outcome_badge(attempt.outcome or registration.outcome)
    is_over = attempt.outcome == Outcome.UNKNOWN and registration.outcome != Outcome.UNKNOWN
    word = "No answer" if attempt.status is None else "No usable answer"
    return replace(badge, label=word, word=word) if is_over else badge


def _answer(attempt: Attempt) -> str:
    """What came back, without the position."""
    if not any(name in attempt.answer for name in PLACE):
        return attempt.answer
    try:
        answer = read_with(attempt.answer.encode(), constant=str)
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or not set(PLACE) & set(answer):
        return "Not shown: it names a position."
    return pretty(answer | {name: "hidden" for name in PLACE if answer.get(name) is not None})


def _answered(attempt: Attempt) -> str:
    if attempt.status is None:
        return "none" if attempt.finished_at else "none yet"
    return f"HTTP {attempt.status}" + (f" after {attempt.duration_ms:,} ms" if attempt.duration_ms is not None else "")


def _acknowledgement(
    access: Access, registration: Registration, form: AcknowledgementForm | None
) -> AcknowledgementForm | None:
    if registration.alarm_since is None or not access.allows(
        Permission.REGISTRATION_DECIDE, registration.organization_id
    ):
        return None
    return form or AcknowledgementForm(initial={"read": registration.alarm})


def _decision(access: Access, registration: Registration, decision: DecisionForm | None) -> dict[str, Any]:
    if registration.outcome not in DECIDABLE or not access.allows(
        Permission.REGISTRATION_DECIDE, registration.organization_id
    ):
        return {"decision": None}
    form = decision or DecisionForm()
    likely, chosen = set(registration.candidate_ids), str(form["vehicle"].value() or "")
    candidates = [
        {"vehicle": vehicle, "likely": str(vehicle.id) in likely, "checked": str(vehicle.id) == chosen}
        for vehicle in candidate_vehicles(registration)
    ]
    is_early = registration.outcome == Outcome.UNKNOWN
    return {"decision": form, "candidates": candidates, "none_checked": chosen == "none", "is_early": is_early}


def chips(current: str, organization: str) -> list[dict[str, Any]]:
    """The filters of the list by outcome."""
    named = {
        "": "All",
        "open": "Open",
        **{
            outcome.value: outcome_badge(outcome).label
            for outcome in Outcome
            if outcome not in {Outcome.PENDING, Outcome.SENDING}
        },
    }
    return [
        {
            "label": label,
            "href": link("registrations:list", outcome=value, organization=organization),
            "current": value == current,
        }
        for value, label in named.items()
    ]


def organization_chip(current: str, organization: str, seats: Iterable[Seat]) -> dict[str, str]:
    """Whose registrations alone are listed, and the way to all; nothing where the list is not narrowed."""
    name = next((seat.name for seat in seats if str(seat.organization_id) == organization), "")
    return {"label": name, "href": link("registrations:list", outcome=current)} if name else {}
