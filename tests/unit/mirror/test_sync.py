"""The full pass in the foreground: everything is fetched, one failure stops nothing, and the errors are counted."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from podero_admin.core.progress import Progress
from podero_admin.directory.models import Customer
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
    progress = Progress("Alpenstrom", 4, stream=StringIO())
    progress.step()
    progress.step(failed=True)
    assert "[############            ] 2/4" in progress.line()
    assert progress.line().endswith("left  1 error")


def test_a_bar_over_nothing_is_full() -> None:
    assert "0/0" in Progress("Alpenstrom", 0, stream=StringIO()).line()
