"""Many workers at once: as many lanes as may be, nobody asked about twice, and nobody forgotten."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from podero_admin.directory.models import Customer
from podero_admin.mirror.services import lane_run

WORKERS = 8


@pytest.fixture
def together(transactional_db: None, access: Any, listed: Any) -> Callable[[], list[Any]]:
    """Each in a thread with a connection of its own, all begun at the same moment."""

    def run() -> list[Any]:
        start = Barrier(WORKERS)

        def one(_: int) -> Any:
            start.wait()
            try:
                return lane_run(access=access, organization_id=listed.id)
            finally:
                connection.close()

        with ThreadPoolExecutor(WORKERS) as pool:
            return list(pool.map(one, range(WORKERS)))

    return run


def test_no_more_lanes_are_used_than_there_may_be(together: Any, world: Any, settings: Any) -> None:
    settings.MIRROR_AT_ONCE = 2
    world.settings.latency = 0.1
    assert sum(run.had_lane for run in together()) == 2


def test_nobody_is_asked_about_twice_and_nobody_is_forgotten(together: Any, asked: Any, settings: Any) -> None:
    settings.MIRROR_AT_ONCE = 8
    runs = together()
    while Customer.objects.filter(vehicles_asked_at__isnull=True).exists():
        runs += together()
    assert sorted(asked()) == sorted(str(key) for key in Customer.objects.values_list("id", flat=True))
    assert sum(run.answered for run in runs) == Customer.objects.count()
    assert not any(run.problem or run.failures for run in runs)
