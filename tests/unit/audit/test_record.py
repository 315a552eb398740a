"""Recording: in the change's own transaction, in order, with everything as it was."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from podero_admin.audit.actions import Action
from podero_admin.audit.chain import digest
from podero_admin.audit.models import AccessRecord, ChainHead, Event
from podero_admin.audit.selectors import same_act
from podero_admin.audit.services import Subject, looked_at, record
from podero_admin.core.access import NOBODY, Access, Role, Seat
from tests.clocks import clock_off_by

ORGANIZATION = uuid4()
ALICE = Access(staff_id=3, email="alice@example.org", name="Alice", seats=(Seat(ORGANIZATION, "Alpen", Role.AGENT),))
Recorded = Callable[..., Event]


def test_it_refuses_outside_a_transaction(transactional_db: None):
    with pytest.raises(RuntimeError, match="transaction"):
        record(Action.SIGNED_IN, access=ALICE)


def test_no_change_no_event(transactional_db: None):
    before = ChainHead.objects.filter(id=1).values_list("number", flat=True).first()
    with transaction.atomic():
        record(Action.SIGNED_IN, access=ALICE)
        transaction.set_rollback(True)
    assert ChainHead.objects.filter(id=1).values_list("number", flat=True).first() == before


def test_it_keeps_everything_as_it_was(db: None):
    customer, vehicle = uuid4(), uuid4()
    access = Access(
        staff_id=3, email="a@example.org", name="Alice", seats=ALICE.seats, request_id="r-9", client_address="192.0.2.1"
    )
    event = record(
        Action.REGISTRATION_CONFIRMED,
        access=access,
        organization_id=ORGANIZATION,
        subject=Subject("registration", "R-1", "R-1 for Jana Novak"),
        reason="found by its tag",
        changes={"outcome": ("sending", "confirmed")},
        customer_id=str(customer),
        vehicle_id=vehicle,
    )
    stored = Event.objects.get(number=event.number)
    assert (stored.organization_id, stored.organization_name, stored.actor_role) == (ORGANIZATION, "Alpen", "agent")
    assert (stored.actor_id, stored.actor_name, stored.request_id) == (3, "Alice", "r-9")
    assert (stored.customer_id, stored.vehicle_id, stored.client_address) == (customer, vehicle, "192.0.2.1")
    assert stored.differences == [("", "outcome", "Being sent", "Registered")]
    assert stored.sentence == "Alice registered a vehicle: R-1 for Jana Novak (found by its tag)."


def test_numbers_and_hashes_follow_each_other(recorded: Recorded):
    first, second = recorded(), recorded()
    assert second.number == first.number + 1
    assert second.previous_hash == first.hash
    head = ChainHead.objects.get()
    assert (head.number, head.hash) == (second.number, second.hash)


def test_the_stored_row_has_the_hash_that_was_computed(recorded: Recorded):
    event = recorded(reason="Ž\x00\ud800" + "x" * 3000, subject=Subject("staff", 7, "y" * 999))
    stored = Event.objects.get(number=event.number)
    assert stored.hash == digest(stored.previous_hash, vars(stored))


@pytest.mark.parametrize("ahead", [timedelta(days=30), timedelta(days=-30)])
def test_a_clock_that_was_wrong_leaves_later_events_their_own_time(recorded: Recorded, ahead: timedelta):
    with clock_off_by(ahead):
        wrong = recorded()
    before = timezone.now()
    event = recorded()
    assert abs(wrong.at - before - ahead) < timedelta(minutes=1)
    assert before <= Event.objects.get(number=event.number).at <= timezone.now()
    assert (event.number, event.previous_hash) == (wrong.number + 1, wrong.hash)
    assert ChainHead.objects.get().at == event.at


def test_a_time_of_the_head_that_was_altered_dates_nothing(recorded: Recorded):
    recorded()
    ChainHead.objects.update(at=timezone.now() + timedelta(days=1000))
    event = recorded()
    assert event.at <= timezone.now()
    assert ChainHead.objects.get().at == event.at


def test_a_head_that_is_ahead_of_this_clock_is_a_warning_in_the_log(
    recorded: Recorded, caplog: pytest.LogCaptureFixture
):
    with clock_off_by(timedelta(seconds=50)):
        recorded()
    recorded()
    assert "clock" not in caplog.text
    with clock_off_by(timedelta(hours=3, minutes=1)):
        wrong = recorded()
    recorded()
    recorded()
    (told,) = [line for line in caplog.records if "clock" in line.getMessage()]
    assert told.levelname == "WARNING"
    assert f"Event {wrong.number} " in told.getMessage()
    assert "3 h" in told.getMessage()


def test_the_only_organisation_of_a_person_is_the_events(recorded: Recorded):
    assert recorded(access=ALICE).organization_id == ORGANIZATION


def test_who_has_no_organisation_or_several_gives_the_event_none(recorded: Recorded):
    two = Access(staff_id=3, email="", name="A", seats=(*ALICE.seats, Seat(uuid4(), "B", Role.AGENT)))
    operator = Access(staff_id=3, email="", name="A", seats=ALICE.seats, is_superuser=True)
    assert {recorded(access=access).organization_id for access in (two, operator, NOBODY, Access.system())} == {None}


def test_the_application_and_superusers_have_a_role_of_their_own(recorded: Recorded):
    operator = Access(staff_id=1, email="", name="Root", seats=ALICE.seats, is_superuser=True)
    assert recorded(access=operator, organization_id=ORGANIZATION).actor_role == "superuser"
    assert recorded(access=Access.system(), organization_id=ORGANIZATION).actor_role == "system"


def test_the_log_goes_on_where_its_head_was_lost(recorded: Recorded, tamper: Callable[..., None]):
    last = recorded()
    tamper("DELETE FROM audit_chainhead")
    assert recorded().previous_hash == last.hash


def test_looks_are_kept_beside_the_chain(db: None):
    before = Event.objects.count()
    customer = uuid4()
    looked_at(access=ALICE, organization_id=ORGANIZATION, customer_id=customer, label="Jana \x00Novak")
    looked = AccessRecord.objects.get(customer_id=customer)
    assert (looked.actor_id, looked.label, looked.page) == (3, "Jana Novak", "customer")
    assert str(looked) == "Alice looked at Jana Novak"
    assert Event.objects.count() == before


@pytest.mark.parametrize("action", list(Action))
def test_every_action_has_a_label_and_a_sentence(action: Action, recorded: Recorded):
    event = recorded(action, subject=Subject("thing", 1, "{the} thing"))
    assert event.label == action.label
    assert event.sentence[0].isupper()
    assert event.sentence.endswith(".")
    assert "{actor}" not in event.sentence
    assert "{object}" not in event.sentence


def test_words_it_does_not_know_show_as_themselves():
    event = Event(
        number=1, action="moon.landed", outcome="odd", actor_name="Eva", object_label="the moon", reason="why."
    )
    assert event.label == "moon.landed"
    assert (event.badge.label, event.badge.tone) == ("odd", "unknown")
    assert event.sentence == "Eva did something that this version has no words for: the moon (odd: why)."
    assert str(event).startswith("#1 Eva")


def test_a_refusal_says_so_at_the_end_of_its_sentence():
    event = Event(
        action="access.denied", outcome="refused", actor_name="Charlie", object_label="GET /x/", reason="outside"
    )
    assert event.sentence == "Charlie was not let in: GET /x/ (refused: outside)."


def test_identifiers_may_come_as_text(recorded: Recorded):
    assert recorded(organization_id=str(ORGANIZATION)).organization_id == UUID(str(ORGANIZATION))


def test_the_head_says_where_the_chain_ends(recorded: Recorded):
    event = recorded()
    assert str(ChainHead.objects.get()) == f"the chain ends with event {event.number}"


def test_what_no_request_caused_has_no_other_events_of_the_same_act(recorded: Recorded):
    first, _ = (recorded(access=Access.system()) for _ in range(2))
    root = Access(staff_id=1, email="", name="Root", is_superuser=True)
    assert same_act(access=root, event=first) == []
