"""A press: what is stored before anything is sent, what is sent, and who may press a second time."""

import json
import time
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.db.models import CharField, TextField
from django.utils import timezone

from podero_admin.audit.models import Event
from podero_admin.core.errors import Conflicting, NotAllowed
from podero_admin.organizations.selectors import system_access
from podero_admin.registrations import submission
from podero_admin.registrations.models import Attempt, Registration
from podero_admin.registrations.outcomes import Outcome
from podero_admin.registrations.services import DuplicateSuspected, registration_open, vehicles_look
from podero_admin.sandbox.faults import Fault
from podero_admin.vehicles.models import Vehicle
from tests.registering import posts

pytestmark = pytest.mark.django_db
TESLA = {
    "device_type": {"short_name": "ev", "long_name": "Electric Vehicle"},
    "manufacturer": "Tesla",
    "model": "Model 3",
}


@pytest.fixture
def key_for(alice, jana, access_of):
    def make(*, by=None, customer=None, baseline=()):
        access, whom = access_of(by or alice), customer or jana
        return submission.read(
            submission.issue(access=access, customer=whom, baseline=baseline), access=access, customer=whom
        )

    return make


def test_asked_for_sent_and_registered_are_events_in_this_order(press, actions):
    assert actions(press()) == ["registration.requested", "registration.sent", "registration.confirmed"]


def test_the_events_of_one_press_share_the_request_id_and_name_the_agent(press, alice):
    registration = press()
    events = Event.objects.filter(object_id=registration.reference)
    assert {(event.request_id, event.actor_id, event.customer_id) for event in events} == {
        ("test-request", alice.id, registration.customer_id)
    }
    assert registration.attempts.get().request_id == "test-request"


def test_the_attempts_id_is_the_request_id_and_the_idempotency_key(press, world):
    attempt = press().attempts.get()
    [post] = posts(world)
    assert post.headers["x-request-id"] == post.headers["idempotency-key"] == str(attempt.id)


def test_what_is_stored_as_sent_is_what_arrived(press, world):
    attempt = press(comment="Grün & “schnell” 🚗").attempts.get()
    assert json.loads(posts(world)[0].body) == json.loads(attempt.payload)


def test_the_attempt_keeps_answer_status_duration_and_outcome(press, world):
    registration = press()
    attempt = registration.attempts.get()
    assert (attempt.number, attempt.status, attempt.outcome, attempt.seen) == (1, 200, "confirmed", "id_read")
    assert json.loads(attempt.answer)["id"] == str(registration.vehicle_id)
    assert attempt.duration_ms is not None
    assert registration.created_at <= attempt.sent_at <= attempt.finished_at


def test_the_vehicle_keeps_what_was_sent_for_it_and_for_which_registration(press):
    registration = press()
    kept = Vehicle.objects.get(pk=registration.vehicle_id)
    assert (kept.sent, kept.registered_reference) == (registration.attempts.get().payload, registration.reference)


def test_an_answer_that_is_no_json_but_names_the_vehicle_confirms_it(press, world):
    world.faults.add(Fault("new_value", match="register", field="battery_level", value=float("nan")))
    registration = press()
    assert (registration.outcome, registration.seen) == ("confirmed", "id_read")
    assert str(registration.vehicle_id) == world.vehicles_of(str(registration.customer_id))[0]["id"]


def test_without_tags_the_note_goes_out_as_it_is(press, world, organization_a, jana):
    organization_a.tag_comments = False
    organization_a.save()
    jana.organization.refresh_from_db()
    assert not press().is_tagged
    assert json.loads(posts(world)[0].body)["comment"] == "White"


@pytest.mark.parametrize(
    "kind", ["301", "307", "500", "503", "lost_after", "reset_before", "hang_after", "429", "html"]
)
def test_a_post_is_never_sent_a_second_time(press, world, kind):
    world.faults.add(Fault(kind, match="register", location="/api/partners/v2.0/elsewhere"))
    press()
    assert len(posts(world)) == 1
    assert {request.endpoint for request in world.requests} <= {"token", "users", "register"}


def test_the_same_key_pressed_again_finds_the_first_press(press, key_for, world):
    key = key_for()
    assert press(key=key) == press(key=key)
    assert len(posts(world)) == 1


def test_the_same_key_finds_the_first_press_while_that_is_still_open(press, key_for, world):
    world.faults.add(Fault("lost_after", match="register"))
    key = key_for()
    first = press(key=key)
    assert first.outcome == "unknown"
    assert press(key=key) == first
    assert len(posts(world)) == 1


def test_the_same_key_with_other_data_is_refused_and_sends_nothing(press, key_for, world):
    key = key_for()
    registration = press(key=key)
    with pytest.raises(Conflicting, match=registration.reference):
        press(key=key, comment="Another car")
    assert len(posts(world)) == 1


def test_a_second_agent_is_told_who_is_registering_since_when(press, world, sara):
    world.faults.add(Fault("lost_before", match="register"))
    open_one = press()
    since = timezone.localtime(open_one.created_at)
    with pytest.raises(Conflicting, match=f"Alice .* since {since:%H:%M}.*{open_one.reference}") as refused:
        press(by=sara)
    assert refused.value.extra["registration"] == open_one
    assert len(posts(world)) == 1


def test_a_registration_confirmed_today_asks_for_confirmation(press, world, actions):
    first = press()
    with pytest.raises(DuplicateSuspected, match=first.reference):
        press()
    assert len(posts(world)) == 1
    second = press(confirm=True)
    assert second.outcome == "confirmed"
    assert second.is_duplicate_confirmed
    assert "registration.duplicate_confirmed" in actions(second)


def test_one_confirmed_yesterday_does_not_ask(press):
    Registration.objects.filter(pk=press().pk).update(settled_at=timezone.now() - timedelta(hours=25))
    assert press().outcome == "confirmed"


@pytest.mark.parametrize(("maker", "model"), [("Tesla", "Model 3"), ("TESLA", "model 3"), ("Škoda", "ENYAQ")])
def test_a_car_of_the_same_model_asks_for_confirmation(press, world, alice, jana, access_of, maker, model):
    world.add_vehicle(str(jana.id), device_model=TESLA | {"manufacturer": maker.swapcase(), "model": model.swapcase()})
    registration_open(access=access_of(alice), customer=jana)
    with pytest.raises(DuplicateSuspected, match="already has"):
        press(device_model=TESLA | {"manufacturer": maker, "model": model})
    assert posts(world) == []


def test_a_deleted_car_of_the_same_model_does_not_ask(press, world, alice, jana, access_of):
    world.add_vehicle(str(jana.id), device_model=TESLA, deleted_at="2026-01-01T00:00:00Z")
    registration_open(access=access_of(alice), customer=jana)
    assert press(device_model=TESLA).outcome == "confirmed"


def test_a_car_that_podero_no_longer_lists_does_not_ask(press, world, alice, jana, access_of):
    world.add_vehicle(str(jana.id), device_model=TESLA)
    registration_open(access=access_of(alice), customer=jana)
    world.user(str(jana.id)).vehicles.clear()
    registration_open(access=access_of(alice), customer=jana)
    assert press(device_model=TESLA).outcome == "confirmed"


def test_what_another_customer_has_does_not_ask(press, jana):
    assert press(device_model=TESLA).outcome == "confirmed"
    other = type(jana).objects.exclude(pk=jana.pk).filter(organization=jana.organization, role="user").first()
    assert press(customer=other, device_model=TESLA).outcome == "confirmed"


def test_a_tick_without_suspicion_is_no_event(press, actions):
    registration = press(confirm=True)
    assert not registration.is_duplicate_confirmed
    assert "registration.duplicate_confirmed" not in actions(registration)


def test_the_vehicles_of_the_moment_the_form_opened_are_the_baseline(press, world, alice, jana, access_of):
    there = world.add_vehicle(str(jana.id))
    access = access_of(alice)
    opened = registration_open(access=access, customer=jana)
    assert opened.problem == ""
    key = submission.read(opened.submission_key, access=access, customer=jana)
    world.add_vehicle(str(jana.id))
    assert press(key=key).baseline_ids == {there.id}


@pytest.mark.parametrize("kind", ["500", "html", "cut_json", "lost_before", "null_id", "429"])
def test_a_list_that_fails_when_the_form_opens_does_not_stop_it(press, world, alice, jana, access_of, kind):
    world.add_vehicle(str(jana.id))
    world.faults.add(Fault(kind, match="vehicles", times=None))
    access = access_of(alice)
    opened = registration_open(access=access, customer=jana)
    assert "could not be fetched" in opened.problem
    registration = press(key=submission.read(opened.submission_key, access=access, customer=jana))
    assert registration.baseline_ids is None
    assert registration.outcome == "confirmed"


def test_no_token_means_that_nothing_was_even_begun(press, world, actions):
    cache.clear()
    world.faults.add(Fault("401", match="token", times=None))
    registration = press()
    assert (registration.outcome, registration.seen) == ("not_sent", "no_token")
    assert actions(registration) == ["registration.requested", "registration.not_sent"]
    assert registration.attempts.get().sent_at is None
    assert posts(world) == []


def test_while_podero_is_known_to_be_away_nothing_is_begun_and_everything_is_kept(
    press, world, actions, organization_a
):
    from podero_admin.gateway import AWAY_AFTER, CachedBreaker

    for _ in range(AWAY_AFTER):
        CachedBreaker(str(organization_a.id)).record("reads", reached=False, seconds=0.1)
    registration = press()
    assert (registration.outcome, registration.seen) == ("not_sent", "known_away")
    assert actions(registration) == ["registration.requested", "registration.not_sent"]
    assert registration.attempts.get().sent_at is None
    assert registration.sent_payload["comment"] == "White"
    assert posts(world) == []


def test_after_a_while_a_read_finds_out_whether_podero_is_back_never_a_registration(
    press, world, time_machine, organization_a
):
    from podero_admin.gateway import AWAY_AFTER, AWAY_SECONDS, CachedBreaker

    for _ in range(AWAY_AFTER):
        CachedBreaker(str(organization_a.id)).record("reads", reached=False, seconds=0.1)
    time_machine.move_to(time.time() + AWAY_SECONDS + 1)
    world.faults.add(Fault("503", match="user", times=2))
    assert press().seen == "known_away"
    assert posts(world) == []
    time_machine.move_to(time.time() + AWAY_SECONDS + 1)
    assert press().outcome == "confirmed"
    assert [request.endpoint for request in world.requests][-2:] == ["user", "register"]


def test_a_vehicle_that_podero_names_under_another_customer_is_confirmed_with_an_alarm(press, world, actions):
    other = next(
        user for user in world.users() if user.vehicles and user.organization_id == world.users()[0].organization_id
    )
    stolen = other.vehicles[0].id
    world.faults.add(Fault("new_value", match="register", field="owner", value={"id": other.id}))
    registration = press()
    assert (registration.outcome, registration.vehicle_id) == ("confirmed", None)
    assert "somebody else" in registration.alarm
    assert actions(registration)[-1] == "alarm.raised"
    assert stolen not in registration.alarm


def test_its_own_vehicle_is_linked_as_soon_as_the_list_shows_it(press, world, actions, client_of, alice):
    other = next(
        user for user in world.users() if user.vehicles and user.organization_id == world.users()[0].organization_id
    )
    world.faults.add(Fault("new_value", match="register", field="owner", value={"id": other.id}))
    registration = press()
    page = client_of(alice).get(f"/registrations/{registration.reference}/").content.decode()
    assert "Send no link." in page
    assert "Send the customer the link" not in page
    for _ in range(2):
        vehicles_look(access=system_access(), customer=registration.customer)
    registration.refresh_from_db()
    assert [str(registration.vehicle_id)] == [car["id"] for car in world.vehicles_of(str(registration.customer_id))]
    assert registration.vehicle.registered_reference == registration.reference
    assert actions(registration)[-2:] == ["alarm.raised", "registration.confirmed"]
    page = client_of(alice).get(f"/registrations/{registration.reference}/").content.decode()
    assert "Send the customer the link" in page


def test_a_supervisor_may_not_press(press, bob, world):
    with pytest.raises(NotAllowed):
        press(by=bob)
    assert not Registration.objects.exists()
    assert posts(world) == []


def test_without_its_event_nothing_is_stored_and_nothing_is_sent(press, world):
    refuse_events()
    with pytest.raises(Exception, match=r"no event today|settled just now"):
        press()
    assert not Registration.objects.exists()
    assert not Attempt.objects.exists()
    assert posts(world) == []


def test_without_the_event_of_sending_nothing_leaves(press, world):
    refuse_events(action="registration.sent")
    with pytest.raises(Exception, match="no event today"):
        press()
    registration = Registration.objects.get()
    assert (registration.outcome, registration.sent_at) == ("pending", None)
    assert posts(world) == []


def test_an_outcome_without_its_event_stays_sending_for_the_settler_to_finish(press, world, settle):
    refuse_events(action="registration.confirmed")
    with pytest.raises(Exception, match="no event today"):
        press()
    registration = Registration.objects.get()
    assert (registration.outcome, registration.vehicle_id) == ("sending", None)
    allow_events()
    settle(after=60)
    settle(after=61)
    registration.refresh_from_db()
    assert (registration.outcome, registration.seen) == ("confirmed", "tag_found")
    assert len(posts(world)) == 1


def refuse_events(action: str = "") -> None:
    """Make the database refuse events: all, or those of one action."""
    with connection.cursor() as cursor:
        when = f"WHEN (NEW.action = '{action}')" if action else ""
        if connection.vendor == "sqlite":
            cursor.execute(
                f"CREATE TRIGGER no_event BEFORE INSERT ON audit_event {when} BEGIN SELECT RAISE(ABORT, 'no event today'); END"
            )
            return
        cursor.execute(
            "CREATE FUNCTION no_event() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'no event today'; END $$ LANGUAGE plpgsql"
        )
        cursor.execute(
            f"CREATE TRIGGER no_event BEFORE INSERT ON audit_event FOR EACH ROW {when} EXECUTE FUNCTION no_event()"
        )


def allow_events() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER no_event" + ("" if connection.vendor == "sqlite" else " ON audit_event"))


def test_no_secret_and_no_token_is_in_any_stored_row(press, world):
    world.faults.add(Fault("401", match="register"), Fault("422", match="register"))
    press()
    tokens = set(world._tokens)
    secrets = {organization.client_secret for organization in world.organizations.values()}
    assert tokens
    rows = [
        str(value)
        for model in apps.get_models()
        for values in model.objects.values_list(
            *[f.name for f in model._meta.concrete_fields if isinstance(f, CharField | TextField)] or ["pk"]
        )
        for value in values
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM podero_cache")
        rows += [str(value) for row in cursor.fetchall() for value in row]
    stored = "\n".join(rows)
    assert "White" in stored
    assert not [secret for secret in tokens | secrets if secret in stored]


# What was held up.


@pytest.mark.parametrize("clock", ["that ran on", "that stood still"])
def test_what_was_held_up_while_it_was_stored_does_not_leave_any_more(
    clock, press, world, settings, time_machine, actions
):
    """Others gave it up by then, and may have sent it again; a machine that slept knows it by the time of day alone."""
    settings.PODERO_DEADLINE = 0.3 if clock == "that ran on" else 40

    def held_up(execute, sql, params, many, context):
        if "UPDATE" in sql and Outcome.SENDING.value in map(str, params or ()):
            if clock == "that ran on":
                time.sleep(0.4)
            else:
                time_machine.move_to(time.time() + 41)
        return execute(sql, params, many, context)

    time_machine.move_to(time.time())
    with connection.execute_wrapper(held_up):
        registration = press()
    assert posts(world) == []
    registration.refresh_from_db()
    assert registration.outcome == "not_sent"
    assert "nothing was sent" in registration.attempts.get().explanation
    assert actions(registration)[-1] == "registration.not_sent"


# What was confirmed, and what was not.


def test_who_confirmed_one_suspicion_is_asked_again_about_another(press, key_for, world, jana):
    world.add_vehicle(str(jana.id), device_model=TESLA)
    vehicles_look(access=system_access(), customer=jana)
    mine = key_for()
    with pytest.raises(DuplicateSuspected, match="Tesla"):
        press(key=mine, device_model=TESLA)
    first = press()
    with pytest.raises(DuplicateSuspected, match=first.reference):
        press(key=mine, device_model=TESLA, confirm=True)
    second = press(key=mine, device_model=TESLA, confirm=True)
    assert first.reference in Event.objects.get(action="registration.duplicate_confirmed").reason
    assert len(posts(world)) == 2
    assert second.outcome == "confirmed"


def test_a_vehicle_that_was_there_before_is_not_taken_for_the_new_one(press, world, jana, actions):
    old = world.add_vehicle(str(jana.id), comment="an older car")
    world.faults.add(Fault("body", match="register", value=json.dumps({"id": old.id})))
    registration = press(baseline=[old.id])
    registration.refresh_from_db()
    assert (registration.outcome, registration.vehicle) == ("confirmed", None)
    assert "had before this was sent" in registration.alarm
    assert "alarm.raised" in actions(registration)
    assert Vehicle.objects.get(id=old.id).registered_reference == ""
