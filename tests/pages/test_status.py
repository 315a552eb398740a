"""The page about the health of everything: what it says in each state, and to whom."""

import os
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

from podero_admin.audit import triggers
from podero_admin.audit.models import ChainHead, Event
from podero_admin.directory.models import Customer
from podero_admin.mirror.models import Pass
from podero_admin.mirror.services import organization_pause, pass_begin_full
from podero_admin.organizations.models import Organization
from podero_admin.registrations.models import Chore, Registration
from podero_admin.registrations.tasks import settle
from podero_admin.sandbox.faults import Fault
from tests.pages.test_registrations import main_of
from tests.registering import press, registration_of

pytestmark = pytest.mark.django_db
MOST_QUERIES = 16


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


def test_a_newest_event_in_the_future_is_told(client_of: Any, sara: Any) -> None:
    client = client_of(sara)
    ChainHead.objects.update(at=timezone.now() + timedelta(days=30, minutes=1), checked_at=timezone.now())
    page = status_page(client)
    assert value(page, "chain") == "unbroken"
    assert "bears a time 30 days ahead of now: a clock is wrong" in page


def test_checks_in_the_future_are_not_believed(client_of: Any, sara: Any, bob: Any) -> None:
    future = timezone.now() + timedelta(days=72 * 365)
    ChainHead.objects.update(checked_at=future, fully_checked_at=future)
    page = status_page(client_of(sara))
    assert "72 years" not in page
    assert value(page, "chain") == "unchecked"
    assert "<dt>From its start</dt><dd>never</dd>" in page
    assert "72 years" not in client_of(bob).get("/audit/").content.decode()


def test_a_protection_of_the_log_that_is_off_is_told_to_those_who_see_the_log(
    client_of: Any, sara: Any, alice: Any
) -> None:
    words = "The protection of the log against changes is off"
    assert words not in status_page(client_of(sara))
    triggers.lift(connection, ("audit_event",))
    assert words in status_page(client_of(sara))
    assert words not in status_page(client_of(alice))


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


class TestMirror:
    def fact(self, page: str, label: str) -> str:
        return page.partition(f"<dt>{label}</dt><dd>")[2].partition("</dd>")[0]

    def test_it_tells_how_old_the_oldest_is_and_who_was_never_asked_about(
        self, client_of: Any, sara: Any, jana: Any
    ) -> None:
        client, now = client_of(sara), timezone.now()
        count = Customer.objects.count()
        page = status_page(client)
        assert self.fact(page, "Customers never asked about") == str(count)
        assert self.fact(page, "Oldest reading") == "never"
        Customer.objects.update(vehicles_asked_at=now - timedelta(minutes=5, seconds=3))
        Customer.objects.filter(id=jana.id).update(vehicles_asked_at=now - timedelta(hours=25))
        page = status_page(client)
        assert self.fact(page, "Customers never asked about") == "none"
        assert "1 day ago" in self.fact(page, "Oldest reading")
        assert value(page, "oldest") == "old"
        assert "5 min ago" in self.fact(page, "Vehicles last asked for")

    def test_customers_who_are_gone_do_not_count(self, client_of: Any, sara: Any, jana: Any) -> None:
        Customer.objects.exclude(id=jana.id).update(is_gone=True, vehicles_asked_at=timezone.now() - timedelta(days=9))
        page = status_page(client_of(sara))
        assert self.fact(page, "Customers never asked about") == "1"
        assert self.fact(page, "Oldest reading") == "never"

    def test_it_tells_how_far_a_pass_has_come(self, client_of: Any, sara: Any, jana: Any) -> None:
        standing = pass_begin_full(organization_id=jana.organization_id)
        Pass.objects.update(total=60_000, left=26_000, failed=12)
        page = status_page(client_of(sara))
        assert value(page, "pass") == "open"
        assert "34,000 of 60,000 customers" in page
        assert "12 could not be asked about" in page
        Pass.objects.filter(pk=standing.pk).update(ended_at=timezone.now())
        assert value(status_page(client_of(sara)), "pass") == "ended"

    def test_it_tells_of_a_pause_and_why(self, client_of: Any, sara: Any, organization_a: Any) -> None:
        organization_pause(organization_a.id, seconds=600, reason="Podero asks us to slow down. <b>")
        page = status_page(client_of(sara))
        assert value(page, "mirror") == "paused"
        assert "Podero asks us to slow down. &lt;b&gt;" in page

    def test_it_tells_how_much_waits_in_the_queue(
        self, client_of: Any, sara: Any, settings: Any, tmp_path: Any
    ) -> None:
        settings.BROKER_FOLDER = tmp_path
        client = client_of(sara)
        assert self.fact(status_page(client), "Waiting in the queue") == "0"
        (tmp_path / "1-a.podero_admin.msg").write_text("{}")
        assert self.fact(status_page(client), "Waiting in the queue") == "1"

    def test_a_broker_that_is_away_holds_nobody_up(self, client_of: Any, sara: Any, settings: Any) -> None:
        settings.BROKER_URL = "redis://127.0.0.1:9/0"
        assert value(status_page(client_of(sara)), "queue") == "away"

    def test_redis_tells_its_queue(self, client_of: Any, sara: Any, settings: Any) -> None:
        settings.BROKER_URL = os.environ.get("TEST_BROKER_URL", "")
        if not settings.BROKER_URL:
            pytest.skip("TEST_BROKER_URL is not set")
        assert self.fact(status_page(client_of(sara)), "Waiting in the queue").isdigit()

    def test_agents_and_charlie_see_none_of_it(self, client_of: Any, alice: Any, charlie: Any) -> None:
        for who in (alice, charlie):
            assert "Oldest reading" not in status_page(client_of(who))
