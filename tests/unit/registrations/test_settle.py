"""The settler: finishes what died, finds what was lost, and hands the small rest to a person; never does it guess."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from podero_admin import gateway
from podero_admin.audit.models import Event
from podero_admin.registrations.models import Attempt, Registration
from podero_admin.registrations.outcomes import Outcome
from podero_admin.registrations.services import registration_decide, registration_send_again
from podero_admin.sandbox.faults import Fault
from tests.registering import posts

pytestmark = pytest.mark.django_db
DAY = 86_400


@pytest.fixture
def standing_clock(time_machine):
    """For bounds a second wide: the settler's moments count from now, and on a busy machine a test takes longer."""
    time_machine.move_to(timezone.now(), tick=False)


@pytest.fixture
def lost(press, world):
    """A press whose answer is lost, after the work was done or before."""

    def make(*, done, **values):
        world.faults.add(Fault("lost_after" if done else "lost_before", match="register"))
        registration = press(**values)
        assert registration.outcome == "unknown"
        return registration

    return make


@pytest.fixture
def settled(settle):
    """Passes of the settler at those seconds; then the registration as it stands."""

    def run(registration, *moments):
        for moment in moments:
            settle(after=moment)
        registration.refresh_from_db()
        return registration

    return run


def died_in(press, outcome):
    """A registration as a process leaves it that is killed in `outcome`."""
    registration = press()
    now = timezone.now()
    Attempt.objects.filter(registration=registration).delete()
    Registration.objects.filter(pk=registration.pk).delete()
    registration.outcome, registration.vehicle, registration.seen = Outcome.PENDING, None, ""
    registration.settled_at = registration.sent_at = registration.next_check_at = None
    registration.save(force_insert=True)
    Attempt.objects.create(
        registration=registration, number=1, payload="{}", staff=registration.requested_by, created_at=now
    )
    if outcome == "sending":
        Registration.objects.filter(pk=registration.pk).update(outcome="sending", sent_at=now)
    registration.refresh_from_db()
    return registration


@pytest.mark.usefixtures("standing_clock")
def test_what_died_in_pending_is_not_sent_after_a_minute(press, settled, actions):
    registration = died_in(press, "pending")
    assert settled(registration, 59).outcome == "pending"
    assert settled(registration, 61).outcome == "not_sent"
    assert registration.seen == "died_pending"
    assert registration.attempts.get().outcome == "not_sent"
    assert actions(registration)[-1] == "registration.not_sent"


@pytest.mark.usefixtures("standing_clock")
def test_what_died_in_sending_is_unknown_twenty_seconds_after_the_deadline(press, settled, actions, settings, world):
    registration = died_in(press, "sending")
    limit = settings.PODERO_DEADLINE + 20
    assert settled(registration, limit - 1).outcome == "sending"
    world.faults.add(Fault("500", match="vehicles", times=None))
    assert settled(registration, limit + 1).outcome == "unknown"
    assert registration.attempts.get().seen == "died_sending"
    assert "registration.unknown" in actions(registration)


def test_what_died_in_sending_after_the_vehicle_was_made_is_found(press, settled, settings):
    registration = died_in(press, "sending")
    moment = settings.PODERO_DEADLINE + 21
    assert settled(registration, moment, moment + 2).outcome == "confirmed"
    assert registration.vehicle_id is not None


def test_a_lost_answer_is_found_by_its_tag(lost, settled, world, actions):
    registration = lost(done=True)
    assert settled(registration, 3).outcome == "confirmed"
    assert registration.seen == "tag_found"
    assert str(registration.vehicle_id) == world.vehicles_of(str(registration.customer_id))[0]["id"]
    assert registration.vehicle.registered_reference == registration.reference
    assert json.loads(registration.vehicle.sent) == json.loads(registration.attempts.get().payload)
    assert actions(registration)[-1] == "registration.confirmed"
    assert registration.next_check_at is None
    assert len(posts(world)) == 1


def test_found_twice_is_confirmed_with_an_alarm_that_names_both(lost, settled, world, actions):
    registration = lost(done=True)
    first = world.vehicles_of(str(registration.customer_id))[0]
    second = world.add_vehicle(str(registration.customer_id), comment=first["comment"])
    assert settled(registration, 3).outcome == "confirmed"
    assert registration.seen == "tag_found_twice"
    assert first["id"] in registration.alarm
    assert second.id in registration.alarm
    event = Event.objects.get(action="registration.duplicate_found")
    assert event.outcome == "alarm"
    assert first["id"] in event.reason
    assert second.id in event.reason


def test_one_vehicle_that_a_list_shows_twice_raises_no_alarm(lost, settled, world, organization_a):
    registration = lost(done=True)
    user = world.user(str(registration.customer_id))
    user.vehicles.append(user.vehicles[0])
    assert settled(registration, 3).outcome == "confirmed"
    assert (registration.seen, registration.alarm) == ("tag_found", "")


def test_a_second_vehicle_of_a_confirmed_registration_raises_one_alarm(press, world, actions, access_of, alice, jana):
    from podero_admin.registrations.services import vehicles_look

    registration = press()
    late = world.add_vehicle(str(jana.id), comment=f"[pa:{registration.reference[2:]}-1] White")
    for _ in range(2):
        vehicles_look(access=access_of(alice), customer=jana)
    registration.refresh_from_db()
    assert late.id in registration.alarm
    assert str(registration.vehicle_id) in registration.alarm
    assert actions(registration).count("registration.duplicate_found") == 1


def test_more_vehicles_than_an_alarm_can_name_raise_one_alarm(press, world, actions, access_of, alice, jana):
    from podero_admin.registrations.services import vehicles_look

    registration = press()
    for _ in range(14):
        world.add_vehicle(str(jana.id), comment=f"[pa:{registration.reference[2:]}-1] White")
    for _ in range(3):
        vehicles_look(access=access_of(alice), customer=jana)
    registration.refresh_from_db()
    assert registration.alarm.endswith("and 5 more.")
    assert actions(registration).count("registration.duplicate_found") == 1


def test_a_conflict_whose_tag_is_found_twice_raises_the_alarm(press, world, actions, jana):
    world.faults.add(Fault("409_after", match="register"))
    before = len(world.user(str(jana.id)).vehicles)
    user = world.user(str(jana.id))

    class Twice(list):
        def append(self, vehicle):
            from dataclasses import replace

            super().append(vehicle)
            super().append(replace(vehicle, id="00000000-0000-4000-8000-000000000002"))

    user.vehicles = Twice(user.vehicles)
    registration = press()
    assert len(user.vehicles) == before + 2
    assert registration.outcome == "confirmed"
    assert "registration.duplicate_found" in actions(registration)


def test_a_deleted_vehicle_counts_as_found(lost, settled, world):
    registration = lost(done=True)
    world.patch_vehicle(
        world.vehicles_of(str(registration.customer_id))[0]["id"], {"deleted_at": "2026-11-01T00:00:00Z"}
    )
    assert settled(registration, 3).outcome == "confirmed"


@pytest.mark.parametrize(
    "kind", ["list_fails", "html", "cut_json", "lost_before", "null_id", "401", "404", "empty", "big"]
)
def test_a_list_that_fails_proves_nothing(lost, settled, world, jana, kind):
    there = world.add_vehicle(str(jana.id))
    registration = lost(done=False, baseline=[there.id])
    world.faults.add(Fault(kind, match="vehicles", times=None))
    settled(registration, 3, 6, 11, 21, 41, 400, 800, 1300)
    assert registration.outcome == "unknown"
    assert registration.checks == 8
    assert registration.complete_checks == 0
    assert registration.last_check_error


@pytest.mark.parametrize("kind", ["list_lacks_comment", "list_trims_comment"])
def test_a_list_without_its_tag_makes_a_person_decide(lost, settled, world, kind):
    registration = lost(done=True)
    world.faults.add(Fault(kind, match="vehicles", times=None))
    settled(registration, 3, 6, 11, 301)
    assert (registration.outcome, registration.seen) == ("review", "new_vehicle_untagged")
    assert registration.candidate_ids == [world.vehicles_of(str(registration.customer_id))[0]["id"]]


def test_an_escaped_comment_is_understood(lost, settled, world):
    registration = lost(done=True)
    world.faults.add(Fault("list_escapes_comment", match="vehicles", times=None))
    assert settled(registration, 3).outcome == "confirmed"


def test_a_list_that_lags_behind_is_looked_at_again(lost, settled, world):
    registration = lost(done=True)
    world.faults.add(Fault("list_lags", match="vehicles", times=2))
    assert settled(registration, 3, 6).outcome == "unknown"
    assert settled(registration, 11).outcome == "confirmed"


@pytest.mark.usefixtures("standing_clock")
def test_without_any_new_vehicle_it_is_absent_only_after_the_window(lost, settled, world, actions):
    registration = lost(done=False)
    assert settled(registration, 3, 6, 11, 21, 41, 81, 161, 299).outcome == "unknown"
    assert registration.complete_checks >= 3
    assert settled(registration, 302).outcome == "absent"
    assert registration.settled_at is not None
    assert actions(registration)[-1] == "registration.absent"


def test_two_complete_lists_are_not_enough(lost, settled, world):
    registration = lost(done=False)
    assert settled(registration, 400, 402).outcome == "unknown"
    assert registration.complete_checks == 2
    assert settled(registration, 404).outcome == "absent"


def test_vehicles_of_the_baseline_are_no_candidates(lost, settled, world, jana):
    there = world.add_vehicle(str(jana.id))
    registration = lost(done=False, baseline=[there.id])
    assert settled(registration, 3, 6, 301).outcome == "absent"


def test_vehicles_of_other_registrations_are_no_candidates(press, lost, settled, world):
    other = press()
    registration = lost(done=False, baseline=[], confirm=True)
    assert other.vehicle_id
    assert settled(registration, 3, 6, 301).outcome == "absent"


def test_without_a_baseline_only_vehicles_made_since_are_candidates(lost, settled, world, jana):
    world.add_vehicle(str(jana.id), created_at="2026-01-01T00:00:00Z")
    registration = lost(done=False, baseline=None)
    onboarded = world.add_vehicle(str(jana.id))
    settled(registration, 3, 6, 301)
    assert (registration.outcome, registration.candidate_ids) == ("review", [onboarded.id])


def test_without_a_baseline_a_clock_that_is_off_hides_no_candidate(lost, settled, world, jana):
    registration = lost(done=False, baseline=None)
    made = (registration.created_at - timedelta(minutes=10)).isoformat()
    behind = world.add_vehicle(str(jana.id), created_at=made)
    settled(registration, 3, 6, 301)
    assert (registration.outcome, registration.candidate_ids) == ("review", [behind.id])


def test_a_day_without_a_complete_list_goes_to_a_person(lost, settled, world):
    registration = lost(done=False)
    world.faults.add(Fault("500", match="vehicles", times=None))
    assert settled(registration, 3, DAY - 10).outcome == "unknown"
    assert settled(registration, DAY + 1000).outcome == "review"
    assert registration.seen == "never_listed"


def test_a_day_after_the_lists_stopped_coming_it_goes_to_a_person_too(lost, settled, world):
    registration = lost(done=False)
    settled(registration, 3, 6, 11)
    world.faults.add(Fault("500", match="vehicles", times=None))
    settled(registration, 400, 2000)
    assert (registration.outcome, registration.complete_checks) == ("unknown", 3)
    assert settled(registration, DAY + 1000).outcome == "review"


@pytest.mark.parametrize("before", ["absent", "review", "not_sent", "rejected"])
def test_truth_wins_whatever_we_believed(press, lost, settled, world, before, jana):
    if before in {"absent", "review"}:
        registration = lost(done=False)
        if before == "review":
            world.add_vehicle(str(jana.id))
        settled(registration, 3, 6, 301)
    else:
        world.faults.add(Fault("422" if before == "rejected" else "401", match="register", times=2))
        registration = died_in(press, "pending") if before == "not_sent" else press()
        settled(registration, 61)
    assert registration.outcome == before
    made = world.add_vehicle(str(jana.id), comment=f"[pa:{registration.reference[2:]}-1] White")
    if before == "rejected":
        from podero_admin.organizations.selectors import system_access
        from podero_admin.registrations.services import vehicles_look

        vehicles_look(access=system_access(), customer=jana)
    settled(registration, 301 + 6 * 3600 + 10)
    assert (registration.outcome, registration.seen, str(registration.vehicle_id)) == (
        "confirmed",
        "tag_found",
        made.id,
    )


def test_absent_and_not_sent_are_looked_for_seven_days_and_no_longer(lost, settled, world):
    registration = lost(done=False)
    settled(registration, 3, 6, 301)
    assert registration.outcome == "absent"
    settled(registration, *(301 + hours * 3600 for hours in range(7, 8 * 24, 7)))
    assert registration.next_check_at is None
    assert registration.checks > 20


def test_it_looks_at_the_moments_of_the_schedule(lost, settled, world, settings):
    registration = lost(done=False)
    sent_at = registration.sent_at
    due = []
    for _ in range(len(settings.SETTLE_SCHEDULE) - 1):
        due.append((registration.next_check_at - sent_at).total_seconds())
        settled(registration, (registration.next_check_at - timezone.now()).total_seconds() + 0.01)
    assert [round(seconds) for seconds in due] == [2, 5, 10, 20, 40, 80, 160]
    assert settled(registration, 1).checks == 7


def test_after_the_schedule_it_looks_every_quarter_of_an_hour(lost, settled, world):
    registration = lost(done=False)
    world.faults.add(Fault("500", match="vehicles", times=None))
    settled(registration, *range(2, 40), 3000)
    Registration.objects.filter(pk=registration.pk).update(checks=20)
    now = timezone.now() + timedelta(seconds=9000)
    settled(registration, 9000)
    assert round((registration.next_check_at - now).total_seconds() / 60) == 15


def test_without_tags_a_person_decides(press, settled, world, jana, organization_a):
    organization_a.tag_comments = False
    organization_a.save()
    jana.organization.refresh_from_db()
    world.faults.add(Fault("lost_after", match="register"))
    registration = press()
    settled(registration, 3, 6, 301)
    assert registration.outcome == "review"
    assert len(registration.candidate_ids) == 1


def test_without_tags_a_conflict_is_not_taken_for_a_refusal(press, settled, world, jana, organization_a):
    organization_a.tag_comments = False
    organization_a.save()
    jana.organization.refresh_from_db()
    world.faults.add(Fault("409_after", match="register"))
    assert press().outcome == "unknown"


def test_a_decision_made_while_the_settler_asks_is_not_overwritten(lost, settle, world, sara, access_of, jana):
    """The list fails slowly; meanwhile a senior says what became of it."""
    registration = lost(done=False)
    made = world.add_vehicle(str(jana.id))
    from podero_admin.organizations.selectors import system_access
    from podero_admin.registrations.services import settle as settling
    from podero_admin.registrations.services import vehicles_look

    vehicles_look(access=system_access(), customer=jana)
    claimed = settling._claim(registration.pk, timezone.now() + timedelta(seconds=3))
    registration_decide(access=access_of(sara), registration=registration, vehicle_id=made.id, reason="Seen at Podero")
    settling._note_check(system_access(), claimed, timezone.now(), error="no answer")
    registration.refresh_from_db()
    assert (registration.outcome, registration.next_check_at, registration.checks) == ("confirmed", None, 0)


def test_a_claimed_registration_is_left_to_the_settler_that_has_it(lost, settle, world):
    registration = lost(done=False)
    Registration.objects.filter(pk=registration.pk).update(claimed_until=timezone.now() + timedelta(seconds=63))
    assert settle(after=3).looked == 0
    assert settle(after=64).looked == 1


def test_what_cannot_even_be_looked_at_is_counted_and_reaches_a_person(lost, settled, world, jana):
    """A customer who moved to an organisation without a seat here is beyond every look."""
    registration = lost(done=False)
    from podero_admin.core.access import Access
    from podero_admin.registrations.services import registrations_settle

    blind = Access.system()
    for after in (3, 70, DAY + 1000):
        registrations_settle(access=blind, now=lambda after=after: timezone.now() + timedelta(seconds=after))
    registration.refresh_from_db()
    assert registration.outcome == "review"
    assert registration.last_check_error


def test_the_command_says_what_it_did(lost, world, capsys, settings):
    settings.SETTLE_SCHEDULE = (0.0, 300.0)
    lost(done=True)
    call_command("settle")
    assert capsys.readouterr().out == "0 interrupted, 1 looked for, 1 settled.\n"
    call_command("settle")
    assert capsys.readouterr().out == "0 interrupted, 0 looked for, 0 settled.\n"


def test_the_task_settles(lost, world, settings):
    from podero_admin.registrations.tasks import settle

    settings.SETTLE_SCHEDULE = (0.0, 300.0)
    registration = lost(done=True)
    settle()
    registration.refresh_from_db()
    assert registration.outcome == "confirmed"


def test_the_applications_own_acts_are_told_as_its_own(lost, settled):
    registration = settled(lost(done=True), 3)
    event = Event.objects.get(action="registration.confirmed", object_id=registration.reference)
    assert (event.actor_id, event.actor_role) == (None, "system")


def test_a_late_answer_is_kept_and_changes_nothing_that_is_settled(lost, settled, access_of, alice, world):
    """The settler was quicker: what the answer says is kept with its attempt, and the registration stays as it is."""
    from podero_admin.registrations.outcomes import Seen
    from podero_admin.registrations.services.send import Exchange, registration_finish

    registration = lost(done=True)
    attempt = registration.attempts.get()
    settled(registration, 3)
    stale = Registration.objects.get(pk=registration.pk)
    stale.outcome = "sending"
    late = Exchange(Seen.INVALID, status=422, duration_ms=70_000, answer="{}", explanation="too late")
    registration_finish(access=access_of(alice), registration=stale, attempt=attempt, exchange=late)
    registration.refresh_from_db()
    attempt.refresh_from_db()
    assert registration.outcome == "confirmed"
    assert (attempt.status, attempt.seen, attempt.explanation) == (422, "invalid", "too late")


def test_an_answer_to_an_earlier_attempt_does_not_end_the_present_one(lost, settled, access_of, alice, world):
    from podero_admin.registrations.outcomes import Seen
    from podero_admin.registrations.services.send import Exchange, registration_finish, registration_send

    registration = settled(lost(done=False), 3, 6, 301)
    first = registration.attempts.get()
    world.faults.add(Fault("hang_before", match="register"))
    registration_send_again(access=access_of(alice), registration=registration, attempt_number=1)
    registration.refresh_from_db()
    assert registration.outcome == "unknown"
    Registration.objects.filter(pk=registration.pk).update(claimed_until=None)
    settled(registration, 3, 6, 301)
    registration_pending = Registration.objects.get(pk=registration.pk)
    Registration.objects.filter(pk=registration.pk).update(outcome="pending", attempt_number=3)
    way_out = gateway.ready_to_send(registration.organization_id, user_id=registration.customer_id)
    registration_send(access=access_of(alice), registration=registration_pending, attempt=first, way_out=way_out)
    registration.refresh_from_db()
    assert registration.outcome == "pending"
    Registration.objects.filter(pk=registration.pk).update(outcome="sending")
    late = Exchange(Seen.NOT_REACHED, explanation="too late")
    registration_finish(access=access_of(alice), registration=registration_pending, attempt=first, exchange=late)
    registration.refresh_from_db()
    assert registration.outcome == "sending"


def test_a_conflict_with_a_new_vehicle_that_shows_no_tag_is_not_taken_for_a_refusal(press, world):
    world.faults.add(Fault("409_after", match="register"))
    world.faults.add(Fault("list_lacks_comment", match="vehicles"))
    assert press().outcome == "unknown"


def test_what_was_sent_again_late_is_looked_for_seven_days_more(press, settled, world):
    world.faults.add(Fault("lost_before", match="register"))
    registration = died_in(press, "pending")
    Registration.objects.filter(pk=registration.pk).update(created_at=timezone.now() - timedelta(days=9))
    assert settled(registration, 61).outcome == "not_sent"
    assert registration.next_check_at is not None
    settled(registration, 61 + 6 * 3600 + 1)
    assert registration.next_check_at is not None
    settled(registration, 8 * DAY)
    assert registration.next_check_at is None
