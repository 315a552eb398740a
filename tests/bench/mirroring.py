"""A pass of the mirror over some customers, by two processes as two workers are, while the API takes its time."""

import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

from django.db import connections
from django.utils import timezone

from podero_admin.directory.models import Customer
from podero_admin.directory.ranks import Rank
from podero_admin.mirror.management.commands.sync import Crew
from podero_admin.mirror.models import Pass
from podero_admin.organizations.selectors import system_access
from podero_admin.sandbox.demo import ALPENSTROM
from tests.bench.serving import call

PROCESSES, AT_ONCE = 2, 8
LATENCY = 0.02
#: What the API would give if we took no time at all.
MOST = AT_ONCE / LATENCY


def calls_a_second(customers: list[UUID], sandbox_port: int) -> float:
    """The first look at a vehicle stores it, so everybody is asked about twice and the second pass counts."""
    call(sandbox_port, "/sandbox/settings", method="POST", content={"latency": LATENCY})
    try:
        _passed(customers)
        return len(customers) / _passed(customers)
    finally:
        call(sandbox_port, "/sandbox/settings", method="POST", content={"latency": 0.0})


def _passed(customers: list[UUID]) -> float:
    now = timezone.now()
    Customer.objects.filter(look_due_at__lte=now).update(look_due_at=now + timedelta(days=1))
    Customer.objects.filter(id__in=customers).update(look_due_at=now, look_rank=Rank.REST)
    Pass.objects.update(ended_at=now)
    total = len(customers)
    values = {"begun_at": now, "noted_at": now, "total": total, "left": total, "is_full": False}
    standing = Pass.objects.create(organization_id=ALPENSTROM, **values)
    connections.close_all()
    crews = [multiprocessing.get_context("fork").Process(target=_work, args=[standing]) for _ in range(PROCESSES)]
    started = time.perf_counter()
    for crew in crews:
        crew.start()
    for crew in crews:
        crew.join()
    seconds = time.perf_counter() - started
    answered = Customer.objects.filter(id__in=customers, vehicles_asked_at__gte=now).count()
    if answered < total:
        raise RuntimeError(f"{total - answered} of {total} customers did not get an answer.")
    return seconds


def _work(standing: Pass) -> None:
    crew, threads = Crew(system_access(), standing), AT_ONCE // PROCESSES
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(crew.work) for _ in range(threads)]:
            done.result()
