"""A lane's run: the important ones first, nobody twice, and nothing is lost or changed by what fails."""

import logging
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from podero_admin.audit.models import Event
from podero_admin.directory.attention import customer_opened
from podero_admin.directory.models import Customer
from podero_admin.directory.ranks import AGAIN_AFTER_FAILURE, Rank
from podero_admin.directory.services import customers_refresh
from podero_admin.mirror.models import Allowance, Lane
from podero_admin.mirror.services import budget, lane_run
from podero_admin.registrations.services import vehicles_look
from podero_admin.sandbox.faults import Fault
from podero_admin.vehicles.models import Vehicle

DAY = timedelta(days=1)
DONE = {"battery_level": 50, "is_authenticated": True, "created_at": "2025-01-01T00:00:00Z"}


def test_it_asks_about_everybody_once(run: Any, listed: Any, asked: Any, world: Any) -> None:
    answered = 0
    while done := run():
        answered += done.answered
        if not done.looked:
            break
    assert answered == len(asked()) == len(set(asked())) == Customer.objects.count()
    assert Vehicle.objects.filter(organization=listed).count() == sum(len(world.vehicles_of(key)) for key in asked())
    assert not Customer.objects.filter(vehicles_asked_at__isnull=True).exists()
    assert not Customer.objects.filter(look_due_at__lte=timezone.now()).exists()


def test_it_leaves_no_event(run: Any) -> None:
    before = Event.objects.count()
    run()
    assert Event.objects.count() == before


def test_those_who_matter_come_first_and_the_rest_by_age(run: Any, listed: Any, asked: Any, only: Any) -> None:
    old, older, care, watched = only(listed, 4)
    now = timezone.now()
    for customer, rank, age in ((old, 2, 1), (older, 2, 2), (care, 1, 0), (watched, 0, 0)):
        Customer.objects.filter(id=customer.id).update(look_rank=rank, look_due_at=now - age * DAY)
    run()
    assert asked() == [str(each.id) for each in (watched, care, older, old)]


def test_a_crowd_of_urgent_ones_does_not_keep_the_rest_waiting(
    run: Any, listed: Any, asked: Any, only: Any, settings: Any
) -> None:
    settings.MIRROR_PER_SECOND = 20
    crowd = only(listed, 8)
    Customer.objects.filter(id__in=[each.id for each in crowd[:7]]).update(look_rank=Rank.CARE)
    run()
    assert str(crowd[7].id) in asked()[:4]


class TestWhatComesNext:
    def rank_after(self, run: Any, listed: Any, only: Any, world: Any, **values: Any) -> int:
        (customer,) = only(listed)
        for vehicle in world.user(str(customer.id)).vehicles:
            vehicle.values = vehicle.values | {"deleted_at": "2025-01-01T00:00:00Z"}
        world.add_vehicle(str(customer.id), **DONE | values)
        run()
        customer.refresh_from_db()
        assert customer.look_due_at > timezone.now()
        return customer.look_rank

    @pytest.mark.parametrize(
        ("values", "rank"),
        [
            ({}, Rank.REST),
            ({"boost_state": "requested"}, Rank.WATCHED),
            ({"boost_state": "ongoing"}, Rank.WATCHED),
            ({"action_needed": True}, Rank.CARE),
            ({"action_needed": True, "deleted_at": "2026-01-01T00:00:00Z"}, Rank.REST),
            ({"is_authenticated": False}, Rank.REST),
            ({"boost_state": "levitating", "created_at": None}, Rank.REST),
        ],
    )
    def test_it_follows_from_the_vehicles(
        self, run: Any, listed: Any, only: Any, world: Any, values: dict[str, Any], rank: Rank
    ) -> None:
        assert self.rank_after(run, listed, only, world, **values) == rank

    def test_one_that_was_just_registered_is_cared_for(self, run: Any, listed: Any, only: Any, world: Any) -> None:
        now = timezone.now().isoformat()
        assert self.rank_after(run, listed, only, world, created_at=now) == Rank.CARE

    def test_one_that_waits_for_its_owner_since_days_is_too(self, run: Any, listed: Any, only: Any, world: Any) -> None:
        days_ago = (timezone.now() - 3 * DAY).isoformat()
        assert self.rank_after(run, listed, only, world, created_at=days_ago, is_authenticated=None) == Rank.CARE

    def test_who_is_opened_meanwhile_stays_watched(self, run: Any, listed: Any, only: Any) -> None:
        (customer,) = only(listed)
        customer_opened(customer)
        run()
        customer.refresh_from_db()
        assert customer.look_rank == Rank.WATCHED

    def test_whoever_asks_nobody_asks_again_at_once(
        self, run: Any, listed: Any, only: Any, asked: Any, access: Any
    ) -> None:
        (customer,) = only(listed)
        vehicles_look(access=access, customer=customer)
        run()
        assert asked() == [str(customer.id)]


class TestOpened:
    def test_it_is_due_at_once_and_marked_once_a_minute(self, listed: Any, django_assert_num_queries: Any) -> None:
        customer = Customer.objects.filter(organization=listed).first()
        assert customer is not None
        Customer.objects.update(look_due_at=timezone.now() + DAY)
        with django_assert_num_queries(1):
            customer_opened(customer)
        customer.refresh_from_db()
        assert (customer.look_rank, customer.look_due_at <= timezone.now()) == (Rank.WATCHED, True)
        with django_assert_num_queries(0):
            customer_opened(customer)

    def test_who_is_due_already_is_not_put_off(self, listed: Any) -> None:
        customer = Customer.objects.filter(organization=listed).first()
        assert customer is not None
        due, customer.vehicles_asked_at = customer.look_due_at, timezone.now()
        customer_opened(customer)
        customer.refresh_from_db()
        assert (customer.look_rank, customer.look_due_at) == (Rank.WATCHED, due)

    def test_one_who_is_gone_is_not_asked_about(self, run: Any, listed: Any, world: Any, asked: Any) -> None:
        customer = Customer.objects.filter(organization=listed).first()
        assert customer is not None
        world.patch_user(str(customer.id), {"deleted_at": "2026-01-01T00:00:00Z"})
        customers_refresh_of(listed)
        customer.refresh_from_db()
        customer_opened(customer)
        run()
        assert str(customer.id) not in asked()

    def test_one_who_comes_back_is(self, run: Any, listed: Any, world: Any, asked: Any) -> None:
        customer = Customer.objects.filter(organization=listed).first()
        assert customer is not None
        for deleted_at in ("2026-01-01T00:00:00Z", None):
            world.patch_user(str(customer.id), {"deleted_at": deleted_at})
            customers_refresh_of(listed)
        while run().looked:
            pass
        assert str(customer.id) in asked()


def customers_refresh_of(organization: Any) -> None:
    from podero_admin.organizations.selectors import system_access

    customers_refresh(access=system_access(), organization_id=organization.id)


class TestFailures:
    @pytest.mark.parametrize("kind", ["404", "500", "cut_json", "html", "missing_id", "wrong_shape"])
    def test_one_that_fails_is_tried_later_and_nothing_of_it_vanishes(
        self, kind: str, run: Any, listed: Any, only: Any, world: Any, access: Any
    ) -> None:
        first, second = only(listed, 2)
        world.add_vehicle(str(first.id), **DONE)
        vehicles_look(access=access, customer=first)
        before = list(Vehicle.objects.values_list("id", "is_gone", "output"))
        Customer.objects.filter(id=first.id).update(look_due_at=timezone.now() - DAY)
        world.faults.add(Fault(kind, "vehicles", user=str(first.id), times=None))
        done = run()
        assert (done.answered, len(done.failures)) == (1, 1)
        assert str(first.id) in done.failures[0]
        kept = Vehicle.objects.filter(customer=first).values_list("id", "is_gone", "output")
        assert set(kept) <= set(before)
        first.refresh_from_db()
        assert first.look_due_at > timezone.now() + AGAIN_AFTER_FAILURE / 2
        assert Customer.objects.get(id=second.id).vehicles_asked_at

    def test_a_vehicle_that_the_list_misses_is_marked_gone(self, run: Any, listed: Any, only: Any, world: Any) -> None:
        (customer,) = only(listed)
        made = world.add_vehicle(str(customer.id), **DONE)
        run()
        user = world.user(str(customer.id))
        user.vehicles = [each for each in user.vehicles if each.id != made.id]
        Customer.objects.filter(id=customer.id).update(look_due_at=timezone.now())
        run()
        assert Vehicle.objects.get(id=made.id).is_gone

    def test_vehicles_of_another_owner_and_ids_told_twice_do_no_harm(
        self, run: Any, listed: Any, only: Any, world: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        (customer,) = only(listed)
        made = world.add_vehicle(str(customer.id), **DONE)
        world.add_vehicle(str(customer.id), **DONE, id=made.id)
        other = world.add_vehicle(str(customer.id), **DONE, owner={"id": str(uuid4())})
        with caplog.at_level(logging.WARNING):
            assert run().answered == 1
        assert Vehicle.objects.filter(id=made.id).count() == 1
        assert other

    def test_a_pause_that_podero_asks_for_is_kept_by_all(self, run: Any, listed: Any, world: Any, asked: Any) -> None:
        world.faults.add(Fault("429", "vehicles", retry_after="120"))
        done = run()
        assert done.problem
        assert (done.may_wait, done.answered, done.failures) == (True, 0, [])
        assert Allowance.objects.get().paused_until > timezone.now() + timedelta(seconds=100)
        assert run().looked == 0
        assert len(asked()) == 1
        assert not Customer.objects.filter(look_claimed_until__isnull=False).exists()
        Allowance.objects.update(paused_until=timezone.now())
        assert run().answered

    @pytest.mark.parametrize("retry_after", [None, "soon", "-5", "99999999"])
    def test_an_odd_retry_after_is_no_pause_for_ever(self, retry_after: str | None, run: Any, world: Any) -> None:
        world.faults.add(Fault("429", "vehicles", retry_after=retry_after))
        run()
        assert Allowance.objects.get().paused_until <= timezone.now() + budget.LONGEST_PAUSE

    def test_podero_away_stops_the_run_and_changes_nothing(self, run: Any, listed: Any, sandbox: Any) -> None:
        before = list(Customer.objects.order_by("id").values("look_due_at", "look_rank", "vehicles_asked_at"))
        sandbox.stop()
        for _ in range(5):
            assert run().problem
        after = list(Customer.objects.order_by("id").values("look_due_at", "look_rank", "vehicles_asked_at"))
        assert after == before
        assert not Customer.objects.filter(look_claimed_until__isnull=False).exists()

    def test_credentials_that_are_refused_pause_the_organisation(self, run: Any, world: Any, asked: Any) -> None:
        world.faults.add(Fault("401", "vehicles", times=2))
        assert run().problem
        assert Allowance.objects.get().paused_until > timezone.now()
        assert run().looked == 0

    def test_many_failures_in_a_row_are_no_longer_about_one_customer(self, run: Any, world: Any) -> None:
        world.faults.add(Fault("500", "vehicles", times=None))
        done = run()
        assert len(done.failures) == 5
        assert "cannot be used" in done.problem
        assert run().looked == 0

    def test_what_a_dead_process_held_is_free_after_a_while(
        self, run: Any, listed: Any, only: Any, asked: Any, settings: Any
    ) -> None:
        settings.MIRROR_AT_ONCE = 1
        (customer,) = only(listed)
        soon = timezone.now() + DAY
        Lane.objects.create(organization=listed, number=0, leased_until=soon, holder=uuid4())
        Customer.objects.filter(id=customer.id).update(look_claimed_until=soon)
        assert not run().had_lane
        Lane.objects.update(leased_until=timezone.now())
        assert run().looked == 0
        Customer.objects.filter(id=customer.id).update(look_claimed_until=timezone.now())
        assert run().answered == 1

    def test_an_organisation_that_left_the_file_gets_no_call(
        self, run: Any, asked: Any, settings: Any, tmp_path: Any
    ) -> None:
        settings.PODERO_ORGANIZATIONS = tmp_path / "none.toml"
        assert run().problem
        assert asked() == []


def test_charlie_has_no_mirror_of_another_organisation(charlie: Any, access_of: Any, listed: Any, asked: Any) -> None:
    done = lane_run(access=access_of(charlie), organization_id=listed.id)
    assert (done.answered, asked()) == (0, [])
