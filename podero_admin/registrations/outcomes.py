"""What became of a registration: what was seen decides the outcome, by one table; and how it is told."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from podero_admin.podero.errors import (
    AuthenticationFailed,
    Conflict,
    ContractViolation,
    Interrupted,
    InvalidRequest,
    KnownAway,
    NotAllowed,
    NotConfigured,
    NotFound,
    PoderoError,
    RateLimited,
    Redirected,
    Rejected,
    ServerError,
    TimedOut,
)


class Outcome(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    ABSENT = "absent"
    REVIEW = "review"


OPEN = frozenset({Outcome.PENDING, Outcome.SENDING, Outcome.UNKNOWN, Outcome.REVIEW})
SENDABLE_AGAIN = frozenset({Outcome.NOT_SENT, Outcome.ABSENT})
DECIDABLE = frozenset({Outcome.REVIEW, Outcome.UNKNOWN})

# The database's triggers are made from this table: what is not here cannot be stored.
TRANSITIONS: Mapping[Outcome, frozenset[Outcome]] = MappingProxyType(
    {
        Outcome.PENDING: frozenset({Outcome.SENDING, Outcome.NOT_SENT}),
        Outcome.SENDING: frozenset({Outcome.CONFIRMED, Outcome.REJECTED, Outcome.NOT_SENT, Outcome.UNKNOWN}),
        Outcome.UNKNOWN: frozenset({Outcome.CONFIRMED, Outcome.REVIEW, Outcome.ABSENT}),
        Outcome.REVIEW: frozenset({Outcome.CONFIRMED, Outcome.ABSENT}),
        Outcome.NOT_SENT: frozenset({Outcome.PENDING, Outcome.CONFIRMED}),
        Outcome.ABSENT: frozenset({Outcome.PENDING, Outcome.CONFIRMED}),
        Outcome.REJECTED: frozenset({Outcome.CONFIRMED}),
        Outcome.CONFIRMED: frozenset(),
    }
)


class Seen(StrEnum):
    """Everything that can be seen of an attempt, while it is sent and while it settles."""

    ID_READ = "id_read"
    NO_ID = "no_id"
    UNREADABLE = "unreadable"
    TIMED_OUT = "timed_out"
    INTERRUPTED = "interrupted"
    SERVER_ERROR = "server_error"
    REDIRECTED = "redirected"
    RATE_LIMITED = "rate_limited"
    UNFORESEEN = "unforeseen"
    INVALID = "invalid"
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    REFUSED = "refused"
    UNAUTHORIZED_TWICE = "unauthorized_twice"
    CONFLICT = "conflict"
    CONFLICT_FOUND = "conflict_found"
    CONFLICT_ABSENT = "conflict_absent"
    CONFLICT_NO_LIST = "conflict_no_list"
    NOT_CONFIGURED = "not_configured"
    NO_TOKEN = "no_token"  # noqa: S105 (no password, but the lack of a token)
    NOT_REACHED = "not_reached"
    KNOWN_AWAY = "known_away"
    DIED_PENDING = "died_pending"
    DIED_SENDING = "died_sending"
    TAG_FOUND = "tag_found"
    TAG_FOUND_TWICE = "tag_found_twice"
    NEW_VEHICLE_UNTAGGED = "new_vehicle_untagged"
    NO_NEW_VEHICLE = "no_new_vehicle"
    NEVER_LISTED = "never_listed"
    CHOSEN_BY_SENIOR = "chosen_by_senior"
    NONE_BY_SENIOR = "none_by_senior"


# A conflict is unknown until the vehicles were read back; then one of its three rows applies.
_DECIDED: Mapping[Outcome, frozenset[Seen]] = MappingProxyType(
    {
        Outcome.CONFIRMED: frozenset(
            {Seen.ID_READ, Seen.CONFLICT_FOUND, Seen.TAG_FOUND, Seen.TAG_FOUND_TWICE, Seen.CHOSEN_BY_SENIOR}
        ),
        Outcome.UNKNOWN: frozenset(
            {
                Seen.NO_ID,
                Seen.UNREADABLE,
                Seen.TIMED_OUT,
                Seen.INTERRUPTED,
                Seen.SERVER_ERROR,
                Seen.REDIRECTED,
                Seen.RATE_LIMITED,
                Seen.UNFORESEEN,
                Seen.CONFLICT,
                Seen.CONFLICT_NO_LIST,
                Seen.DIED_SENDING,
            }
        ),
        Outcome.REJECTED: frozenset(
            {
                Seen.INVALID,
                Seen.NOT_ALLOWED,
                Seen.NOT_FOUND,
                Seen.REFUSED,
                Seen.UNAUTHORIZED_TWICE,
                Seen.CONFLICT_ABSENT,
            }
        ),
        Outcome.NOT_SENT: frozenset(
            {Seen.NOT_CONFIGURED, Seen.NO_TOKEN, Seen.NOT_REACHED, Seen.KNOWN_AWAY, Seen.DIED_PENDING}
        ),
        Outcome.REVIEW: frozenset({Seen.NEW_VEHICLE_UNTAGGED, Seen.NEVER_LISTED}),
        Outcome.ABSENT: frozenset({Seen.NO_NEW_VEHICLE, Seen.NONE_BY_SENIOR}),
    }
)
OUTCOME_OF: Mapping[Seen, Outcome] = MappingProxyType(
    {seen: outcome for outcome, every in _DECIDED.items() for seen in every}
)


def decide(seen: Seen) -> Outcome:
    return OUTCOME_OF[seen]


# Looked through from the top, so a kind of error stands before the kind that it belongs to.
_NOT_SENT: tuple[tuple[type[PoderoError], Seen], ...] = (
    (NotConfigured, Seen.NOT_CONFIGURED),
    (AuthenticationFailed, Seen.NO_TOKEN),
    (KnownAway, Seen.KNOWN_AWAY),
    (PoderoError, Seen.NOT_REACHED),
)
_SENT: tuple[tuple[type[PoderoError], Seen], ...] = (
    (AuthenticationFailed, Seen.UNAUTHORIZED_TWICE),
    (TimedOut, Seen.TIMED_OUT),
    (Interrupted, Seen.INTERRUPTED),
    (InvalidRequest, Seen.INVALID),
    (NotAllowed, Seen.NOT_ALLOWED),
    (NotFound, Seen.NOT_FOUND),
    (Conflict, Seen.CONFLICT),
    (RateLimited, Seen.RATE_LIMITED),
    (Rejected, Seen.REFUSED),
    (ServerError, Seen.SERVER_ERROR),
    (Redirected, Seen.REDIRECTED),
    (PoderoError, Seen.UNFORESEEN),
)
REQUEST_TIMEOUT = 408


def seen_of(error: BaseException) -> Seen:
    """What an exception of the call says; what nobody foresaw may have been carried out."""
    if not isinstance(error, PoderoError):
        return Seen.UNFORESEEN
    if isinstance(error, ContractViolation):
        return _seen_of_answer(error)
    if error.sent and error.status == REQUEST_TIMEOUT:
        return Seen.TIMED_OUT
    return next(seen for kind, seen in (_SENT if error.sent else _NOT_SENT) if isinstance(error, kind))


def _seen_of_answer(error: ContractViolation) -> Seen:
    if error.readable_id is not None:
        return Seen.ID_READ
    return Seen.UNREADABLE if error.sent else Seen.NOT_REACHED
