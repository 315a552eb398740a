"""The log from outside: who sees which events, what the filters do, and that every refusal leaves a trace."""

import csv
import io
import re
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from podero_admin.audit import triggers
from podero_admin.audit.actions import Action
from podero_admin.audit.filters import EventFilters
from podero_admin.audit.models import ChainHead, Event
from podero_admin.audit.selectors import event_list, history, latest_looks, object_history
from podero_admin.audit.services import Subject, looked_at, record
from podero_admin.core.access import Access
from tests.clocks import clock_off_by
from tests.locks import lifted
from tests.registering import told

CUSTOMER, VEHICLE = uuid4(), uuid4()


@pytest.fixture
def done_by(access_of):
    def act(staff: Any, action: Action = Action.REGISTRATION_CONFIRMED, **given: Any) -> Event:
        organization = staff.memberships.get().organization
        given.setdefault("subject", Subject("registration", "R-7F3K2M9QXA", "R-7F3K2M9QXA for Jana Novak"))
        with transaction.atomic():
            return record(action, access=access_of(staff), organization_id=organization.id, **given)

    return act


def numbers(response: Any) -> list[int]:
    return [int(number) for number in re.findall(r"/audit/(\d+)/", response.content.decode())]


def test_it_asks_strangers_to_sign_in(client, db):
    assert client.get("/audit/").status_code == 302
    assert client.get("/audit/1/").status_code == 302
    assert client.post("/audit/export/").status_code == 302


def test_an_agent_sees_their_own_events_only(client_of, done_by, alice, sara):
    mine, hers = done_by(alice), done_by(sara)
    shown = numbers(client_of(alice).get("/audit/"))
    assert mine.number in shown
    assert hers.number not in shown


def test_a_supervisor_sees_all_events_of_the_organisation_and_no_others(client_of, done_by, alice, sara, bob, charlie):
    ours, theirs = [done_by(alice), done_by(sara)], done_by(charlie)
    shown = numbers(client_of(bob).get("/audit/"))
    assert {event.number for event in ours} <= set(shown)
    assert theirs.number not in shown


def test_charlie_sees_nothing_of_organisation_a(client_of, done_by, alice, charlie):
    event = done_by(alice)
    client = client_of(charlie)
    assert event.number not in numbers(client.get("/audit/"))
    assert client.get(f"/audit/{event.number}/").status_code == 404
    denied = Event.objects.get(action=Action.ACCESS_DENIED)
    assert (denied.actor_name, denied.outcome, denied.object_id) == ("Charlie", "refused", f"/audit/{event.number}/")
    assert denied.reason == f"outside the person's organisations: event {event.number}"


def test_someone_with_seats_in_two_organisations_sees_what_each_allows(
    client_of, done_by, alice, bob, charlie, organization_b
):
    ours, theirs = done_by(alice), done_by(charlie)
    bob.memberships.create(organization=organization_b, role="agent")
    with transaction.atomic():
        own = record(
            Action.CUSTOMERS_REFRESHED, access=Access(bob.pk, bob.email, "Bob"), organization_id=organization_b.id
        )
    client = client_of(bob)
    shown = numbers(client.get("/audit/"))
    assert {ours.number, own.number} <= set(shown)
    assert theirs.number not in shown
    chosen = numbers(client.get(f"/audit/?organization={organization_b.id}"))
    assert own.number in chosen
    assert ours.number not in chosen


def test_a_chosen_organisation_narrows_the_list(client_of, done_by, alice, charlie, root, organization_b):
    ours, theirs = done_by(alice), done_by(charlie)
    client = client_of(root)
    assert {ours.number, theirs.number} <= set(numbers(client.get("/audit/")))
    session = client.session
    session["organization"] = str(organization_b.id)
    session.save()
    assert numbers(client.get("/audit/")) == [
        number for number in numbers(client.get("/audit/")) if number != ours.number
    ]
    assert theirs.number in numbers(client.get("/audit/"))


def test_an_event_shows_all_that_it_holds(client_of, done_by, bob, alice):
    event = done_by(
        alice,
        reason="found by its tag",
        changes={"outcome": ("sending", "confirmed"), "email": ("", "jana@example.org")},
        customer_id=CUSTOMER,
        vehicle_id=VEHICLE,
    )
    beside = done_by(alice, Action.REGISTRATION_SENT)
    page = told(client_of(bob).get(f"/audit/{event.number}/"))
    sentence = "Alice registered a vehicle: R-7F3K2M9QXA for Jana Novak (found by its tag)."
    for text in (
        sentence,
        event.hash,
        event.previous_hash,
        "test-request",
        "127.0.0.1",
        str(CUSTOMER),
        str(VEHICLE),
        "•••",
    ):
        assert text in page
    assert '<td class="was">Being sent</td><td class="now">Registered</td>' in page
    assert "jana@example.org" not in page
    assert beside.sentence in page


def test_a_field_is_called_as_on_the_form_and_as_podero_calls_it(client_of, done_by, bob, alice):
    event = done_by(alice, changes={"charge_target_min": (None, 30), "outcome": ("sending", "confirmed")})
    page = client_of(bob).get(f"/audit/{event.number}/").content.decode()
    assert re.search(r'<th scope="row">Floor<br><small[^>]*>charge_target_min</small></th>', page)
    assert '<th scope="row">outcome</th>' in page


def test_the_same_act_shows_nothing_of_others(client_of, done_by, alice, charlie):
    event, theirs = done_by(alice), done_by(charlie)
    assert event.request_id == theirs.request_id
    page = told(client_of(alice).get(f"/audit/{event.number}/"))
    assert event.sentence in page
    assert theirs.sentence not in page


def test_texts_of_an_event_are_never_markup(client_of, done_by, bob, alice):
    event = done_by(
        alice, subject=Subject("x", "<b>", "<script>alert(1)</script>"), reason="<i>", changes={"<u>": ("<", ">")}
    )
    for address in ("/audit/", f"/audit/{event.number}/"):
        page = client_of(bob).get(address).content.decode()
        assert "<script>alert" not in page
        assert "<u>" not in page
        assert "&lt;script&gt;" in page


def test_a_reference_in_an_event_is_kept_in_one_line_and_nothing_else_is(client_of, done_by, bob, alice):
    label = "R-7F3K2M9QXA for <b>R-short</b>"
    event = done_by(alice, subject=Subject("registration", "R-7F3K2M9QXA", label))
    drawn = '<span class="nowrap">R-7F3K2M9QXA</span> for &lt;b&gt;R-short&lt;/b&gt;'
    for address in ("/audit/", f"/audit/{event.number}/"):
        assert drawn in client_of(bob).get(address).content.decode()


@pytest.mark.parametrize("number", ["0", "999999999", "9" * 40])
def test_an_event_that_is_not_there_is_not_found(client_of, bob, number):
    assert client_of(bob).get(f"/audit/{number}/").status_code == 404


FILTERS = [
    ("actor={alice.pk}", True),
    ("actor=ALIC", True),
    ("actor=Nobody", False),
    ("actor=99999999999999999999999", False),
    ("action=registration.confirmed", True),
    ("action=staff.signed_out", False),
    ("outcome=done", True),
    ("outcome=refused", False),
    ("organization={organization.id}", True),
    ("object=R-7F3K2M9QXA", True),
    ("object=r-7f3k2m9qxa", True),
    ("object=jana", True),
    ("object={customer}", True),
    ("object={vehicle}", True),
    ("object={other}", False),
    ("from={today}&to={today}", True),
    ("from={tomorrow}", False),
    ("to={yesterday}", False),
    ("from={yesterday}&to={tomorrow}&actor=alice&action=registration.confirmed&object=novak", True),
]


@pytest.mark.parametrize(("query", "is_found"), FILTERS)
def test_a_filter_finds_what_it_names(client_of, done_by, bob, alice, organization_a, query, is_found):
    event, today = done_by(alice, customer_id=CUSTOMER, vehicle_id=VEHICLE), timezone.localdate()
    filled = query.format(
        alice=alice, organization=organization_a, customer=CUSTOMER, vehicle=str(VEHICLE).upper(), other=uuid4(),
        today=today, tomorrow=today + timedelta(days=1), yesterday=today - timedelta(days=1),
    )  # fmt: skip
    response = client_of(bob).get(f"/audit/?{filled}")
    assert response.status_code == 200
    assert (event.number in numbers(response)) is is_found


def test_days_are_those_that_the_events_bear_whatever_their_order(client_of, done_by, bob, alice):
    first, today = done_by(alice), timezone.localdate()
    with clock_off_by(timedelta(days=30)):
        ahead = done_by(alice)
    second = done_by(alice)
    with clock_off_by(timedelta(days=-30)):
        behind = done_by(alice)
    third = done_by(alice)

    def found(query: str) -> list[int]:
        made = {event.number for event in (first, ahead, second, behind, third)}
        return [number for number in numbers(client_of(bob).get(f"/audit/?{query}")) if number in made]

    now = [third.number, second.number, first.number]
    assert found(f"from={today}&to={today}") == now
    assert found(f"from={today}") == sorted([*now, ahead.number], reverse=True)
    assert found(f"to={today}") == sorted([*now, behind.number], reverse=True)
    assert found(f"from={today + timedelta(days=1)}") == [ahead.number]
    assert found(f"to={today - timedelta(days=1)}") == [behind.number]
    exported = rows_of(client_of(bob).post("/audit/export/", {"to": str(today - timedelta(days=1))}))
    assert [row["number"] for row in exported] == [str(behind.number)]


def test_a_clock_that_was_wrong_is_a_warning_and_no_break(client_of, done_by, bob, alice):
    with clock_off_by(timedelta(days=30)):
        done_by(alice)
    back, client = done_by(alice), client_of(bob)
    words = f"times are not in order at #{back.number}: a clock was wrong"
    page = client.post("/audit/verify/", follow=True).content.decode()
    assert "The audit log is unbroken" in page
    assert page.count(words) == 3  # the note, beside the chain, and the event of this check
    assert 'data-field="chain" data-value="unbroken"' in page
    assert words in client.get("/audit/").content.decode()
    told = Event.objects.get(action=Action.EVENTS_VERIFIED)
    assert (told.outcome, words in told.reason) == ("done", True)


def test_the_filters_show_what_was_chosen(client_of, root, organization_a, organization_b):
    query = f"?action=staff.added&organization={organization_a.id}&actor=%22%3E%3Cb%3E&from=2026-01-02"
    page = client_of(root).get(f"/audit/{query}").content.decode()
    assert '<option value="staff.added" selected>Added staff</option>' in page
    assert f'<option value="{organization_a.id}" selected>' in page
    assert f'<option value="{organization_b.id}">' in page
    assert 'value="&quot;&gt;&lt;b&gt;"' in page
    assert 'value="2026-01-02"' in page
    assert page.count(" selected>") == 2


BAD = [
    ("from=31.02.2026", "Enter a valid date."),
    ("from=0001-01-01", "greater than or equal to"),
    ("to=9999-12-31", "less than or equal to"),
    ("from=2026-02-01&to=2026-01-01", "The last day lies before the first."),
    ("action=moon.landed", "nothing of that name"),
    ("outcome=%00", "nothing of that name"),
    ("organization=not-an-id", "nothing of that name"),
    ("organization={theirs}", "nothing of that name"),
    ("actor=%00", "Null characters are not allowed."),
    ("object=" + "x" * 10_000, "at most 200 characters"),
    ("object=a%00b", "Null characters are not allowed."),
]


@pytest.mark.parametrize("side", ["", "&show=access"])
@pytest.mark.parametrize(("query", "message"), BAD)
def test_a_filter_that_makes_no_sense_is_explained(client_of, bob, organization_b, query, message, side):
    response = client_of(bob).get(f"/audit/?{query.format(theirs=organization_b.id)}{side}")
    assert response.status_code == 422
    assert message in response.content.decode()
    assert "a filter cannot be used" in response.content.decode()


@pytest.mark.parametrize("cursor", ["after=x", "before=%00", "after=" + "y" * 10_000, "before=1:2:3"])
def test_a_damaged_cursor_is_explained(client_of, bob, cursor):
    response = client_of(bob).get(f"/audit/?{cursor}")
    assert response.status_code == 422
    assert "Start again from the first page" in response.content.decode()


def test_pages_follow_each_other_there_and_back(client_of, done_by, bob, alice):
    made = [done_by(alice).number for _ in range(120)]
    client, seen, address = client_of(bob), [], "/audit/?action=registration.confirmed"
    while address:
        response = client.get(address)
        seen.append(numbers(response))
        found = re.search(r'rel="next" href="([^"]+)"', response.content.decode())
        address = found[1].replace("&amp;", "&") if found else ""
    assert [len(page) for page in seen] == [50, 50, 20]
    assert [number for page in seen for number in page] == sorted(made, reverse=True)
    back = re.search(r'rel="prev" href="([^"]+)"', response.content.decode())
    assert numbers(client.get(back[1].replace("&amp;", "&"))) == seen[1]


def test_a_full_page_costs_few_queries(client_of, done_by, bob, alice, django_assert_max_num_queries):
    for _ in range(60):
        done_by(alice, changes={"a": (1, 2)})
    client = client_of(bob)
    with django_assert_max_num_queries(
        8
    ):  # session, person, seats, end of the chain, triggers, days, events, how Podero is
        client.get("/audit/?actor=alice&from=2026-01-01")


def test_an_empty_log_says_so(client_of, charlie):
    page = client_of(charlie).get("/audit/").content.decode()
    assert "No events yet." in page
    assert "No event matches" in client_of(charlie).get("/audit/?actor=x").content.decode()


def rows_of(response: Any) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_export_holds_what_is_filtered_and_is_itself_an_event(client_of, done_by, bob, alice):
    kept, left = done_by(alice, reason="=1+1"), done_by(alice, Action.REGISTRATION_SENT)
    response = client_of(bob).post("/audit/export/", {"action": "registration.confirmed", "object": "Jana"})
    told = Event.objects.get(action=Action.EVENTS_EXPORTED)
    assert told.actor_name == "Bob"
    assert "Jana" not in told.object_label
    rows = rows_of(response)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert str(kept.number) in [row["number"] for row in rows]
    assert str(left.number) not in [row["number"] for row in rows]
    assert rows[0]["reason"] == "'=1+1"
    assert rows[0]["hash"] == kept.hash


def test_an_export_is_told_where_its_events_are_from(client_of, bob, organization_a, organization_b):
    bob.memberships.create(organization=organization_b, role="agent")
    client_of(bob).post("/audit/export/")
    assert Event.objects.get(action=Action.EVENTS_EXPORTED).organization_id == organization_a.id


def test_the_export_ends_with_itself(client_of, done_by, bob, alice):
    response = client_of(bob).post("/audit/export/")
    later = done_by(alice)
    rows = rows_of(response)
    assert rows[0]["action"] == "events.exported"
    assert str(later.number) not in [row["number"] for row in rows]


def test_an_agent_may_not_export_and_the_attempt_is_recorded(client_of, alice):
    client = client_of(alice)
    assert client.post("/audit/export/").status_code == 403
    denied = Event.objects.get(action=Action.ACCESS_DENIED)
    assert (denied.actor_name, denied.object_label) == ("Alice", "POST /audit/export/")
    assert "events_export" in denied.reason
    assert not Event.objects.filter(action=Action.EVENTS_EXPORTED).exists()
    assert "Export CSV" not in client.get("/audit/").content.decode()


def test_an_export_with_bad_filters_exports_nothing(client_of, bob):
    assert client_of(bob).post("/audit/export/", {"from": "soon"}).status_code == 422
    assert not Event.objects.filter(action=Action.EVENTS_EXPORTED).exists()


@pytest.mark.parametrize("path", ["/audit/export/", "/audit/verify/"])
def test_what_acts_wants_a_post(client_of, bob, path):
    assert client_of(bob).get(path).status_code == 405


def test_a_supervisor_has_the_chain_verified(client_of, done_by, bob, alice):
    done_by(alice)
    client = client_of(bob)
    assert "Not checked yet" in client.get("/audit/").content.decode()
    page = client.post("/audit/verify/", follow=True).content.decode()
    assert "The audit log is unbroken" in page
    assert 'data-field="chain" data-value="unbroken"' in page
    told = Event.objects.get(action=Action.EVENTS_VERIFIED)
    assert (told.actor_name, told.outcome) == ("Bob", "done")


def test_a_broken_chain_is_shown_in_the_error_tone(client_of, done_by, bob, alice):
    event = done_by(alice)
    with lifted(), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_event SET outcome = 'failed' WHERE number = %s", [event.number])
    page = client_of(bob).post("/audit/verify/", follow=True).content.decode()
    assert f"The audit log is broken: event {event.number} was changed" in page
    assert '<span class="status error" data-field="chain" data-value="broken">' in page


def test_a_protection_that_is_off_is_told_wherever_the_chain_is(client_of, done_by, bob, alice):
    done_by(alice)
    client, words = client_of(bob), "The protection of the log against changes is off"
    assert words not in client.get("/audit/").content.decode()
    triggers.lift(connection)
    assert words in client.get("/audit/").content.decode()
    page = client.post("/audit/verify/", follow=True).content.decode()
    assert page.count(words) == 3  # the note, beside the chain, and the event of this check
    assert '<div class="note ok"' not in page
    told = Event.objects.get(action=Action.EVENTS_VERIFIED)
    assert (told.outcome, told.reason.startswith("unbroken")) == ("failed", True)


def test_an_agent_may_not_have_it_verified_and_the_attempt_is_recorded(client_of, alice):
    assert client_of(alice).post("/audit/verify/").status_code == 403
    assert Event.objects.filter(action=Action.ACCESS_DENIED, object_id="/audit/verify/").exists()
    assert ChainHead.objects.get().checked_at is None


def test_a_refusal_is_shown_where_the_right_was_missing(client_of, jana, alice, bob, organization_a, organization_b):
    alice.memberships.all().delete()
    alice.memberships.create(organization=organization_a, role="supervisor")
    alice.memberships.create(organization=organization_b, role="agent")
    assert client_of(alice).get(f"/customers/{jana.id}/register/").status_code == 403
    denied = Event.objects.get(action=Action.ACCESS_DENIED)
    assert (denied.organization_id, denied.actor_role) == (organization_a.id, "supervisor")
    assert denied.number in numbers(client_of(bob).get("/audit/"))


def test_a_refusal_stays_one_when_it_cannot_be_recorded(client_of, alice):
    client = client_of(alice)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event RENAME TO audit_event_away")
    assert client.post("/audit/verify/").status_code == 403


def test_looks_are_listed_for_supervisors_and_filtered(client_of, access_of, alice, bob, sara, charlie, organization_a):
    for staff, customer in ((alice, CUSTOMER), (sara, uuid4())):
        looked_at(
            access=access_of(staff), organization_id=organization_a.id, customer_id=customer, label=f"seen by {staff}"
        )
    all_looks = client_of(bob).get("/audit/?show=access").content.decode()
    assert 'name="action"' not in all_looks
    assert "seen by Alice" in all_looks
    assert "seen by Sara" in all_looks
    narrowed = client_of(bob).get(f"/audit/?show=access&object={CUSTOMER}&from={timezone.localdate()}").content.decode()
    assert "seen by Alice" in narrowed
    assert "seen by Sara" not in narrowed
    assert "seen by" not in client_of(bob).get("/audit/?show=access&to=2020-01-01").content.decode()
    own = client_of(alice).get("/audit/?show=access").content.decode()
    assert "seen by Alice" in own
    assert "seen by Sara" not in own
    assert "seen by" not in client_of(charlie).get("/audit/?show=access").content.decode()


def test_one_objects_history_is_for_those_who_may_look_at_it(access_of, done_by, alice, sara, charlie):
    event = done_by(sara, customer_id=CUSTOMER, vehicle_id=VEHICLE)
    assert [found.number for found in history(access=access_of(alice), customer_id=CUSTOMER)] == [event.number]
    assert [found.number for found in history(access=access_of(alice), vehicle_id=VEHICLE)] == [event.number]
    assert history(access=access_of(charlie), customer_id=CUSTOMER) == []
    with pytest.raises(TypeError):
        history(access=access_of(alice))


def test_who_looked_at_one_customer(access_of, alice, bob, sara, charlie, organization_a):
    for staff in (sara, alice, sara):
        looked_at(access=access_of(staff), organization_id=organization_a.id, customer_id=CUSTOMER)
    seen = {staff.name: [look.actor_name for look in latest_looks(access=access_of(staff), customer_id=CUSTOMER)]
            for staff in (bob, sara, alice, charlie)}  # fmt: skip
    assert seen == {"Bob": ["Sara", "Alice"], "Sara": ["Sara"], "Alice": ["Alice"], "Charlie": []}


def test_a_name_of_somebody_who_looked_stays_text(access_of, client_of, bob, sara, organization_a, jana):
    sara.name = "<b>Sara</b>"
    looked_at(access=access_of(sara), organization_id=organization_a.id, customer_id=jana.id)
    drawn = client_of(bob).get(f"/customers/{jana.id}/").content.decode()
    assert "<span>&lt;b&gt;Sara&lt;/b&gt;</span>" in drawn
    assert "<b>Sara" not in drawn


def test_the_admin_shows_events_and_changes_none(client_of, done_by, root, alice):
    event = done_by(alice)
    client = client_of(root)
    assert "Alice" in client.get("/django-admin/audit/event/").content.decode()
    assert client.get(f"/django-admin/audit/event/{event.number}/change/").status_code == 200
    assert client.post(f"/django-admin/audit/event/{event.number}/change/", {"reason": "x"}).status_code == 403
    assert client.post(f"/django-admin/audit/event/{event.number}/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/django-admin/audit/event/add/").status_code == 403


def test_links_stay_in_their_frame(client_of, done_by, bob, alice, settings):
    settings.EMBED_ORIGINS = ["https://intranet.example"]
    event = done_by(alice)
    page = client_of(bob).get("/audit/?embed=1").content.decode()
    assert f'href="/audit/{event.number}/?embed=1"' in page
    assert 'action="/audit/export/?embed=1"' in page
    assert '<input type="hidden" name="embed" value="1">' in page


def test_a_registrations_history_is_for_those_who_may_look_at_it(access_of, done_by, alice, sara, charlie):
    event = done_by(sara)
    named = {"object_type": "registration", "object_id": "R-7F3K2M9QXA"}
    assert object_history(access=access_of(alice), **named) == [event]
    assert object_history(access=access_of(charlie), **named) == []
    assert object_history(access=access_of(alice), object_type="staff", object_id="R-7F3K2M9QXA") == []


def test_an_agent_with_two_seats_sees_their_own_in_both(client_of, done_by, access_of, alice, sara, organization_b):
    first, others = done_by(alice), done_by(sara)
    alice.memberships.create(organization=organization_b, role="senior")
    with transaction.atomic():
        second = record(Action.CUSTOMERS_REFRESHED, access=access_of(alice), organization_id=organization_b.id)
    client = client_of(alice)
    assert {first.number, second.number} <= set(numbers(client.get("/audit/")))
    assert others.number not in numbers(client.get("/audit/"))
    assert numbers(client.get(f"/audit/?object=R-7F3K2M9QXA&organization={organization_b.id}")) == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by what its tables hold")
@pytest.mark.parametrize(
    ("filters", "index"),
    [
        ({"object": str(CUSTOMER)}, "event_by_customer"),
        ({"object": str(VEHICLE)}, "event_by_vehicle"),
        ({"object": "R-7F3K2M9QXA"}, "event_by_object"),
        ({"actor": "7"}, "event_by_actor"),
        ({"outcome": "refused"}, "event_by_outcome"),
        ({"start": date(2026, 1, 1)}, "event_by_organization (organization_id=? AND number>? AND number<?)"),
    ],
)
def test_a_filter_uses_its_index_instead_of_reading_the_organisation(access_of, bob, filters, index):
    access = access_of(bob)
    with transaction.atomic():
        record(Action.CUSTOMERS_REFRESHED, access=access)  # without any event of those days nothing is looked for
    with CaptureQueriesContext(connection) as captured:
        event_list(access=access, filters=EventFilters(**filters))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {captured[-1]['sql']}")
        plan = [row[-1] for row in cursor.fetchall()]
    assert any(index in step for step in plan)
    assert not any("SCAN" in step for step in plan if "SUBQUERY" not in step)
