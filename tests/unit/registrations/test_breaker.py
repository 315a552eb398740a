"""What the calls of all processes have met decides what the next one may do: away, slow, and one probe at a time."""

import threading
import time
from uuid import UUID

import pytest
from django.core.cache import cache

from podero_admin import gateway
from podero_admin.gateway import facts
from podero_admin.gateway.breaker import LATE_AFTER
from podero_admin.podero.errors import KnownAway, PoderoError
from podero_admin.sandbox.faults import Fault
from tests.registering import at_once, eventually

A_USER = UUID("1c1ba1b5-6a33-4a3c-bd9d-5a1f3f3c2f10")


@pytest.fixture(autouse=True)
def _nothing_is_known_yet(organization_a):
    cache.clear()


@pytest.fixture
def breaker(organization_a):
    return gateway.CachedBreaker(str(organization_a.id))


@pytest.fixture
def hasty(organization_a):
    return gateway.CachedBreaker(str(organization_a.id), patience=gateway.QUICK_SECONDS)


def fail(breaker, kind="reads", times=gateway.AWAY_AFTER):
    for _ in range(times):
        breaker.record(kind, reached=False, seconds=0.1)


def come_late(breaker, kind="reads", times=gateway.AWAY_AFTER):
    for _ in range(times):
        breaker.record(kind, reached=True, seconds=LATE_AFTER[kind] + 0.1)


def a_while_passes(breaker):
    for kind, line in facts.lines_of([breaker.key])[breaker.key].items():
        facts.keep(breaker.key, kind, facts.Line(line.failures, line.late, line.at - gateway.AWAY_SECONDS))


def is_shut(breaker, kind):
    try:
        breaker.require(kind)
    except KnownAway as error:
        return not error.sent
    return False


def asked(world):
    return [request.endpoint for request in list(world.requests)]


@pytest.mark.parametrize("kind", facts.KINDS)
def test_three_failures_of_a_kind_in_a_row_make_it_away_and_two_do_not(breaker, kind):
    fail(breaker, kind, times=2)
    assert not is_shut(breaker, kind)
    fail(breaker, kind, times=1)
    assert is_shut(breaker, kind)


@pytest.mark.parametrize("kind", facts.KINDS)
def test_an_answer_between_failures_forgets_them(breaker, kind):
    fail(breaker, kind, times=2)
    breaker.record(kind, reached=True, seconds=0.1)
    fail(breaker, kind, times=2)
    assert not is_shut(breaker, kind)


def test_an_answer_to_a_call_that_began_before_the_failures_says_nothing_about_them(breaker, hasty):
    breaker.require("reads")
    fail(hasty, times=2)
    breaker.record("reads", reached=True, seconds=0.1)
    fail(hasty, times=1)
    assert is_shut(breaker, "reads")


def test_what_a_call_began_with_is_forgotten_by_the_next(breaker, hasty):
    breaker.require("reads")
    fail(hasty, times=2)
    breaker.require("reads")
    breaker.record("reads", reached=True, seconds=0.1)
    fail(hasty, times=1)
    assert not is_shut(breaker, "reads")


def test_registering_that_hangs_keeps_nobody_from_reading(breaker):
    fail(breaker, "register")
    assert is_shut(breaker, "register")
    assert not is_shut(breaker, "reads")


def test_where_nothing_can_be_read_nothing_is_registered(breaker):
    fail(breaker, "reads")
    assert is_shut(breaker, "register")


def test_a_long_list_that_fails_keeps_nobody_from_registering(breaker):
    fail(breaker, "list")
    assert not is_shut(breaker, "register")
    assert not is_shut(breaker, "reads")


def test_late_answers_keep_only_those_from_asking_who_cannot_wait(breaker, hasty):
    come_late(breaker, times=2)
    assert not is_shut(hasty, "reads")
    come_late(breaker, times=1)
    assert is_shut(hasty, "reads")
    assert not is_shut(breaker, "reads")
    assert not is_shut(breaker, "register")


def test_one_answer_in_time_ends_slowness(breaker, hasty):
    come_late(breaker)
    breaker.record("reads", reached=True, seconds=0.1)
    assert not is_shut(hasty, "reads")


def test_a_list_of_everybody_is_never_late(breaker):
    for _ in range(5):
        breaker.record("list", reached=True, seconds=30)
    assert facts.troubles([UUID(breaker.key)]) == {}


def test_who_asks_a_long_list_in_haste_proves_nothing_by_giving_up(breaker, hasty):
    fail(hasty, "list", times=5)
    assert not is_shut(breaker, "list")


def test_an_answer_to_the_probe_that_comes_late_makes_it_slow_and_no_longer_away(organization_a, breaker, world):
    fail(breaker)
    a_while_passes(breaker)
    world.faults.add(Fault("slow", match="user", delay=gateway.QUICK_SECONDS + 0.05))
    assert gateway.look_again(organization_a.id, user_id=A_USER)
    assert gateway.connection_facts(organization_a.id) | {"is_away": False, "is_slow": True} == (
        gateway.connection_facts(organization_a.id)
    )


def test_nobody_asks_before_a_while_has_passed(organization_a, breaker, world):
    fail(breaker)
    assert not gateway.look_again(organization_a.id)
    with pytest.raises(KnownAway):
        gateway.podero_client(organization_a.id).list_electric_vehicles(A_USER)
    assert asked(world) == []


def test_a_probe_without_an_answer_is_made_once_in_a_while(organization_a, breaker, world):
    fail(breaker, "register")
    a_while_passes(breaker)
    world.faults.add(Fault("lost_before", match="user", times=None))
    for _ in range(3):
        with pytest.raises(KnownAway):
            gateway.ready_to_send(organization_a.id, user_id=A_USER)
    assert set(asked(world)) == {"token", "user"}
    assert asked(world).count("user") == 2  # one call, with the second try that every read has


def test_who_reads_after_a_while_probes_and_goes_on(organization_a, breaker, world):
    fail(breaker)
    a_while_passes(breaker)
    gateway.podero_client(organization_a.id).list_users()
    assert asked(world) == ["token", "user", "users"]
    assert gateway.troubles([organization_a.id]) == {}


def test_after_a_probe_the_next_lost_registration_makes_registering_away_again(organization_a, breaker):
    fail(breaker, "register")
    a_while_passes(breaker)
    assert gateway.look_again(organization_a.id, user_id=A_USER)
    assert not is_shut(breaker, "register")
    fail(breaker, "register", times=1)
    assert is_shut(breaker, "register")


def test_one_probe_at_a_time_goes_through(transactional_db, organization_a, breaker, world):
    fail(breaker)
    a_while_passes(breaker)
    world.faults.add(Fault("slow", match="user", delay=gateway.QUICK_SECONDS / 2))
    found = at_once(*[lambda: gateway.look_again(organization_a.id, user_id=A_USER)] * 12)
    assert asked(world).count("user") == 1
    assert found.count(True) == 1


def test_a_probe_of_another_process_is_not_waited_for(organization_a, breaker, world):
    fail(breaker)
    a_while_passes(breaker)
    cache.add(f"podero:probe:{organization_a.id}", "another process", 60)
    assert not gateway.look_again(organization_a.id)
    with pytest.raises(KnownAway):
        gateway.ready_to_send(organization_a.id, user_id=A_USER)
    assert asked(world) == []
    assert cache.get(f"podero:probe:{organization_a.id}") == "another process"


def test_calls_that_were_on_their_way_do_not_put_the_next_probe_off(breaker, organization_a):
    fail(breaker)
    a_while_passes(breaker)
    fail(breaker, times=5)
    assert gateway.look_again(organization_a.id, user_id=A_USER)


def test_a_token_endpoint_that_fails_three_times_is_left_alone_and_then_tried_by_a_read(organization_a, breaker, world):
    world.faults.add(Fault("503", match="token", times=3))
    for _ in range(5):
        with pytest.raises(PoderoError):
            gateway.ready_to_send(organization_a.id, user_id=A_USER)
    assert asked(world) == ["token"] * 3
    a_while_passes(breaker)
    gateway.ready_to_send(organization_a.id, user_id=A_USER)
    assert asked(world) == ["token"] * 4 + ["user"]


def test_a_refused_secret_is_no_reason_to_call_podero_away(organization_a, world):
    world.organizations[str(organization_a.id)].client_secret = "rotated"
    for _ in range(5):
        with pytest.raises(PoderoError):
            gateway.ready_to_send(organization_a.id, user_id=A_USER)
    assert not gateway.connection_facts(organization_a.id)["is_away"]


def test_a_page_waits_once_for_token_and_answer_together(organization_a, world):
    world.faults.add(Fault("hang_before", match="token", times=None))
    began = time.monotonic()
    with pytest.raises(PoderoError):
        gateway.podero_client(organization_a.id, seconds=0.2).get_user(A_USER)
    assert time.monotonic() - began < 10  # it would hang for an hour
    assert asked(world) == ["token"]


def test_who_waits_for_the_token_of_another_gives_up_in_time_and_asks_nothing(transactional_db, organization_a, world):
    cache.clear()
    world.faults.add(Fault("hang_before", match="token", times=None))
    first = threading.Thread(target=lambda: _refused(organization_a, 1.5))
    first.start()
    eventually(lambda: asked(world))
    _refused(organization_a, 0.2)
    assert asked(world) == ["token"]
    first.join()


def _refused(organization, seconds):
    from django.db import connections

    with pytest.raises(PoderoError):
        gateway.podero_client(organization.id, seconds=seconds).get_user(A_USER)
    if threading.current_thread() is not threading.main_thread():
        connections.close_all()


def test_the_bar_reads_the_cache_once_however_many_organisations(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert gateway.troubles([UUID(int=number) for number in range(50)]) == {}


def test_gunicorn_tells_each_worker_how_many_threads_it_has(organization_a, world):
    from types import SimpleNamespace

    from podero_admin import gunicorn
    from podero_admin.gateway.crowd import seat

    gunicorn.post_worker_init(SimpleNamespace(cfg=SimpleNamespace(threads=3)))
    try:
        with seat():
            [refused] = at_once(lambda: gateway.podero_client(organization_a.id).get_user(A_USER))
    finally:
        gateway.share_threads(None)
    assert isinstance(refused, KnownAway)
    assert asked(world) == []
