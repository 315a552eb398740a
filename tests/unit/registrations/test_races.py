"""Several at the same moment, each with its own connection to a real database: exactly one vehicle."""

import threading
import time

import pytest
from django.db import connection

from podero_admin.audit.models import Event
from podero_admin.core.errors import Conflicting
from podero_admin.registrations import submission
from podero_admin.registrations.models import Attempt, Registration
from podero_admin.registrations.services import DuplicateSuspected, registration_send_again, registrations_settle
from podero_admin.sandbox.faults import Fault
from tests.registering import at_once, eventually, posts


@pytest.fixture
def key(transactional_db, alice, jana, access_of):
    access = access_of(alice)
    return submission.read(submission.issue(access=access, customer=jana, baseline=()), access=access, customer=jana)


def raised(results, kind=Exception):
    return [result for result in results if isinstance(result, kind)]


@pytest.mark.parametrize("kind", ["slow", "lost_after", "422"])
def test_one_key_pressed_by_many_at_once_is_posted_once_and_all_see_its_page(press, key, world, kind):
    world.faults.add(Fault(kind, match="register", delay=0.3))
    results = at_once(*[lambda: press(key=key)] * 6)
    assert raised(results) == []
    assert len({registration.pk for registration in results}) == 1
    assert len(posts(world)) == 1
    assert Registration.objects.count() == Attempt.objects.count() == 1


def test_one_key_with_two_contents_is_posted_once_and_the_other_is_told(press, key, world):
    world.faults.add(Fault("slow", match="register", delay=0.3))
    results = at_once(lambda: press(key=key, comment="Red"), lambda: press(key=key, comment="Blue"))
    [conflict] = raised(results)
    assert isinstance(conflict, Conflicting)
    assert "with other values" in conflict.message
    assert len(posts(world)) == 1


def test_two_agents_with_two_forms_for_one_customer_post_once(transactional_db, press, world, sara):
    world.faults.add(Fault("hang_after", match="register", times=None))
    results = at_once(press, lambda: press(by=sara))
    [conflict] = raised(results)
    assert isinstance(conflict, Conflicting)
    assert "is registering a vehicle for this customer" in conflict.message
    assert len(posts(world)) == 1


def just_before(statement, work):
    """Somebody else does all of their work in the moment before this statement of ours; and what came of it."""
    done = []

    def watch(execute, sql, params, many, context):
        if statement in sql and not done:
            done.append(True)
            done.extend(at_once(work))
        return execute(sql, params, many, context)

    return connection.execute_wrapper(watch), done


def meanwhile(work, *, after):
    """As the token is asked for, `after` a statement, somebody else does all of their work; and what came of it."""
    seen, done = [], []

    def watch(execute, sql, params, many, context):
        if "podero_cache" in sql and seen and not done:
            done.append(True)
            done.extend(at_once(work))
        if after in sql:
            seen.append(True)
        return execute(sql, params, many, context)

    return connection.execute_wrapper(watch), done


def test_a_form_that_another_overtakes_within_its_press_is_asked_whether_it_is_another_car(
    transactional_db, press, world, sara
):
    """Found by the proving machine: both had looked before either was stored, and the first was confirmed already."""
    overtaking, done = meanwhile(lambda: press(by=sara), after="registrations_registration")
    with overtaking, pytest.raises(DuplicateSuspected):
        press(baseline=None)
    assert done[1].outcome == "confirmed"
    assert len(posts(world)) == 1


def test_send_again_that_another_registration_overtakes_within_its_press_sends_nothing(
    transactional_db, press, world, sara, alice, access_of
):
    from django.core.cache import cache

    world.faults.add(Fault("401", match="token"))
    cache.clear()
    registration = press()
    assert registration.outcome == "not_sent"
    mine = Registration.objects.select_related("customer").get(pk=registration.pk)
    world.faults.add(Fault("list_fails", match="vehicles", times=2))
    overtaking, done = meanwhile(lambda: press(by=sara), after='"settled_at" >= ')
    with overtaking, pytest.raises(Conflicting, match="registered meanwhile"):
        registration_send_again(access=access_of(alice), registration=mine, attempt_number=1)
    assert done[1].outcome == "confirmed"
    assert len(posts(world)) == 1


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has one writer at a time")
def test_one_that_is_overtaken_within_its_transaction_looks_once_it_has_its_place(transactional_db, press, world, sara):
    overtaking, done = just_before('INSERT INTO "registrations_registration"', lambda: press(by=sara))
    with overtaking, pytest.raises(DuplicateSuspected):
        press()
    assert done[1].outcome == "confirmed"
    assert len(posts(world)) == 1


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has one writer at a time")
def test_send_again_that_is_overtaken_within_its_transaction_looks_once_it_has_its_place(
    transactional_db, press, world, sara, alice, access_of
):
    from django.core.cache import cache

    world.faults.add(Fault("401", match="token"))
    cache.clear()
    registration = press()
    world.faults.add(Fault("list_fails", match="vehicles"))
    overtaking, done = just_before('UPDATE "registrations_registration"', lambda: press(by=sara))
    with overtaking, pytest.raises(Conflicting, match="registered meanwhile"):
        registration_send_again(access=access_of(alice), registration=registration, attempt_number=1)
    assert done[1].outcome == "confirmed"
    registration.refresh_from_db()
    assert (registration.outcome, registration.attempt_number, len(posts(world))) == ("not_sent", 1, 1)


def test_many_presses_of_send_again_post_once(transactional_db, press, world, alice, access_of):
    world.faults.add(Fault("401", match="token"))
    from django.core.cache import cache

    cache.clear()
    registration = press()
    assert registration.outcome == "not_sent"
    world.faults.add(Fault("slow", match="register", delay=0.3))
    access = access_of(alice)

    def again():
        mine = Registration.objects.select_related("customer").get(pk=registration.pk)
        return registration_send_again(access=access, registration=mine, attempt_number=1)

    assert raised(at_once(*[again] * 6)) == []
    registration.refresh_from_db()
    assert (registration.outcome, registration.attempt_number) == ("confirmed", 2)
    assert len(posts(world)) == 1


def test_eight_settlers_at_once_work_once(transactional_db, press, world, settle, alice, jana):
    from podero_admin.directory.models import Customer

    customers = [jana, *Customer.objects.filter(organization=jana.organization).exclude(id=jana.id)[:4]]
    world.faults.add(Fault("500_after", match="register", times=5))
    lost = [press(customer=customer, confirm=True) for customer in customers]
    assert {registration.outcome for registration in lost} == {"unknown"}
    asked = len(world.requests)
    results = at_once(*[lambda: settle(after=3)] * 8)
    assert raised(results) == []
    assert sum(result.looked for result in results) == 5
    assert sum(result.decided for result in results) == 5
    assert len(world.requests) - asked == 5
    assert set(Registration.objects.values_list("outcome", flat=True)) == {"confirmed"}
    assert Event.objects.filter(action="registration.confirmed").count() == 5


def test_the_attempt_is_committed_as_sending_before_its_first_byte_leaves(transactional_db, press, world):
    """Seen from another connection, while Podero has the request and does not answer."""
    world.faults.add(Fault("hang_after", match="register"))
    seen = {}

    def watch():
        eventually(lambda: posts(world))
        seen["outcome"] = Registration.objects.get().outcome
        seen["sent_at"] = Attempt.objects.get().sent_at
        seen["events"] = list(
            Event.objects.filter(object_type="registration").order_by("number").values_list("action", flat=True)
        )

    assert raised(at_once(press, watch)) == []
    assert seen["outcome"] == "sending"
    assert seen["sent_at"] is not None
    assert seen["events"] == ["registration.requested", "registration.sent"]


def test_pending_is_committed_with_its_event_before_anything_moves(transactional_db, press, world):
    """Another connection looks at the moment in which the statement that makes it `sending` is about to run."""
    seen = []

    def look():
        seen.append((Registration.objects.get().outcome, Event.objects.filter(action="registration.requested").count()))

    def watch(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and "registrations_registration" in sql and params and "sending" in params:
            assert raised(at_once(look)) == []
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        press()
    assert seen[0] == ("pending", 1)


def test_the_token_is_fetched_before_anything_is_stored(transactional_db, press, world, jana):
    from django.core.cache import cache

    cache.clear()
    world.faults.add(Fault("slow_after", match="token", delay=0.6))
    seen = {}
    asked = len([request for request in world.requests if request.endpoint == "token"])

    def watch():
        time.sleep(0.3)
        seen["stored"] = Registration.objects.count()

    assert raised(at_once(press, watch)) == []
    assert seen["stored"] == 0
    assert Registration.objects.get().outcome == "confirmed"
    assert len([request for request in world.requests if request.endpoint == "token"]) == asked + 1


def test_a_list_that_shows_the_vehicle_first_does_not_lose_the_answer(transactional_db, press, world, jana):
    """The form is opened again while Podero is still answering: the tag confirms it, and the answer is kept."""
    from podero_admin.organizations.selectors import system_access
    from podero_admin.registrations.services import vehicles_look

    world.faults.add(Fault("slow_after", match="register", delay=0.6))

    def look():
        eventually(lambda: world.vehicles_of(str(jana.id)))
        vehicles_look(access=system_access(), customer=jana)
        return Registration.objects.get().outcome

    registration, outcome = at_once(press, look)
    assert outcome == "confirmed"
    attempt = registration.attempts.get()
    assert (registration.outcome, registration.seen, registration.alarm) == ("confirmed", "tag_found", "")
    assert (attempt.status, attempt.outcome) == (200, "confirmed")
    assert Event.objects.filter(action="registration.confirmed").count() == 1


def test_a_settler_that_buried_it_and_the_late_answer_agree(transactional_db, press, world, settle):
    world.faults.add(Fault("slow_after", match="register", delay=0.8))

    def bury():
        eventually(lambda: posts(world) or world.ledger.entries)
        settle(after=60)

    registration, _ = at_once(press, bury)
    assert registration.outcome == "confirmed"
    assert registration.attempts.get().status == 200
    assert len(posts(world)) == 1


def test_settling_while_pressing_loses_nothing(transactional_db, press, world, settle):
    from podero_admin.organizations.selectors import system_access

    results = at_once(*[lambda: registrations_settle(access=system_access())] * 3, press)
    assert raised(results) == []
    assert Registration.objects.get().outcome == "confirmed"


def test_a_settler_that_buries_it_while_the_answer_is_stored_waits_for_it(transactional_db, press, world, settle):
    """Found by the proving machine: each had locked what the other wanted next, and PostgreSQL ended one of them."""
    settlers, results = [], []

    def bury():
        results.extend(at_once(lambda: settle(after=120)))

    def watch(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if sql.startswith("UPDATE") and "registrations_attempt" in sql and "finished_at" in sql and not settlers:
            settlers.append(threading.Thread(target=bury))
            settlers[0].start()
            time.sleep(0.5)
        return result

    with connection.execute_wrapper(watch):
        registration = press()
    settlers[0].join(30)
    assert raised(results) == []
    assert (registration.outcome, registration.seen) == ("confirmed", "id_read")
    assert registration.attempts.get().outcome == "confirmed"
    assert len(posts(world)) == 1
