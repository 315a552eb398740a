"""The page about the health of everything: what it says in each state, and to whom."""

import platform
from datetime import timedelta
from typing import Any

import django
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from podero_admin.audit.models import ChainHead, Event
from podero_admin.organizations.models import Organization
from podero_admin.registrations.models import Chore, Registration
from podero_admin.registrations.tasks import settle
from podero_admin.sandbox.faults import Fault
from tests.pages.test_registrations import main_of
from tests.registering import press, registration_of

pytestmark = pytest.mark.django_db
MOST_QUERIES = 15


def status_page(client: Client) -> str:
    response = client.get("/status/")
    assert response.status_code == 200
    return main_of(response.content.decode())


def value(page: str, field: str) -> str:
    return page.partition(f'data-field="{field}" data-value="')[2].partition('"')[0]


@pytest.mark.parametrize("name", ["sara", "bob", "adam"])
def test_seniors_supervisors_and_administrators_see_all_of_their_organisation(
    request: Any, client_of: Any, organization_b: Any, name: str
) -> None:
    page = status_page(client_of(request.getfixturevalue(name)))
    assert "Alpenstrom GmbH" in page
    assert "Nordvolt" not in page
    for part in ("Open registrations", "Nightly sweep", "Audit log", platform.python_version(), django.get_version()):
        assert part in page


def test_an_agent_sees_podero_and_the_worker_and_no_more(client_of: Any, alice: Any) -> None:
    page = status_page(client_of(alice))
    assert "Alpenstrom GmbH" in page
    assert "Background worker" in page
    for part in ("Open registrations", "Nightly sweep", "Audit log", "Python", "Alarms"):
        assert part not in page


def test_charlie_sees_nothing_of_another_organisation(client_of: Any, charlie: Any, organization_a: Any) -> None:
    page = status_page(client_of(charlie))
    assert "Nordvolt AB" in page
    assert "Alpenstrom" not in page


def test_a_stranger_is_shown_to_the_sign_in_and_who_has_no_role_is_refused(client: Client, db: None) -> None:
    from podero_admin.accounts.models import Staff

    assert client.get("/status/")["Location"].startswith("/accounts/login/")
    client.force_login(Staff.objects.create_user("new@alpenstrom.example", "a long pass phrase for tests"))
    assert client.get("/status/").status_code == 403


def test_it_is_in_the_bar_and_marked_when_open(client_of: Any, alice: Any) -> None:
    assert '<a href="/status/" aria-current="page">Status</a>' in client_of(alice).get("/status/").content.decode()


def test_it_never_asks_podero_and_makes_few_queries(client_of: Any, sara: Any, jana: Any, world: Any) -> None:
    client = client_of(sara)
    asked = len(world.requests)
    with CaptureQueriesContext(connection) as queries:
        status_page(client)
    assert len(world.requests) == asked
    assert len(queries) <= MOST_QUERIES


def test_podero_works_or_fails_in_words(client_of: Any, sara: Any, jana: Any, sandbox: Any) -> None:
    client = client_of(sara)
    assert value(status_page(client), "connection") == "ok"
    sandbox.stop()
    for _ in range(4):
        client.get(f"/customers/{jana.id}/")
        client.post(f"/customers/{jana.id}/refresh/")
    assert value(status_page(client), "connection") in {"error", "away"}


def test_a_worker_that_never_reported_is_told_with_what_it_means(client_of: Any, alice: Any) -> None:
    page = status_page(client_of(alice))
    assert value(page, "worker") == "none"
    assert "No worker has reported yet: registrations settle only by manage.py settle." in page


def test_the_settle_task_is_the_workers_report(client_of: Any, alice: Any) -> None:
    settle()
    assert value(status_page(client_of(alice)), "worker") == "ok"


def test_a_worker_that_fell_silent_is_told_with_its_time(client_of: Any, alice: Any) -> None:
    settle()
    Chore.objects.filter(name="worker").update(done_at=timezone.now() - timedelta(minutes=12, seconds=3))
    page = status_page(client_of(alice))
    assert value(page, "worker") == "silent"
    assert "No worker has reported for 12 min: registrations settle only by manage.py settle." in page


def test_it_does_not_write_a_report_each_time(client_of: Any, alice: Any) -> None:
    settle()
    first = Chore.objects.get(name="worker").done_at
    settle()
    assert Chore.objects.get(name="worker").done_at == first
    Chore.objects.filter(name="worker").update(done_at=first - timedelta(seconds=20))
    settle()
    assert Chore.objects.get(name="worker").done_at > first


def test_settling_by_hand_is_told_and_is_no_worker(client_of: Any, sara: Any, capsys: Any) -> None:
    call_command("settle")
    page = status_page(client_of(sara))
    assert value(page, "worker") == "none"
    assert "<dt>manage.py settle</dt><dd><time" in page


def test_it_counts_what_is_open_and_what_is_looked_for(
    client_of: Any, alice: Any, sara: Any, jana: Any, world: Any
) -> None:
    world.faults.add(Fault("lost_before", match="register"))
    registration = registration_of(press(client_of(alice), jana.id))
    page = status_page(client_of(sara))
    assert "outcome=open&amp;organization=" in page
    assert ">1</a>, the oldest from" in page
    due = timezone.now() + timedelta(hours=1)
    Registration.objects.filter(pk=registration.pk).update(outcome="absent", next_check_at=due)
    page = status_page(client_of(sara))
    assert ">0</a></dd>" in page
    assert "still looked for</dt><dd>1</dd>" in page


def test_an_old_list_of_customers_is_told(client_of: Any, sara: Any, jana: Any) -> None:
    client = client_of(sara)
    assert value(status_page(client), "list") == ""
    Organization.objects.update(directory_fetched_at=timezone.now() - timedelta(days=1))
    assert value(status_page(client), "list") == "old"


def test_a_broken_audit_chain_is_told(client_of: Any, sara: Any) -> None:
    ChainHead.objects.update(checked_problem="event 7 was altered", checked_at=timezone.now())
    page = status_page(client_of(sara))
    assert value(page, "chain") == "broken"
    assert "event 7 was altered" in page


def test_a_sweep_that_was_missed_is_told(client_of: Any, sara: Any) -> None:
    client = client_of(sara)
    assert value(status_page(client), "sweep") == "none"
    Chore.objects.create(
        name="sweep", done_at=timezone.now(), note="Customers looked at: 3; could not be asked: 0; new alarms: 0."
    )
    assert "Customers looked at: 3;" in status_page(client)
    Chore.objects.filter(name="sweep").update(done_at=timezone.now() - timedelta(hours=27))
    assert value(status_page(client), "sweep") == "late"


def test_looking_at_it_is_no_event(client_of: Any, sara: Any) -> None:
    client = client_of(sara)
    before = Event.objects.count()
    status_page(client)
    assert Event.objects.count() == before
