"""Nudges: sent only where there is something to do, and of no importance when they are lost or doubled."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

import podero_admin.celery  # noqa: F401 - the application that sends
from podero_admin.directory.models import Customer
from podero_admin.gateway.facts import Line, keep
from podero_admin.mirror import seats, tasks
from podero_admin.mirror.services import lanes_nudge, organization_pause
from podero_admin.organizations.models import Organization


@pytest.fixture
def waiting(settings: Any) -> Iterator[Callable[[], int]]:
    """How many nudges for a lane are in the queue."""
    folder = Path(settings.BROKER_FOLDER)

    def nudges() -> list[Path]:
        return [path for path in folder.glob("*.msg") if "mirror.look" in path.read_text()]

    for path in nudges():
        path.unlink()
    yield lambda: len(nudges())
    for path in nudges():
        path.unlink()


def test_each_lane_of_an_organisation_with_somebody_due_is_woken(listed: Any, waiting: Any, settings: Any) -> None:
    assert lanes_nudge() == settings.MIRROR_AT_ONCE
    assert waiting() == settings.MIRROR_AT_ONCE


def test_nobody_is_woken_where_nobody_is_due(listed: Any, waiting: Any) -> None:
    Customer.objects.update(look_due_at=None)
    assert lanes_nudge() == 0


def test_nobody_is_woken_during_a_pause(listed: Any, waiting: Any) -> None:
    organization_pause(listed.id, seconds=60, reason="")
    assert lanes_nudge() == 0


def test_nobody_is_woken_while_podero_is_away(listed: Any, waiting: Any) -> None:
    keep(str(listed.id), "reads", Line(failures=3, at=1.0))
    assert lanes_nudge() == 0
    cache.clear()
    assert lanes_nudge()


def test_nobody_is_woken_for_an_organisation_that_left_the_file(listed: Any, waiting: Any) -> None:
    Organization.objects.update(is_configured=False)
    assert lanes_nudge() == 0


def test_a_run_wakes_the_next_while_there_is_something_to_do(listed: Any, waiting: Any, asked: Any) -> None:
    tasks.look(str(listed.id))
    assert asked()
    assert waiting() == 1
    Customer.objects.update(look_due_at=None)
    tasks.look(str(listed.id))
    assert waiting() == 1


def test_the_mirror_takes_half_of_the_threads(listed: Any, asked: Any, waiting: Any) -> None:
    seats.share_threads(2)
    try:
        with seats.seat() as mine, seats.seat() as second:
            assert (mine, second) == (True, False)
            tasks.look(str(listed.id))
        assert asked() == []
        tasks.look(str(listed.id))
        assert asked()
    finally:
        seats.share_threads(None)
