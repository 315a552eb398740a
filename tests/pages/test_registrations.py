"""One registration in every outcome, the list of them, and who may see and do what."""

import html
import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from podero_admin.audit.models import AccessRecord, Event
from podero_admin.registrations.models import Registration
from podero_admin.registrations.outcomes import Outcome
from podero_admin.sandbox.faults import Fault
from tests.clocks import clock_off_by
from tests.registering import posts, press, registration_of

SAFE = {"not_sent": {"send-again", "again="}, "absent": {"send-again", "again="}, "rejected": {"again="}}
WAY_TO = {
    "pending": [],
    "sending": ["sending"],
    "confirmed": ["sending", "confirmed"],
    "rejected": ["sending", "rejected"],
    "not_sent": ["not_sent"],
    "unknown": ["sending", "unknown"],
    "absent": ["sending", "unknown", "absent"],
    "review": ["sending", "unknown", "review"],
}


@pytest.fixture
def stored(alice, jana):
    """A registration that stands in an outcome, without a call to Podero."""
    count = iter(range(1000))

    def make(outcome, *, by=None, customer=None, organization=None, **values):
        number, now, whom = next(count), timezone.now(), customer or jana
        row = Registration.objects.create(
            reference=f"R-{number:010d}", submission_key=f"key-{number}", organization=whom.organization, customer=whom,
            requested_by=by or alice, typed="{}", payload='{"price_zone": "AT"}', created_at=now, pending_at=now,
        )  # fmt: skip
        for step in WAY_TO[outcome]:
            Registration.objects.filter(pk=row.pk).update(outcome=step)
        Registration.objects.filter(pk=row.pk).update(sent_at=now, **values)
        row.attempts.create(
            number=1, payload='{"price_zone": "AT"}', staff=row.requested_by, created_at=now, sent_at=now
        )
        row.refresh_from_db()
        return row

    return make


def page_of(client, registration, status=200):
    response = client.get(f"/registrations/{registration.reference}/")
    assert response.status_code == status
    return response.content.decode()


def main_of(page):
    return page[page.index("<main") : page.index("</main>")]


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_its_page_with_words_and_only_safe_steps(client_of, alice, stored, outcome):
    registration = stored(outcome)
    page = main_of(page_of(client_of(alice), registration))
    assert f'data-outcome="{outcome}"' in page
    assert f'data-field="outcome" data-value="{outcome}"' in page
    assert registration.reference in page
    offered = {step for step in ("send-again", "again=", "/decide/") if step in page}
    assert offered == SAFE.get(outcome, set())
    assert ("hx-trigger" in page) == (outcome in {"pending", "sending", "unknown"})


@pytest.mark.parametrize("outcome", ["sending", "unknown", "review"])
def test_what_may_have_been_carried_out_is_never_called_failed(client_of, alice, sara, stored, outcome):
    registration = stored(
        outcome, checks=4, last_check_at=timezone.now() - timedelta(seconds=12), seen="", last_check_error="No answer."
    )
    for staff in (alice, sara):
        words = re.sub(r"<[^>]+>", " ", main_of(page_of(client_of(staff), registration)))
        assert "fail" not in words.casefold()
        assert "Send again" not in words


def test_unknown_counts_its_checks(client_of, alice, stored):
    registration = stored("unknown", checks=4, last_check_at=timezone.now() - timedelta(seconds=12))
    page = page_of(client_of(alice), registration)
    assert re.search(r"Checking, 4 of 8, last 1[2-9] s ago\.", page)
    assert "We sent it and got no answer." in page
    assert "Do not send it again." in page
    assert "you may leave this page" in page


@pytest.mark.parametrize("outcome", ["review", "unknown"])
def test_a_senior_may_decide_and_an_agent_and_a_supervisor_may_not(client_of, alice, bob, sara, stored, outcome):
    registration = stored(outcome)
    assert f"/registrations/{registration.reference}/decide/" in page_of(client_of(sara), registration)
    for staff in (alice, bob):
        assert "/decide/" not in page_of(client_of(staff), registration)
        data = {"vehicle": "none", "reason": "I say so"}
        assert client_of(staff).post(f"/registrations/{registration.reference}/decide/", data).status_code == 403
    registration.refresh_from_db()
    assert registration.outcome == outcome
    assert Event.objects.filter(action="access.denied").count() == 2


@pytest.mark.parametrize(
    "data",
    [{}, {"vehicle": "none"}, {"reason": "because"}, {"vehicle": "none", "reason": " "}, {"vehicle": "rubbish", "reason": "because"},
     {"vehicle": "00000000-0000-4000-8000-000000000001", "reason": "because"}, {"vehicle": "none", "reason": "x" * 501},
     {"vehicle": "a\0b", "reason": "because"}, {"vehicle": "none", "reason": "a\0b"}, {"vehicle": "🚗", "reason": "<script>alert(1)</script>"}],
    ids=str,
)  # fmt: skip
def test_a_bad_decision_is_told_and_changes_nothing(client_of, sara, stored, data):
    registration = stored("review")
    response = client_of(sara).post(f"/registrations/{registration.reference}/decide/", data)
    assert response.status_code == 422
    page = response.content.decode()
    assert 'id="problems"' in page
    assert all(
        f'id="{target}"' in page for target in re.findall(r'<a href="#([^"]+)">', page[page.index('id="problems"') :])
    )
    assert "<script>alert" not in page
    registration.refresh_from_db()
    assert registration.outcome == "review"


def test_without_script_the_page_loads_itself_anew_but_for_whoever_decides(client_of, alice, sara, stored):
    registration, reload = stored("unknown"), 'http-equiv="refresh"'
    address, senior = f"/registrations/{registration.reference}/", client_of(sara)
    assert reload in client_of(alice).get(address).content.decode()
    page = senior.get(address).content.decode()
    assert reload in page
    assert f'href="{address}?still=1"' in page
    assert reload not in senior.get(f"{address}?still=1").content.decode()
    assert reload not in senior.post(f"{address}decide/", {"vehicle": "none"}).content.decode()


def test_a_decision_leads_back_to_the_page_with_the_reason(client_of, sara, stored):
    registration = stored("review")
    client = client_of(sara)
    response = client.post(
        f"/registrations/{registration.reference}/decide/", {"vehicle": "none", "reason": "Asked <Podero>"}
    )
    assert response["Location"] == f"/registrations/{registration.reference}/"
    page = page_of(client, registration)
    assert "Decided by Sara" in page
    assert "Asked &lt;Podero&gt;" in page


def test_send_again_leads_back_to_the_page_and_a_stale_button_does_nothing(client_of, alice, stored, world):
    registration = stored("absent")
    client, path = client_of(alice), f"/registrations/{registration.reference}/send-again/"
    for _ in range(2):
        assert client.post(path, {"attempt": "1"})["Location"] == f"/registrations/{registration.reference}/"
    registration.refresh_from_db()
    assert (registration.outcome, registration.attempt_number) == ("confirmed", 2)
    assert len(posts(world)) == 1


@pytest.mark.parametrize("outcome", ["confirmed", "rejected"])
def test_send_again_of_what_is_settled_is_409_in_words(client_of, alice, stored, world, outcome):
    registration = stored(outcome)
    response = client_of(alice).post(f"/registrations/{registration.reference}/send-again/", {"attempt": "1"})
    assert response.status_code == 409
    assert "cannot be sent again" in response.content.decode()
    assert posts(world) == []


def test_send_again_after_another_was_registered_leads_to_the_form(client_of, alice, stored, world):
    registration = stored("not_sent")
    other = stored("confirmed", settled_at=timezone.now() + timedelta(seconds=1))
    response = client_of(alice).post(f"/registrations/{registration.reference}/send-again/", {"attempt": "1"})
    assert response.status_code == 409
    assert other.reference in response.content.decode()
    assert f"/register/?again={registration.reference}" in response.content.decode()
    assert posts(world) == []


@pytest.mark.parametrize(("attempt", "status"), [("x", 409), ("-1", 409), ("9" * 400, 409), ("\0", 409), ("2", 302)])
def test_odd_attempt_numbers_break_nothing(client_of, alice, stored, world, attempt, status):
    registration = stored("unknown")
    response = client_of(alice).post(f"/registrations/{registration.reference}/send-again/", {"attempt": attempt})
    assert response.status_code == status
    assert posts(world) == []


@pytest.mark.parametrize("outcome", ["pending", "sending", "confirmed", "rejected", "unknown", "review"])
def test_only_what_podero_does_not_have_is_sent_again(client_of, alice, stored, world, outcome):
    registration = stored(outcome)
    response = client_of(alice).post(f"/registrations/{registration.reference}/send-again/")
    assert response.status_code == 409
    assert "cannot be sent again" in response.content.decode()
    assert posts(world) == []


def test_to_choose_the_same_vehicle_a_second_time_is_told_as_what_it_is(client_of, sara, jana, stored, world):
    from podero_admin.organizations.selectors import system_access
    from podero_admin.registrations.services import vehicles_look

    made = world.add_vehicle(str(jana.id))
    vehicles_look(access=system_access(), customer=jana)
    registration, client = stored("review"), client_of(sara)
    said = {"vehicle": made.id, "reason": "It is this one."}
    assert client.post(f"/registrations/{registration.reference}/decide/", said).status_code == 302
    again = client.post(f"/registrations/{registration.reference}/decide/", said)
    assert again.status_code == 409
    assert "settled already" in again.content.decode()


def test_get_changes_nothing(client_of, sara, stored):
    registration = stored("absent")
    for act in ("send-again", "decide"):
        assert client_of(sara).get(f"/registrations/{registration.reference}/{act}/").status_code == 405


# Who may see and do what.


def urls(registration):
    page, customer = f"/registrations/{registration.reference}/", f"/customers/{registration.customer_id}/register/"
    return [
        ("get", page),
        ("post", page + "send-again/"),
        ("get", customer),
        ("post", customer),
        ("post", customer + "preview/"),
    ]


def test_to_a_stranger_nothing_of_it_exists_and_each_look_is_an_event(client_of, charlie, stored, world):
    registration = stored("absent")
    client = client_of(charlie)
    for method, path in urls(registration):
        response = getattr(client, method)(path)
        assert response.status_code == 404, path
        assert registration.reference not in re.sub(r'"[^"]*"', "", main_of(response.content.decode()))
    assert Event.objects.filter(action="access.denied", actor_id=charlie.id).count() == 5
    assert (
        client.get(f"/customers/{registration.customer_id}/register/?again={registration.reference}").status_code == 404
    )
    assert posts(world) == []


def test_a_strangers_decision_is_not_found_even_for_a_senior(client_of, stored, organization_b):
    from tests.conftest import make_staff

    registration = stored("review")
    zoe = make_staff("zoe@nordvolt.example", "Zoe", "senior", organization_b)
    response = client_of(zoe).post(
        f"/registrations/{registration.reference}/decide/", {"vehicle": "none", "reason": "because"}
    )
    assert response.status_code == 404


def test_a_registration_of_another_organisation_is_no_template_for_a_form(
    client_of, charlie, stored, organization_b, world
):
    from podero_admin.directory.models import Customer
    from podero_admin.directory.services import customers_refresh
    from podero_admin.organizations.selectors import system_access

    registration = stored("absent")
    customers_refresh(access=system_access(), organization_id=organization_b.id)
    own = Customer.objects.filter(organization=organization_b).first()
    assert client_of(charlie).get(f"/customers/{own.id}/register/?again={registration.reference}").status_code == 404


def test_a_supervisor_looks_and_does_not_act(client_of, bob, stored, world):
    registration = stored("absent")
    client = client_of(bob)
    page = main_of(page_of(client, registration))
    assert "send-again" not in page
    for method, path in urls(registration)[1:]:
        assert getattr(client, method)(path).status_code == 403, path
    assert Event.objects.filter(action="access.denied", actor_id=bob.id).count() == 4
    assert posts(world) == []


def test_without_a_session_every_page_leads_to_the_sign_in(stored):
    registration = stored("absent")
    for method, path in [
        *urls(registration),
        ("get", "/registrations/"),
        ("post", f"/registrations/{registration.reference}/decide/"),
    ]:
        response = getattr(Client(), method)(path)
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("reference", ["R-9999999999", "x", "%00", "%F0%9F%9A%97", "a%0Ab", "R-" + "9" * 500])
def test_a_reference_that_does_not_exist_is_not_found(client_of, alice, stored, reference):
    assert client_of(alice).get(f"/registrations/{reference}/").status_code == 404


# What came back.

EXOTIC = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'</pre>"


def test_an_exotic_answer_is_kept_and_shown_escaped(client_of, alice, sara, jana, world):
    world.faults.add(Fault("422", match="register", detail=EXOTIC))
    registration = registration_of(press(client_of(alice), jana.id, comment=EXOTIC))
    for staff in (alice, sara):
        page = page_of(client_of(staff), registration)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "What came back" in page
    assert json.loads(registration.attempts.get().answer)["detail"] == EXOTIC


def test_a_position_is_left_to_the_page_that_notes_the_look(client_of, alice, bob, sara, jana, world):
    registration = registration_of(
        press(client_of(sara), jana.id, latitude="48.123456", longitude="16.654321", send_place="on")
    )
    assert registration.outcome == "confirmed"
    for staff in (alice, bob, sara):
        page = page_of(client_of(staff), registration)
        assert "48.123456" not in page
        assert "16.654321" not in page


@pytest.mark.parametrize("odd", ['"\\ud800"', '"\\u0000"', "NaN", "9" * 5000, "1e999"])
def test_an_answer_that_no_page_could_carry_is_shown_all_the_same(client_of, sara, jana, world, odd):
    answer = f'{{"id": "{jana.id}", "latitude": 48.123456, "current_mode": {odd}}}'
    world.faults.add(Fault("body", match="register", value=answer))
    page = page_of(client_of(sara), registration_of(press(client_of(sara), jana.id)))
    assert "current_mode" in page
    assert "48.123456" not in page


def test_after_a_registration_the_job_is_the_link(client_of, alice, jana, world):
    registration = registration_of(press(client_of(alice), jana.id))
    page = html.unescape(page_of(client_of(alice), registration))
    output = json.loads(registration.vehicle.output)
    assert output["embeddable_url"] in page
    assert output["authorization_url"] in page
    assert "empty record until its owner connects it" in page


def test_an_unsafe_link_is_no_link(client_of, alice, jana, world):
    world.faults.add(Fault("new_value", match="register", field="embeddable_url", value="javascript:alert(1)"))
    registration = registration_of(press(client_of(alice), jana.id))
    assert 'href="javascript' not in page_of(client_of(alice), registration)


@pytest.mark.parametrize("outcome", ["not_sent", "absent"])
def test_one_that_another_overtook_leads_to_the_form_instead_of_a_button_that_is_refused(
    client_of, alice, stored, outcome
):
    first = stored(outcome)
    client = client_of(alice)
    assert "send-again" in page_of(client, first)
    other = stored("confirmed", settled_at=timezone.now() + timedelta(seconds=1))
    page = main_of(page_of(client, first))
    assert "send-again" not in page
    assert "Send again" not in page
    assert f'href="/registrations/{other.reference}/"' in page
    assert f"?again={first.reference}" in page


def test_what_did_not_go_out_is_not_shown_as_sent(client_of, alice, jana, write_organizations, sandbox):
    client = client_of(alice)
    path = write_organizations()
    path.write_text(path.read_text().replace(sandbox.api_url, "http://127.0.0.1:9/api/partners/v2.0"))
    registration = registration_of(press(client, jana.id))
    assert registration.outcome == "not_sent"
    assert registration.attempts.get().sent_at is not None
    page = page_of(client, registration)
    assert re.search(r"<dt>Sent</dt>\s*<dd>nothing was sent</dd>", page)
    assert "What would have been sent" in page
    assert "What was sent" not in page
    assert "Request id at Podero" not in page


@pytest.mark.parametrize(
    ("faults", "outcome", "said"),
    [
        (["lost_after"], "confirmed", "we found it by its note. It stays an empty record until its owner connects it."),
        (["409_after"], "confirmed", "it has the vehicle. It stays an empty record until its owner connects it."),
        (["409"], "rejected", "open the form as it was typed and press again"),
    ],
)
def test_it_says_what_is_to_be_done_however_it_became_known(
    client_of, alice, jana, world, settle, faults, outcome, said
):
    world.faults.add(*(Fault(kind, match="register") for kind in faults))
    client = client_of(alice)
    registration = registration_of(press(client, jana.id))
    settle(after=60)
    registration.refresh_from_db()
    assert registration.outcome == outcome
    page = page_of(client, registration)
    assert said in page
    assert "No answer yet" not in page[page.index('id="attempts"') : page.index('id="events"')]


def test_an_alarm_is_shown_on_the_page_and_in_the_list(client_of, alice, stored):
    registration = stored(
        "confirmed", alarm="Podero has this registration more than once: a, b.", alarm_since=timezone.now()
    )
    client = client_of(alice)
    assert "more than once: a, b." in page_of(client, registration)
    assert "Alarm" in main_of(client.get("/registrations/").content.decode())


# The list.


def references(response):
    assert response.status_code == 200
    return re.findall(r">(R-\d{10})</a>", main_of(response.content.decode()))


def test_the_list_filters_by_outcome(client_of, alice, stored):
    made = {outcome: stored(outcome).reference for outcome in ("confirmed", "rejected", "absent", "unknown")}
    client = client_of(alice)
    assert references(client.get("/registrations/")) == list(reversed(made.values()))
    for outcome, reference in made.items():
        assert references(client.get("/registrations/", {"outcome": outcome})) == [reference]
    assert references(client.get("/registrations/", {"outcome": "open"})) == [made["unknown"]]
    assert references(client.get("/registrations/", {"outcome": "review"})) == []


def test_a_list_of_one_organisation_says_so_and_leads_to_all(client_of, alice, stored, organization_a):
    stored("rejected")
    client, key = client_of(alice), str(organization_a.id)
    page = client.get("/registrations/", {"outcome": "rejected", "organization": key}).content.decode()
    assert re.search(rf'<a class="chip" href="/registrations/\?outcome=rejected"[^>]*>Only {organization_a.name}', page)
    assert ">Only " not in client.get("/registrations/", {"outcome": "rejected"}).content.decode()


def test_everybody_of_the_organisation_lists_all_of_them(client_of, alice, bob, sara, charlie, stored):
    mine, hers = stored("confirmed").reference, stored("rejected", by=sara).reference
    for staff in (alice, bob, sara):
        assert references(client_of(staff).get("/registrations/")) == [hers, mine]
    assert references(client_of(charlie).get("/registrations/")) == []


def test_the_list_is_paged_both_ways_and_keeps_its_filter(client_of, alice, stored):
    made = [stored("confirmed").reference for _ in range(55)]
    stored("absent")
    client = client_of(alice)
    first = client.get("/registrations/", {"outcome": "confirmed"})
    assert references(first) == list(reversed(made))[:50]
    onwards = html.unescape(re.search(r'<a[^>]*rel="next"[^>]*>', first.content.decode())[0])
    address = re.search(r'href="([^"]+)"', onwards)[1]
    assert "outcome=confirmed" in address
    path = address if address.startswith("/") else f"/registrations/{address}"
    second = client.get(path)
    assert references(second) == list(reversed(made))[50:]
    back = html.unescape(re.search(r'<a[^>]*rel="prev"[^>]*>', second.content.decode())[0])
    address = re.search(r'href="([^"]+)"', back)[1]
    assert references(client.get(address if address.startswith("/") else f"/registrations/{address}")) == references(
        first
    )


@pytest.mark.parametrize(
    "query",
    [{"outcome": "failed"}, {"outcome": "a\0b"}, {"organization": "rubbish"}, {"organization": "00000000-0000-4000-8000-000000000001"},
     {"after": "rubbish"}, {"before": "x:y:z"}, {"after": "\0"}, {"outcome": "<script>alert(1)</script>"}],
    ids=str,
)  # fmt: skip
def test_a_bad_filter_is_told_in_words(client_of, alice, stored, query):
    stored("confirmed")
    response = client_of(alice).get("/registrations/", query)
    assert response.status_code == 422
    page = response.content.decode()
    assert 'class="notice tone-warning"' in page
    assert "<script>alert" not in page


def test_the_organisation_is_a_filter(client_of, alice, stored, settings):
    reference = stored("confirmed").reference
    client = client_of(alice)
    assert references(client.get("/registrations/", {"organization": settings.ALPENSTROM})) == [reference]
    assert client.get("/registrations/", {"organization": settings.NORDVOLT}).status_code == 422


def test_an_empty_list_says_why(client_of, alice, stored):
    client = client_of(alice)
    assert "appears here the moment somebody presses" in client.get("/registrations/").content.decode()
    assert "None has this outcome now." in client.get("/registrations/", {"outcome": "review"}).content.decode()


@pytest.mark.parametrize("outcome", ["not_sent", "absent"])
def test_what_somebody_may_send_again_waits_on_their_start_page(client_of, alice, sara, charlie, stored, jana, outcome):
    registration = stored(outcome)
    for staff in (alice, sara):
        page = client_of(staff).get("/").content.decode()
        assert "Not registered yet" in page
        assert f"/registrations/{registration.reference}/" in page
    assert registration.reference not in client_of(charlie).get("/").content.decode()
    stored("confirmed", settled_at=timezone.now())
    assert "Not registered yet" not in client_of(alice).get("/").content.decode()


def test_what_stood_for_long_or_is_anothers_does_not_wait_there(client_of, alice, sara, stored):
    assert stored("absent", by=sara).reference not in client_of(alice).get("/").content.decode()
    registration = stored("absent")
    assert registration.reference in client_of(alice).get("/").content.decode()
    type(registration).objects.update(pending_at=timezone.now() - timedelta(days=15))
    assert registration.reference not in client_of(alice).get("/").content.decode()


def test_customers_of_one_name_are_told_apart_by_their_number(client_of, alice, stored, jana):
    type(jana).objects.filter(pk=jana.pk).update(external_user_id="AS-77<1")
    registration = stored("not_sent")
    for address in ("/", "/registrations/", f"/registrations/{registration.reference}/"):
        page = client_of(alice).get(address).content.decode()
        assert "AS-77&lt;1" in page
        assert "AS-77<1" not in page


def looks_of(staff):
    return AccessRecord.objects.filter(actor_id=staff.id).order_by("id")


def test_a_page_leaves_an_access_record_of_the_customer(client_of, stored, sara, bob, jana):
    registration = stored("confirmed")
    page_of(client_of(sara), registration)
    (look,) = looks_of(sara)
    assert (look.customer_id, look.organization_id, look.label) == (jana.id, jana.organization_id, jana.name)
    assert look.page == f"registration {registration.reference}"
    assert f'data-label="Page">{look.page}<' in client_of(bob).get("/audit/?show=access").content.decode()


def test_a_page_that_asks_for_itself_leaves_one_record_in_five_minutes(client_of, stored, alice, sara):
    other, registration, client = stored("confirmed"), stored("unknown"), client_of(sara)
    address = f"/registrations/{registration.reference}/"
    page_of(client, registration)
    for _ in range(3):
        assert client.get(address, headers={"HX-Request": "true"}).status_code == 200  # every two seconds
        page_of(client, registration)  # without script, every five
    assert looks_of(sara).count() == 1
    page_of(client_of(alice), registration)
    page_of(client, other)
    assert (looks_of(alice).count(), looks_of(sara).count()) == (1, 2)
    with clock_off_by(timedelta(minutes=6)):
        client.get(address, headers={"HX-Request": "true"})
    assert looks_of(sara).count() == 3


def test_no_header_hides_a_look(client_of, stored, sara):
    registration = stored("confirmed")
    client_of(sara).get(f"/registrations/{registration.reference}/", headers={"HX-Request": "true"})
    assert looks_of(sara).count() == 1


def test_a_look_in_the_future_hides_none(client_of, stored, sara):
    registration = stored("confirmed")
    with clock_off_by(timedelta(days=30)):
        client_of(sara).get(f"/registrations/{registration.reference}/")
    page_of(client_of(sara), registration)
    assert looks_of(sara).count() == 2


def test_who_is_refused_leaves_no_look(client_of, stored, charlie):
    page_of(client_of(charlie), stored("confirmed"), status=404)
    assert not looks_of(charlie).exists()


# Nobody does what the page promises.


@pytest.mark.parametrize("outcome", ["pending", "sending", "unknown"])
def test_the_page_says_when_nobody_looks_after_it(client_of, alice, stored, outcome):
    client, words = client_of(alice), "Nobody is looking after it"
    registration = stored(outcome, next_check_at=timezone.now())
    assert words not in page_of(client, registration)
    then = timezone.now() - timedelta(minutes=10)
    Registration.objects.filter(pk=registration.pk).update(pending_at=then, sent_at=then, next_check_at=then)
    assert words in page_of(client, registration)
