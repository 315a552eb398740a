"""What all workers together may ask: lanes for at once, moments for the second."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from podero_admin.directory.models import Customer
from podero_admin.mirror.models import Allowance, Lane
from podero_admin.mirror.services import budget
from podero_admin.mirror.services.turns import turns_take


def take(organization: Any, number: int, now: Any) -> list[Any]:
    with transaction.atomic():
        return budget.moments_take(budget.allowance_locked(organization.id), number, now=now)


def test_there_are_as_many_lanes_as_calls_at_once(organization_a: Any, organization_b: Any, settings: Any) -> None:
    settings.MIRROR_AT_ONCE = 2
    own = organization_a.id
    with budget.lane(own) as first, budget.lane(own) as second, budget.lane(own) as third:
        assert (first, second, third) == (True, True, False)
        with budget.lane(organization_b.id) as elsewhere:
            assert elsewhere
    with budget.lane(organization_a.id) as again:
        assert again


def test_a_lane_is_given_back_when_its_run_fails(organization_a: Any, settings: Any) -> None:
    settings.MIRROR_AT_ONCE = 1
    with pytest.raises(ValueError, match="broken"), budget.lane(organization_a.id):
        raise ValueError("broken")
    with budget.lane(organization_a.id) as again:
        assert again


def test_a_lane_that_somebody_took_over_is_not_given_back_by_the_first(organization_a: Any, settings: Any) -> None:
    settings.MIRROR_AT_ONCE = 1
    with budget.lane(organization_a.id):
        Lane.objects.update(leased_until=timezone.now())
        with budget.lane(organization_a.id) as second:
            assert second
            held = Lane.objects.get()
    assert Lane.objects.get().holder is None
    assert held.holder is not None


def test_fewer_lanes_hold_from_the_next_run(organization_a: Any, settings: Any) -> None:
    with budget.lane(organization_a.id):
        settings.MIRROR_AT_ONCE = 1
        with budget.lane(organization_a.id) as second:
            assert not second


def test_moments_are_given_out_once_and_evenly(organization_a: Any, settings: Any) -> None:
    settings.MIRROR_PER_SECOND = 10
    now = timezone.now()
    moments = [*take(organization_a, 2, now), *take(organization_a, 2, now), *take(organization_a, 1, now)]
    steps = {round((later - earlier).total_seconds(), 6) for earlier, later in pairwise(moments)}
    assert steps == {0.1}
    assert moments[0] == max(now, moments[0])


def test_moments_that_nobody_used_are_not_saved_up(organization_a: Any, settings: Any) -> None:
    now = timezone.now()
    take(organization_a, 1, now)
    later = now + timedelta(hours=1)
    assert take(organization_a, 1, later) == [later]


def test_organisations_do_not_share_moments(organization_a: Any, organization_b: Any, settings: Any) -> None:
    settings.MIRROR_PER_SECOND = 0.01
    now = timezone.now() + timedelta(seconds=1)
    take(organization_a, 1, now)
    assert take(organization_b, 1, now) == [now]


def test_a_moment_behind_the_end_of_the_run_is_not_taken(listed: Any) -> None:
    now = timezone.now()
    Allowance.objects.create(organization=listed, free_at=now + timedelta(hours=1))
    assert turns_take(listed.id, end=now + budget.RUN) == []
    assert Allowance.objects.get().free_at == now + timedelta(hours=1)
    assert not Customer.objects.filter(look_claimed_until__isnull=False).exists()


def test_nobody_is_claimed_twice(listed: Any, settings: Any) -> None:
    settings.MIRROR_PER_SECOND, settings.MIRROR_AT_ONCE = 100, 5
    end = timezone.now() + timedelta(hours=1)
    first, second = (turns_take(listed.id, end=end) for _ in range(2))
    assert len(first) == len(second) == 5
    assert not {turn.customer.id for turn in first} & {turn.customer.id for turn in second}


def test_a_short_pause_does_not_end_a_long_one(organization_a: Any) -> None:
    budget.organization_pause(organization_a.id, seconds=600, reason="long")
    budget.organization_pause(organization_a.id, seconds=1, reason="short")
    assert Allowance.objects.get().pause_reason == "long"


def test_a_lane_just_made_is_free_by_a_clock_that_is_behind(listed: Any, settings: Any, time_machine: Any) -> None:
    settings.MIRROR_AT_ONCE = 2
    with budget.lane(listed.id) as first:
        time_machine.move_to(timezone.now() - timedelta(seconds=10))
        with budget.lane(listed.id) as second:
            assert (first, second) == (True, True)
