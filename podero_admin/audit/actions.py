"""The whole vocabulary of the audit log: every action, its label, and its sentence."""

from enum import StrEnum
from typing import NamedTuple, Self


class Action(StrEnum):
    """What can happen. A value never changes its meaning; a retired one stays here as a comment.

    A sentence is made of the texts that the event itself holds: {actor} and {object}.
    """

    label: str
    template: str

    def __new__(cls, value: str, label: str, template: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.template = template
        return member

    SIGNED_IN = "staff.signed_in", "Signed in", "{actor} signed in"
    SIGNED_OUT = "staff.signed_out", "Signed out", "{actor} signed out"
    SIGN_IN_FAILED = "staff.sign_in_failed", "Sign-in failed", "Somebody tried to sign in as {object}"
    STAFF_ADDED = "staff.added", "Added staff", "{actor} added {object} to the staff"
    STAFF_CHANGED = "staff.changed", "Changed staff", "{actor} changed the account of {object}"
    STAFF_DEACTIVATED = "staff.deactivated", "Deactivated staff", "{actor} deactivated the account of {object}"
    PASSWORD_CHANGED = "staff.password_changed", "Changed a password", "{actor} changed the password of {object}"
    PASSWORD_RESET_REQUESTED = (
        "staff.password_reset_requested",
        "Asked for a password reset",
        "Somebody asked to reset the password of {object}",
    )

    ORGANIZATION_LOADED = (
        "organization.loaded",
        "Loaded an organisation",
        "{actor} loaded {object} from the organisations file",
    )
    ORGANIZATION_LEFT = (
        "organization.left",
        "Organisation left the file",
        "{actor} noticed that {object} left the organisations file",
    )
    ORGANIZATION_CHOSEN = "organization.chosen", "Chose an organisation", "{actor} chose to see {object}"
    CONNECTION_TESTED = "connection.tested", "Tested a connection", "{actor} tested the connection of {object}"

    CUSTOMERS_REFRESHED = (
        "customers.refreshed",
        "Fetched the customers",
        "{actor} fetched the list of customers of {object}",
    )
    CUSTOMERS_EXPORTED = "customers.exported", "Exported customers", "{actor} exported customers: {object}"
    VEHICLES_EXPORTED = "vehicles.exported", "Exported vehicles", "{actor} exported vehicles: {object}"
    VEHICLE_REFRESHED = "vehicle.refreshed", "Fetched a vehicle", "{actor} asked Podero for the state of {object}"
    VEHICLE_POSITION_SHOWN = (
        "vehicle.position_shown",
        "Looked at a position",
        "{actor} looked at the position of {object}",
    )

    REGISTRATION_REQUESTED = (
        "registration.requested",
        "Asked for a registration",
        "{actor} asked to register a vehicle: {object}",
    )
    REGISTRATION_SENT = "registration.sent", "Sent a registration", "{actor} sent the registration to Podero: {object}"
    REGISTRATION_CONFIRMED = "registration.confirmed", "Registered a vehicle", "{actor} registered a vehicle: {object}"
    REGISTRATION_REJECTED = (
        "registration.rejected",
        "Registration refused",
        "Podero refused the registration by {actor}: {object}",
    )
    REGISTRATION_NOT_SENT = (
        "registration.not_sent",
        "Registration not sent",
        "{actor} could not send the registration: {object}",
    )
    REGISTRATION_UNKNOWN = (
        "registration.unknown",
        "Registration without an answer",
        "{actor} sent the registration and got no usable answer: {object}",
    )
    REGISTRATION_ABSENT = (
        "registration.absent",
        "Vehicle not registered",
        "{actor} found no vehicle at Podero for the registration: {object}",
    )
    REGISTRATION_REVIEW = (
        "registration.review",
        "Registration needs a decision",
        "{actor} left the registration to a senior: {object}",
    )
    REGISTRATION_SENT_AGAIN = (
        "registration.sent_again",
        "Sent again",
        "{actor} asked to send the registration again: {object}",
    )
    REGISTRATION_DECIDED = (
        "registration.decided",
        "Decided a registration",
        "{actor} decided the registration: {object}",
    )
    DUPLICATE_CONFIRMED = (
        "registration.duplicate_confirmed",
        "Confirmed a likely duplicate",
        "{actor} confirmed that a second, equal vehicle is meant: {object}",
    )
    DUPLICATE_FOUND = (
        "registration.duplicate_found",
        "Found a duplicate",
        "{actor} found more than one vehicle at Podero for one registration: {object}",
    )
    ALARM_RAISED = "alarm.raised", "Raised an alarm", "{actor} raised the alarm: {object}"
    ALARM_ACKNOWLEDGED = "alarm.acknowledged", "Acknowledged an alarm", "{actor} has seen the alarm: {object}"

    EVENTS_EXPORTED = "events.exported", "Exported events", "{actor} exported events from the audit log"
    EVENTS_VERIFIED = "events.verified", "Verified the audit log", "{actor} verified the audit log"
    ACCESS_DENIED = "access.denied", "Access denied", "{actor} was not let in: {object}"


_BY_VALUE: dict[str, Action] = {member.value: member for member in Action}

#: What came of it: label and tone. The registrations' own outcomes are words of the log too.
OUTCOMES: dict[str, tuple[str, str]] = {
    "done": ("Done", "ok"),
    "refused": ("Refused", "error"),
    "failed": ("Failed", "error"),
    "pending": ("About to be sent", "info"),
    "sending": ("Being sent", "info"),
    "confirmed": ("Registered", "ok"),
    "rejected": ("Refused by Podero", "error"),
    "not_sent": ("Not sent", "warning"),
    "unknown": ("No answer yet", "unknown"),
    "absent": ("Not registered", "warning"),
    "review": ("Needs a decision", "warning"),
    "alarm": ("Alarm", "error"),
}


_SAID_BY_THE_SENTENCE = frozenset({"done", "confirmed", "sending", "pending"})


class OutcomeBadge(NamedTuple):
    """The outcome, ready to be drawn."""

    value: str
    label: str
    tone: str
    field: str = "outcome"

    @property
    def icon(self) -> str:
        return self.tone


def outcome_badge(outcome: str) -> OutcomeBadge:
    """The badge of an outcome; one that this version does not know shows as itself."""
    label, tone = OUTCOMES.get(outcome, (outcome, "unknown"))
    return OutcomeBadge(outcome, label, tone)


def action_label(action: str) -> str:
    """The label of an action; one that this version does not know shows as itself."""
    known = _BY_VALUE.get(action)
    return known.label if known else action


def sentence(action: str, *, actor: str, object_label: str, outcome: str, reason: str) -> str:
    """One sentence in words; what did not simply succeed says so at its end."""
    known = _BY_VALUE.get(action)
    template = known.template if known else "{actor} did something that this version has no words for: {object}"
    words = template.format_map({"actor": actor or "Somebody", "object": object_label or "(no name)"})
    said = outcome_badge(outcome).label
    remarks = [] if outcome in _SAID_BY_THE_SENTENCE else [f"{said[:1].lower()}{said[1:]}"]
    tail = ": ".join([*remarks, *([reason] if reason else [])])
    return f"{words} ({tail.rstrip('.')})." if tail else f"{words}."
