"""One test per row of the outcome table, the transitions, and the words for each outcome."""

from uuid import UUID

import pytest

from podero_admin.podero import errors
from podero_admin.registrations.outcomes import (
    DECIDABLE,
    OPEN,
    OUTCOME_OF,
    SENDABLE_AGAIN,
    TRANSITIONS,
    Outcome,
    Seen,
    decide,
    seen_of,
)
from podero_admin.registrations.wording import in_words, outcome_badge, progress_in_words

ROWS = [
    (Seen.ID_READ, Outcome.CONFIRMED),
    (Seen.NO_ID, Outcome.UNKNOWN),
    (Seen.UNREADABLE, Outcome.UNKNOWN),
    (Seen.TIMED_OUT, Outcome.UNKNOWN),
    (Seen.INTERRUPTED, Outcome.UNKNOWN),
    (Seen.SERVER_ERROR, Outcome.UNKNOWN),
    (Seen.REDIRECTED, Outcome.UNKNOWN),
    (Seen.RATE_LIMITED, Outcome.UNKNOWN),
    (Seen.UNFORESEEN, Outcome.UNKNOWN),
    (Seen.INVALID, Outcome.REJECTED),
    (Seen.NOT_ALLOWED, Outcome.REJECTED),
    (Seen.NOT_FOUND, Outcome.REJECTED),
    (Seen.REFUSED, Outcome.REJECTED),
    (Seen.UNAUTHORIZED_TWICE, Outcome.REJECTED),
    (Seen.CONFLICT, Outcome.UNKNOWN),
    (Seen.CONFLICT_FOUND, Outcome.CONFIRMED),
    (Seen.CONFLICT_ABSENT, Outcome.REJECTED),
    (Seen.CONFLICT_NO_LIST, Outcome.UNKNOWN),
    (Seen.NOT_CONFIGURED, Outcome.NOT_SENT),
    (Seen.NO_TOKEN, Outcome.NOT_SENT),
    (Seen.NOT_REACHED, Outcome.NOT_SENT),
    (Seen.KNOWN_AWAY, Outcome.NOT_SENT),
    (Seen.DIED_PENDING, Outcome.NOT_SENT),
    (Seen.DIED_SENDING, Outcome.UNKNOWN),
    (Seen.TAG_FOUND, Outcome.CONFIRMED),
    (Seen.TAG_FOUND_TWICE, Outcome.CONFIRMED),
    (Seen.NEW_VEHICLE_UNTAGGED, Outcome.REVIEW),
    (Seen.NO_NEW_VEHICLE, Outcome.ABSENT),
    (Seen.NEVER_LISTED, Outcome.REVIEW),
    (Seen.CHOSEN_BY_SENIOR, Outcome.CONFIRMED),
    (Seen.NONE_BY_SENIOR, Outcome.ABSENT),
]


@pytest.mark.parametrize(("seen", "outcome"), ROWS)
def test_what_was_seen_decides_the_outcome(seen: Seen, outcome: Outcome) -> None:
    assert decide(seen) is outcome


def test_every_row_of_the_table_has_its_test() -> None:
    assert [seen for seen, _ in ROWS] == list(Seen)
    assert set(OUTCOME_OF) == set(Seen)


def sent(error: errors.PoderoError, *, was_sent: bool) -> errors.PoderoError:
    error.sent = was_sent
    return error


VEHICLE = UUID("0b5e5f0e-8a53-4b11-9f11-111111111111")


@pytest.mark.parametrize(
    ("error", "seen"),
    [
        (errors.ContractViolation("odd", readable_id=VEHICLE), Seen.ID_READ),
        (errors.ContractViolation("cut"), Seen.UNREADABLE),
        (errors.TimedOut("late"), Seen.TIMED_OUT),
        (errors.Interrupted("broken"), Seen.INTERRUPTED),
        (errors.error_for(500), Seen.SERVER_ERROR),
        (errors.error_for(503), Seen.SERVER_ERROR),
        (errors.error_for(307), Seen.REDIRECTED),
        (errors.error_for(429), Seen.RATE_LIMITED),
        (errors.error_for(400), Seen.INVALID),
        (errors.error_for(422), Seen.INVALID),
        (errors.error_for(403), Seen.NOT_ALLOWED),
        (errors.error_for(404), Seen.NOT_FOUND),
        (errors.error_for(409), Seen.CONFLICT),
        (errors.error_for(405), Seen.REFUSED),
        (errors.error_for(418), Seen.REFUSED),
        (errors.error_for(408), Seen.TIMED_OUT),
        (errors.error_for(600), Seen.UNREADABLE),
        (errors.NotConfigured("nothing set"), Seen.NOT_CONFIGURED),
        (errors.KnownAway("away"), Seen.KNOWN_AWAY),
        (errors.Unreachable("refused"), Seen.NOT_REACHED),
        (errors.AuthenticationFailed("bad client"), Seen.NO_TOKEN),
        (sent(errors.AuthenticationFailed("401 twice"), was_sent=True), Seen.UNAUTHORIZED_TWICE),
        (sent(errors.Unreachable("something else"), was_sent=True), Seen.UNFORESEEN),
        (sent(errors.TimedOut("connect"), was_sent=False), Seen.NOT_REACHED),
        (sent(errors.error_for(500), was_sent=False), Seen.NOT_REACHED),
        (sent(errors.ContractViolation("token answer"), was_sent=False), Seen.NOT_REACHED),
        (errors.PoderoError("?"), Seen.NOT_REACHED),
        (ValueError("?"), Seen.UNFORESEEN),
        (KeyboardInterrupt(), Seen.UNFORESEEN),
    ],
    ids=lambda value: f"{type(value).__name__}-{value}",
)
def test_an_exception_says_what_was_seen(error: BaseException, seen: Seen) -> None:
    assert seen_of(error) is seen


def every_error(kind: type[errors.PoderoError]) -> list[type[errors.PoderoError]]:
    return [kind, *(deeper for child in kind.__subclasses__() for deeper in every_error(child))]


@pytest.mark.parametrize("kind", every_error(errors.PoderoError), ids=lambda kind: kind.__name__)
def test_no_error_without_a_clear_refusal_is_ever_taken_for_one(kind: type[errors.PoderoError]) -> None:
    refusals = (errors.Rejected, errors.AuthenticationFailed)
    outcome = decide(seen_of(sent(kind("x"), was_sent=True)))
    assert outcome is not Outcome.NOT_SENT
    assert outcome is not Outcome.REJECTED or issubclass(kind, refusals)
    assert decide(seen_of(sent(kind("x"), was_sent=False))) is Outcome.NOT_SENT


def test_the_transitions_are_those_of_the_diagram() -> None:
    diagram = """
        pending: sending not_sent
        sending: confirmed rejected not_sent unknown
        unknown: confirmed review absent
        review: confirmed absent
        not_sent: pending confirmed
        absent: pending confirmed
        rejected: confirmed
        confirmed:
    """
    drawn = {line.split(":")[0].strip(): set(line.split(":")[1].split()) for line in diagram.strip().splitlines()}
    assert {str(before): {str(after) for after in TRANSITIONS[before]} for before in Outcome} == drawn


def test_sending_never_goes_back_to_pending_and_confirmed_is_the_end() -> None:
    assert Outcome.PENDING not in TRANSITIONS[Outcome.SENDING]
    assert not TRANSITIONS[Outcome.CONFIRMED]
    assert Outcome.CONFIRMED in TRANSITIONS[Outcome.UNKNOWN]


def test_every_outcome_can_come_true_late_but_not_before_it_was_sent() -> None:
    assert {before for before in Outcome if Outcome.CONFIRMED in TRANSITIONS[before]} == set(Outcome) - {
        Outcome.PENDING,
        Outcome.CONFIRMED,
    }


def test_open_is_what_may_still_become_a_vehicle_by_itself() -> None:
    assert set(OPEN) == {Outcome.PENDING, Outcome.SENDING, Outcome.UNKNOWN, Outcome.REVIEW}
    assert set(SENDABLE_AGAIN) == {before for before in Outcome if Outcome.PENDING in TRANSITIONS[before]}
    assert set(DECIDABLE) < set(OPEN)


@pytest.mark.parametrize("outcome", Outcome)
def test_an_outcome_is_drawn_and_told(outcome: Outcome) -> None:
    badge = outcome_badge(outcome.value)
    assert (badge.field, badge.value) == ("outcome", outcome.value)
    assert badge.label
    assert badge.sentence.endswith(".")
    assert in_words(outcome).next_step.endswith(".")


@pytest.mark.parametrize("seen", Seen)
def test_no_words_ever_say_that_it_failed(seen: Seen) -> None:
    for outcome in Outcome:
        assert "fail" not in " ".join(in_words(outcome, seen)).casefold()


def test_only_not_sent_and_absent_are_told_to_be_sent_again() -> None:
    for outcome in Outcome:
        invites = "Press “Send again”" in in_words(outcome).next_step
        assert invites == (outcome in SENDABLE_AGAIN)


def test_unknown_and_review_say_not_to_send_again() -> None:
    for outcome in (Outcome.UNKNOWN, Outcome.REVIEW):
        assert "Do not send it again" in in_words(outcome).next_step


def test_what_was_seen_makes_the_words_exact_only_where_it_led_to_the_outcome() -> None:
    exact = in_words(Outcome.REJECTED, "not_found")
    assert "does not know this customer" in exact.happened
    assert exact != in_words(Outcome.REJECTED)
    assert in_words(Outcome.ABSENT, Seen.SERVER_ERROR) == in_words(Outcome.ABSENT)
    assert in_words("confirmed", Seen.ID_READ) == in_words(Outcome.CONFIRMED)


@pytest.mark.parametrize(
    ("checks", "seconds_ago", "words"),
    [
        (0, None, "Checking, 0 of 8."),
        (4, 12, "Checking, 4 of 8, last 12 s ago."),
        (8, 60, "Checking, 8 of 8, last 1 min ago."),
        (11, 840, "Checking, 11 times so far, last 14 min ago."),
    ],
)
def test_the_checking_is_counted(checks: int, seconds_ago: int | None, words: str) -> None:
    assert progress_in_words(checks=checks, planned=8, seconds_ago=seconds_ago) == words
