"""What the bench promises, and what it may be trusted with in the suite: plans and counts, never times."""

from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve

from podero_admin.accounts.selectors import access_of
from podero_admin.audit.services import verify_now
from podero_admin.directory.models import Customer
from podero_admin.directory.selectors import customer_counts
from podero_admin.organizations.selectors import system_access
from podero_admin.sandbox.world import World
from podero_admin.vehicles.counts import vehicle_counts
from podero_admin.vehicles.models import Vehicle
from tests.bench import events, pages, report, seeding, steady
from tests.bench.plans import plan_of, plans
from tests.bench.weighing import IN_CSS, IN_HTML

EVENTS = 250


@pytest.fixture
def seeded(db):
    organizations = seeding.organizations()
    people = seeding.people(organizations)
    seeding.directory(World.demo(seed=1, users=120, now=datetime.now(tz=UTC)))
    measured = Vehicle.objects.order_by("-id")[0]
    staff = [people.agent, *people.others]
    events.write(count=EVENTS, staff=staff, organizations=organizations, measured=measured)
    return people, pages.pages(people=people, measured=measured, deep=100)


def test_seeded_events_form_a_chain_that_verifies(seeded):
    found = verify_now(access=system_access())
    assert found.is_unbroken, found.problem
    assert found.checked >= EVENTS


def test_no_list_makes_many_queries(seeded):
    people, measured = seeded
    counts = {page.name: plans(page, getattr(people, page.by))[0] for page in measured}
    assert {name: count for name, count in counts.items() if count > report.QUERIES} == {}


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL plans by the size of its tables, which are small here"
)
def test_no_page_scans_or_sorts_a_table_that_grows(seeded):
    people, measured = seeded
    found = [plan for page in measured for plan in plans(page, getattr(people, page.by))[1]]
    assert len(found) > len(measured)
    assert [(plan.page, plan.bad) for plan in found if plan.bad] == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="as above")
def test_what_is_counted_for_the_chips_is_read_from_an_index_alone(seeded):
    people, _ = seeded
    cache.clear()
    with CaptureQueriesContext(connection) as asked:
        vehicle_counts(access=access_of(people.agent))
        customer_counts(access=access_of(people.agent))
    counted = [
        plan_of("chips", query["sql"])
        for query in asked.captured_queries
        if "COUNT(" in query["sql"] and "podero_cache" not in query["sql"]
    ]
    steps = [plan.steps for plan in counted]
    assert len(steps) == 2  # one for the vehicles and their makers, one for the customers
    assert [step for step in steps if "USING COVERING INDEX" not in step] == []


def test_more_vehicles_are_made_of_those_that_are_there(seeded):
    before = Vehicle.objects.count()
    seeding.more_vehicles(before + 30)
    seeding.more_vehicles(5)
    assert Vehicle.objects.count() == before + 30
    assert Vehicle.objects.values("search_key").distinct().count() == before + 30


@pytest.mark.skipif(connection.vendor != "sqlite", reason="as above")
@pytest.mark.parametrize(
    ("statement", "bad"),
    [
        ('SELECT "id" FROM "vehicles_vehicle" WHERE "note" = \'x\'', "SCAN vehicles_vehicle"),
        ('SELECT "id" FROM "vehicles_vehicle" WHERE "urgency" = 6 ORDER BY "note"', "USE TEMP B-TREE FOR ORDER BY"),
        ('SELECT "id" FROM "vehicles_vehicle" ORDER BY "urgency" LIMIT 50', ""),
    ],
)
def test_a_scan_and_a_sort_are_told(db, statement, bad):
    assert plan_of("a page", statement).bad == bad


def test_the_floor_is_no_page_of_the_product():
    assert resolve(pages.FLOOR, "tests.bench.urls").url_name == "floor"
    with pytest.raises(Resolver404):
        resolve(pages.FLOOR, "podero_admin.urls")


@pytest.mark.urls("tests.bench.urls")
def test_every_peer_is_a_page_of_djangos_own_admin(seeded, client):
    people, measured = seeded
    client.force_login(people.root)
    peers = {page.name: client.get(page.peer) for page in measured if page.peer}
    assert {name: answer.status_code for name, answer in peers.items() if answer.status_code != 200} == {}
    assert all(b"/bench/admin/" in answer.content for answer in peers.values())


@pytest.mark.urls("tests.bench.urls")
def test_more_vehicles_than_there_are_customers_for_lead_no_further_than_the_last_of_them(seeded, client):
    people, measured = seeded
    far = pages.pages(people=people, measured=Vehicle.objects.latest("id"), deep=9 * Customer.objects.count())
    client.force_login(people.root)
    [page] = [page for page in far if page.name.startswith("customers at row")]
    assert client.get(page.peer).status_code == 200
    assert len(far) == len(measured)


def test_a_miss_is_marked_with_its_reason():
    line = report.Line(name="slow", ours=0.06, floor=0.01, peer=0.12, most=5, first=0.05, queries=4)
    assert line.misses == ["more than 5 × floor", "1.20 × first page"]
    text = report.markdown([report.Result("SQLite", "3 customers", lines=[line])])
    assert "| slow | 60.0 | 6.00 | 120.0 | 12.0 | 0.50 | 4 |" in text
    assert "**no: more than 5 × floor, 1.20 × first page**" in text


def test_what_took_too_long_failed_or_grew_is_a_miss():
    good = steady.facts(steady.Steady([10.0] * 200, 0, 100.0, 101.0), seconds=10)
    assert [ok for *_, ok in good] == [True] * 4
    bad = steady.facts(steady.Steady([500.0] * 200, 1, 100.0, 103.0), seconds=10)
    assert [ok for *_, ok in bad] == [False] * 4


def test_it_weighs_everything_that_a_page_names():
    html = '<link rel="stylesheet" href="/static/a.css"><script src="/static/b.js" defer></script><use href="#icon">'
    assert IN_HTML.findall(html) == ["/static/a.css", "/static/b.js"]
    css = '@import url("b.css") layer(x); @import "c.css"; a { background: url(d.svg) }'
    assert IN_CSS.findall(css) == ["b.css", "c.css", "d.svg"]
