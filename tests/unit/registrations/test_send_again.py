"""Send again: the next attempt of a registration that Podero does not have, pressed by a person."""

import json

import pytest

from podero_admin.core.errors import Conflicting, NotAllowed
from podero_admin.registrations.models import Registration
from podero_admin.registrations.services import registration_decide, registration_send_again
from podero_admin.sandbox.faults import Fault
from tests.registering import posts

pytestmark = pytest.mark.django_db


@pytest.fixture
def again(alice, access_of):
    def press(registration, *, by=None, number=1):
        sent = registration_send_again(access=access_of(by or alice), registration=registration, attempt_number=number)
        sent.refresh_from_db()
        return sent

    return press


@pytest.fixture
def not_sent(press, world):
    def make(**values):
        from django.core.cache import cache

        cache.clear()
        world.revoke_tokens()
        world.faults.add(Fault("401", match="token"))
        registration = press(**values)
        assert registration.outcome == "not_sent"
        return registration

    return make


@pytest.fixture
def absent(press, settle, world):
    def make(kind="lost_before", **values):
        world.faults.add(Fault(kind, match="register", **values))
        registration = press()
        for moment in (3, 6, 301):
            settle(after=moment)
        registration.refresh_from_db()
        assert registration.outcome == "absent"
        return registration

    return make


def test_what_was_not_sent_goes_out_with_the_next_number(not_sent, again, world, actions):
    registration = again(not_sent())
    assert (registration.outcome, registration.attempt_number) == ("confirmed", 2)
    [post] = posts(world)
    assert json.loads(post.body)["comment"] == f"[pa:{registration.reference[2:]}-2] White"
    first, second = registration.attempts.all()
    assert (first.number, first.outcome, second.number, second.outcome) == (1, "not_sent", 2, "confirmed")
    assert post.headers["x-request-id"] == str(second.id)
    assert "registration.sent_again" in actions(registration)


def test_what_is_absent_goes_out_again_and_its_counters_begin_anew(absent, again, world):
    registration = absent()
    world.faults.add(Fault("lost_before", match="register"))
    again(registration)
    assert (registration.outcome, registration.attempt_number, registration.checks) == ("unknown", 2, 0)
    assert registration.complete_checks == 0
    assert registration.settled_at is None
    assert registration.next_check_at is not None
    assert len(posts(world)) == 2


def test_what_a_senior_said_of_the_attempt_before_is_not_said_of_the_next(absent, again, sara):
    registration = absent()
    Registration.objects.filter(pk=registration.pk).update(decided_by=sara, decision_reason="Podero has none")
    registration = again(Registration.objects.get(pk=registration.pk))
    assert (registration.outcome, registration.decided_by, registration.decision_reason) == ("confirmed", None, "")


def test_a_stale_button_does_nothing(not_sent, again, world):
    registration = again(not_sent())
    assert again(registration, number=1).attempt_number == 2
    assert len(posts(world)) == 1


def test_two_presses_of_the_same_button_send_once(absent, again, world):
    registration = absent()
    stale = Registration.objects.get(pk=registration.pk)
    again(registration)
    again(stale)
    assert len(posts(world)) == 2


@pytest.mark.parametrize("kind", ["201", "422"])
def test_what_is_confirmed_or_rejected_is_not_sent_again(press, again, world, kind):
    world.faults.add(Fault(kind, match="register"))
    registration = press()
    with pytest.raises(Conflicting):
        again(registration)
    assert len(posts(world)) == 1


def test_what_is_still_open_is_not_sent_again(press, again, world):
    world.faults.add(Fault("hang_before", match="register"))
    with pytest.raises(Conflicting):
        again(press())
    assert len(posts(world)) == 1


def test_a_supervisor_may_not_send_again(not_sent, again, bob, world):
    registration = not_sent()
    with pytest.raises(NotAllowed):
        again(registration, by=bob)
    assert posts(world) == []


def test_another_agent_may_send_again_and_is_named(not_sent, again, sara, world):
    registration = again(not_sent(), by=sara)
    assert registration.attempts.last().staff == sara


def test_an_agent_may_not_send_again_what_needs_a_senior(not_sent, again, sara, alice, world):
    registration = not_sent(by=sara, latitude=48.2)
    with pytest.raises(NotAllowed):
        again(registration, by=alice)
    assert again(registration, by=sara).outcome == "confirmed"


def test_another_open_registration_of_the_customer_comes_first(not_sent, press, again, world):
    registration = not_sent()
    world.faults.add(Fault("hang_before", match="register"))
    other = press()
    assert other.outcome == "unknown"
    with pytest.raises(Conflicting, match=other.reference):
        again(registration)
    registration.refresh_from_db()
    assert (registration.outcome, registration.attempt_number) == ("not_sent", 1)
    assert len(posts(world)) == 1


def test_an_old_button_makes_no_second_car_when_one_was_registered_meanwhile(not_sent, press, again, world):
    registration = not_sent()
    other = press()
    assert other.outcome == "confirmed"
    with pytest.raises(Conflicting, match=other.reference):
        again(registration)
    assert len(posts(world)) == 1


def test_a_vehicle_that_came_late_is_found_before_anything_is_sent_again(absent, again, world):
    registration = absent()
    made = world.add_vehicle(str(registration.customer_id), comment=f"[pa:{registration.reference[2:]}-1] White")
    assert again(registration).outcome == "confirmed"
    assert str(registration.vehicle_id) == made.id
    assert len(posts(world)) == 1


def test_a_last_look_that_fails_does_not_hold_it_back(absent, again, world):
    registration = absent()
    world.faults.add(Fault("404", match="vehicles", times=None))
    assert again(registration).outcome == "confirmed"
    assert len(posts(world)) == 2


def test_a_vehicle_of_the_first_attempt_that_comes_after_the_second_raises_the_alarm(
    absent, again, world, settle, actions, jana
):
    from podero_admin.organizations.selectors import system_access
    from podero_admin.registrations.services import vehicles_look

    registration = again(absent())
    late = world.add_vehicle(str(jana.id), comment=f"[pa:{registration.reference[2:]}-1] White")
    vehicles_look(access=system_access(), customer=jana)
    registration.refresh_from_db()
    assert late.id in registration.alarm
    assert str(registration.vehicle_id) in registration.alarm
    assert actions(registration)[-1] == "registration.duplicate_found"


def test_the_token_is_fetched_before_it_is_pending_again(not_sent, again, world, actions):
    registration = not_sent()
    world.faults.add(Fault("401", match="token", times=None))
    again(registration)
    assert (registration.outcome, registration.seen, registration.attempt_number) == ("not_sent", "no_token", 2)
    assert actions(registration)[-2:] == ["registration.sent_again", "registration.not_sent"]
    assert posts(world) == []


# What Podero has, and nobody can account for.


def test_a_vehicle_without_a_tag_that_came_since_is_not_made_a_second_time(absent, again, world):
    registration = absent()
    made = world.add_vehicle(str(registration.customer_id), comment="")
    with pytest.raises(Conflicting, match=made.id):
        again(registration)
    assert len(posts(world)) == 1
    registration.refresh_from_db()
    assert (registration.outcome, registration.attempt_number) == ("absent", 1)


@pytest.mark.parametrize(("is_listed", "goes_out"), [(False, False), (True, True)])
def test_where_no_list_was_ever_read_it_is_not_sent_again_without_one(
    press, again, world, access_of, sara, settle, is_listed, goes_out
):
    """A senior said that there is none, whatever that was known from."""
    world.faults.add(Fault("lost_before", match="register"))
    registration = press()
    if is_listed:
        settle(after=3)
        registration.refresh_from_db()
    registration_decide(access=access_of(sara), registration=registration, vehicle_id=None, reason="Not in the console")
    world.faults.add(Fault("500", match="vehicles", times=None))
    if goes_out:
        assert again(registration).outcome == "confirmed"
    else:
        with pytest.raises(Conflicting, match="nobody knows"):
            again(registration)
    assert len(posts(world)) == 1 + goes_out
