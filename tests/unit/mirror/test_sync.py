"""The full pass in the foreground: everything is fetched, one failure stops nothing, and the errors are counted."""

import re
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from podero_admin.core import progress
from podero_admin.core.progress import Progress
from podero_admin.directory.models import Customer
from podero_admin.mirror.models import Lane, Pass
from podero_admin.sandbox.faults import Fault
from podero_admin.vehicles.models import Vehicle


@pytest.fixture
def here(transactional_db: None, organizations: Any) -> Any:
    return organizations


def test_it_fetches_every_customer_and_vehicle(here: Any, world: Any, settings: Any) -> None:
    err = StringIO()
    call_command("sync", stderr=err)
    assert Customer.objects.count() == 60
    assert Vehicle.objects.count() == sum(len(world.vehicles_of(user.id)) for user in world.users())
    assert "30/30" in err.getvalue()
    assert "0 errors" in err.getvalue()


def test_one_organisation_alone(here: Any, settings: Any) -> None:
    call_command("sync", organization=settings.NORDVOLT, stderr=StringIO())
    assert set(Customer.objects.values_list("organization_id", flat=True)) == {
        key for key in here if str(key) == settings.NORDVOLT
    }


def test_one_failing_customer_does_not_stop_it(here: Any, world: Any) -> None:
    call_command("sync", stderr=StringIO())
    Vehicle.objects.all().delete()
    world.faults.add(Fault("404", "vehicles"))
    err = StringIO()
    with pytest.raises(CommandError, match=r"^1 call failed"):
        call_command("sync", stderr=err)
    assert "1 error" in err.getvalue()
    assert Vehicle.objects.count() > 90


def test_podero_away_is_counted_and_leaves_what_was_known(here: Any, sandbox: Any) -> None:
    call_command("sync", stderr=StringIO())
    before = Vehicle.objects.filter(is_gone=False).count()
    sandbox.stop()
    with pytest.raises(CommandError, match="calls failed"):
        call_command("sync", stderr=StringIO())
    assert Vehicle.objects.filter(is_gone=False).count() == before


def test_the_bar_says_how_far_how_fast_and_how_many_errors() -> None:
    bar = Progress("Alpenstrom", 4, stream=StringIO())
    bar.step()
    bar.step(failed=True)
    assert "[############            ] 2/4" in bar.line()
    assert bar.line().endswith("left  1 error")


def test_a_bar_over_nothing_is_full() -> None:
    assert "0/0" in Progress("Alpenstrom", 0, stream=StringIO()).line()


def test_one_that_was_broken_off_goes_on_where_it_ended(here: Any, world: Any, settings: Any) -> None:
    from podero_admin.directory.services import customers_refresh
    from podero_admin.mirror.services import pass_begin_full
    from podero_admin.organizations.selectors import system_access
    from podero_admin.registrations.services import vehicles_look

    nordvolt = UUID(settings.NORDVOLT)
    customers_refresh(access=system_access(), organization_id=nordvolt)
    begun = pass_begin_full(organization_id=nordvolt)
    for customer in Customer.objects.filter(organization_id=nordvolt)[:10]:
        vehicles_look(access=system_access(), customer=customer)
    err = StringIO()
    call_command("sync", organization=settings.NORDVOLT, stderr=err)
    assert sum(entry.endpoint == "vehicles" for entry in world.requests) == begun.total == 30
    assert "30/30" in err.getvalue()
    assert Pass.objects.get().ended_at is not None


def test_after_one_that_ended_the_next_asks_about_everybody_again(here: Any, world: Any, settings: Any) -> None:
    for _ in range(2):
        call_command("sync", organization=settings.NORDVOLT, stderr=StringIO())
    assert sum(entry.endpoint == "vehicles" for entry in world.requests) == 60


def test_a_pause_that_podero_asks_for_is_waited_for(here: Any, world: Any, settings: Any) -> None:
    world.faults.add(Fault("429", "vehicles", retry_after="1"))
    err = StringIO()
    call_command("sync", organization=settings.NORDVOLT, stderr=err)
    assert "30/30" in err.getvalue()
    assert "0 errors" in err.getvalue()


def test_while_it_is_paused_it_promises_no_end_but_says_until_when_and_why(
    here: Any, world: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "LOG_SECONDS", 0.0)
    world.faults.add(Fault("429", "vehicles", retry_after="3"))
    err = StringIO()
    call_command("sync", organization=settings.NORDVOLT, stderr=err)
    paused = [line for line in err.getvalue().splitlines() if "paused until " in line]
    assert paused
    assert re.search(r"  paused until \d\d:\d\d: Podero asks us to slow down", paused[0])
    assert not [line for line in paused if "left" in line]
    assert "left  0 errors" in err.getvalue().splitlines()[-1]


class Leaving(StringIO):
    """Others who hold all lanes leave them when they are waited for."""

    def write(self, text: str) -> int:
        if "waiting for a free lane" in text:
            Lane.objects.update(leased_until=timezone.now())
        return super().write(text)


def test_while_others_hold_all_lanes_it_says_so(
    here: Any, world: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "LOG_SECONDS", 0.0)
    settings.MIRROR_AT_ONCE, later = 2, timezone.now() + timedelta(seconds=60)
    for number in range(2):
        Lane.objects.create(organization_id=settings.NORDVOLT, number=number, leased_until=later, holder=uuid4())
    err = Leaving()
    call_command("sync", organization=settings.NORDVOLT, stderr=err)
    lines = err.getvalue().splitlines()
    assert [line for line in lines if "  waiting for a free lane  " in line and "left" not in line]
    assert "30/30" in lines[-1]
    assert "waiting" not in lines[-1]


def test_credentials_that_are_refused_end_it_with_what_is_left(here: Any, world: Any, settings: Any) -> None:
    world.faults.add(Fault("401", "vehicles", times=None))
    err = StringIO()
    with pytest.raises(CommandError, match="1 call failed"):
        call_command("sync", organization=settings.NORDVOLT, stderr=err)
    assert "The next sync goes on from here." in err.getvalue()
    assert Pass.objects.get().ended_at is None


def test_what_was_done_before_counts_for_no_speed() -> None:
    bar = Progress("Alpenstrom", 100, stream=StringIO(), done=99)
    bar.started -= 10
    bar.show(done=100, failed=0)
    assert "100/100  0.1/s" in bar.line()
