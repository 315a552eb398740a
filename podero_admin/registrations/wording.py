"""How an outcome is told: its badge, what happened, and what to do next."""

from collections.abc import Mapping
from typing import NamedTuple

from podero_admin.registrations.outcomes import Outcome, Seen, decide
from podero_admin.vehicles.looks import Look
from podero_admin.vehicles.statuses import Badge


class InWords(NamedTuple):
    title: str
    happened: str
    next_step: str


MINUTE = 60
EMPTY_RECORD = "It stays an empty record until its owner connects it."
_LOOKS: Mapping[Outcome, Look] = {
    Outcome.PENDING: Look("About to be sent", "info", "clock", "Stored here; nothing has left yet."),
    Outcome.SENDING: Look("Being sent", "info", "refresh", "Sent to Podero; the answer is awaited."),
    Outcome.CONFIRMED: Look("Registered", "ok", "ok", "Podero has the vehicle."),
    Outcome.REJECTED: Look("Refused", "error", "error", "Podero refused it; no vehicle was made."),
    Outcome.NOT_SENT: Look("Not sent", "warning", "warning", "Nothing reached Podero; it can be sent again."),
    Outcome.UNKNOWN: Look("No answer yet", "unknown", "unknown", "Sent, without an answer; it is being looked for."),
    Outcome.ABSENT: Look("Not registered", "warning", "x", "Podero does not have it; it can be sent again."),
    Outcome.REVIEW: Look("Needs a decision", "warning", "person", "A senior agent decides what became of it."),
}
_WORDS: Mapping[Outcome, InWords] = {
    Outcome.PENDING: InWords(
        "About to be sent", "It is stored here and goes out in a moment.", "Wait; this page updates itself."
    ),
    Outcome.SENDING: InWords(
        "Being sent",
        "It is on its way to Podero.",
        "Wait; this page updates itself. Do not register the car a second time.",
    ),
    Outcome.CONFIRMED: InWords(
        "Registered",
        f"Podero has the vehicle. {EMPTY_RECORD}",
        "Send the customer the link to the onboarding form, and watch for 'Connected' on the vehicle's page.",
    ),
    Outcome.REJECTED: InWords(
        "Refused by Podero", "Podero refused it and made no vehicle.", "Correct what is named and register again."
    ),
    Outcome.NOT_SENT: InWords(
        "Not sent",
        "Nothing reached Podero, so no vehicle was made. Everything typed is kept.",
        "Press “Send again”, now or later.",
    ),
    Outcome.UNKNOWN: InWords(
        "No answer yet",
        "We sent it and got no answer.",
        "Do not send it again. We look for the vehicle at Podero by ourselves; you may leave this page.",
    ),
    Outcome.ABSENT: InWords(
        "Not registered",
        "We looked for it at Podero and it is not there.",
        "Press “Send again” if the customer still wants it.",
    ),
    Outcome.REVIEW: InWords(
        "Needs a decision",
        "We cannot tell by ourselves whether Podero made the vehicle.",
        "Do not send it again. A senior agent chooses the vehicle or says that there is none, with a reason.",
    ),
}

UNLINKED = InWords(
    "Registered, but the vehicle is not certain",
    "Podero says that it made the vehicle, but named one that cannot be this one.",
    "Send no link. A senior agent looks into it; the vehicle is linked as soon as Podero's list shows it.",
)

# More exact words where what was seen says more than the outcome.
_HAPPENED: Mapping[Seen, str] = {
    Seen.INVALID: "Podero did not accept what was sent and made no vehicle.",
    Seen.NOT_ALLOWED: "Podero does not allow us to register a vehicle for this customer.",
    Seen.NOT_FOUND: "Podero does not know this customer, or not under this organisation.",
    Seen.CONFLICT_ABSENT: "Podero says that the present state does not allow it, and made no vehicle.",
    Seen.UNAUTHORIZED_TWICE: "Podero refused our credentials, twice. No vehicle was made.",
    Seen.NOT_CONFIGURED: "This organisation's connection to Podero is not set up, so nothing was sent.",
    Seen.NO_TOKEN: "Podero's sign-in did not let us in, so nothing was sent. Everything typed is kept.",
    Seen.NOT_REACHED: "Podero could not be reached, so nothing was sent. Everything typed is kept.",
    Seen.KNOWN_AWAY: "Podero is away or busy at the moment, so nothing was sent. Everything typed is kept.",
    Seen.DIED_PENDING: "We were interrupted before anything was sent. Everything typed is kept.",
    Seen.DIED_SENDING: "We were interrupted while it was being sent, so we do not know the answer.",
    Seen.NO_ID: "We sent it, and Podero's answer does not name the vehicle.",
    Seen.UNREADABLE: "We sent it, and Podero's answer cannot be read.",
    Seen.SERVER_ERROR: "We sent it, and Podero had an error of its own; the vehicle may have been made all the same.",
    Seen.REDIRECTED: "We sent it, and Podero pointed elsewhere; the vehicle may have been made all the same.",
    Seen.RATE_LIMITED: "We sent it, and Podero asked us to slow down; the vehicle may have been made all the same.",
    Seen.CONFLICT: "We sent it, and Podero reports a conflict; we are reading back whether the vehicle was made.",
    Seen.CONFLICT_NO_LIST: "We sent it, Podero reports a conflict, and its list of vehicles could not be read.",
    Seen.CONFLICT_FOUND: "Podero reported a conflict, and reading back shows that it has the vehicle. " + EMPTY_RECORD,
    Seen.TAG_FOUND: "We had no usable answer, but Podero has the vehicle: we found it by its note. " + EMPTY_RECORD,
    Seen.TAG_FOUND_TWICE: "Podero has this vehicle twice. Tell the operator: one of the two has to go. " + EMPTY_RECORD,
    Seen.CHOSEN_BY_SENIOR: "A senior agent found the vehicle at Podero. " + EMPTY_RECORD,
    Seen.NONE_BY_SENIOR: "A senior agent decided that Podero has no such vehicle.",
    Seen.NEW_VEHICLE_UNTAGGED: "Podero has a new vehicle of this customer that may be this one.",
    Seen.NEVER_LISTED: "Podero's list of this customer's vehicles could not be read for a day.",
}
_NEXT: Mapping[Seen, str] = {
    Seen.CONFLICT_ABSENT: "Look at the customer's vehicles first, then open the form as it was typed and press again. "
    "If it stays so, ask Podero what stands in the way.",
    Seen.NOT_ALLOWED: "Tell the operator: the organisation's rights at Podero have to be checked.",
    Seen.NOT_FOUND: "Update the list of customers, and look whether the customer still exists at Podero.",
    Seen.UNAUTHORIZED_TWICE: "Tell the operator: the organisation's credentials have to be checked.",
    Seen.NOT_CONFIGURED: "Tell the operator, then press “Send again”.",
    Seen.NO_TOKEN: "Press “Send again” later. If it stays so, tell the operator to check the credentials.",
}


def outcome_badge(outcome: Outcome | str) -> Badge:
    look = _LOOKS[Outcome(outcome)]
    return Badge("outcome", str(outcome), look.word, look.tone, look.icon, look.sentence, look.word)


def in_words(outcome: Outcome | str, seen: Seen | str | None = None) -> InWords:
    """What happened and what to do next; never the word 'failed', since it may have been carried out.

    `seen` makes the words more exact, where it is what led to this outcome and not to an earlier one.
    """
    words = _WORDS[Outcome(outcome)]
    reason = Seen(seen) if seen else None
    if reason is None or decide(reason) != outcome:
        return words
    return words._replace(happened=_HAPPENED.get(reason, words.happened), next_step=_NEXT.get(reason, words.next_step))


def progress_in_words(*, checks: int, planned: int, seconds_ago: int | None, seconds_left: int = 0) -> str:
    """'Checking, 4 of 8, last 12 s ago.'; past the plan it goes on every quarter of an hour, and says when."""
    count = f"{checks} of {planned}" if checks <= planned else f"{checks} times so far"
    last = "" if seconds_ago is None else f", last {_span(seconds_ago)} ago"
    following = f" The next look is in about {_span(seconds_left)}." if seconds_left >= MINUTE else ""
    return f"Checking, {count}{last}.{following}"


def _span(seconds: int) -> str:
    return f"{seconds} s" if seconds < MINUTE else f"{seconds // MINUTE} min"
