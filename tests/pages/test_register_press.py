"""Pressing from outside: keys, crowds, duplicates, ended sessions, previews, and what Podero says of the fields."""

import html
import json
import re
import time
from datetime import UTC, datetime

import pytest
from django.test import Client

from podero_admin.audit.models import Event
from podero_admin.directory.services import customers_refresh
from podero_admin.organizations.selectors import system_access
from podero_admin.registrations import submission
from podero_admin.registrations.models import Registration
from podero_admin.sandbox.faults import Fault
from tests.conftest import PASSWORD
from tests.registering import FILLED, form_page, posts, press, registration_of, submission_key

HOUR = 3601


def text_of(response):
    return html.unescape(response.content.decode())


def previewed(page):
    """The JSON under 'What will be sent'."""
    found = re.search(r'<pre class="json"[^>]*>.*?</span>\s*(\{.*?\})</pre>', page, re.DOTALL)
    assert found
    return json.loads(html.unescape(found[1]))


# The submission key.


def test_a_key_pressed_twice_leads_to_the_same_page_and_posts_once(client_of, alice, jana, world):
    client = client_of(alice)
    key = submission_key(form_page(client, jana.id))
    first, second = (press(client, jana.id, key=key) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert len(posts(world)) == 1


def test_a_known_key_is_answered_with_its_page_however_old_it_is(client_of, alice, jana, world, time_machine):
    client = client_of(alice)
    key = submission_key(form_page(client, jana.id))
    registration = registration_of(press(client, jana.id, key=key))
    time_machine.move_to(time.time() + HOUR)
    assert registration_of(press(client, jana.id, key=key)) == registration
    assert len(posts(world)) == 1


def test_a_known_key_with_other_data_is_409_in_words_with_a_link(client_of, alice, jana, world):
    client = client_of(alice)
    key = submission_key(form_page(client, jana.id))
    registration = registration_of(press(client, jana.id, key=key))
    response = press(client, jana.id, key=key, comment="Another car")
    assert response.status_code == 409
    assert "sent already, with other values" in text_of(response)
    assert "Another car" in text_of(response)  # what was typed is still there
    assert f'href="/registrations/{registration.reference}/"' in text_of(response)
    assert len(posts(world)) == 1


def test_after_a_known_key_with_other_data_pressing_again_asks_whether_it_is_another_car(client_of, alice, jana, world):
    client = client_of(alice)
    key = submission_key(form_page(client, jana.id))
    press(client, jana.id, key=key)
    fresh = submission_key(text_of(press(client, jana.id, key=key, comment="Another car")))
    assert fresh != key
    asked = press(client, jana.id, key=fresh, comment="Another car")
    assert asked.status_code == 422
    assert "confirm_duplicate" in text_of(asked)
    assert len(posts(world)) == 1
    registration_of(press(client, jana.id, key=fresh, comment="Another car", confirm_duplicate="on"))
    assert len(posts(world)) == 2


def test_a_known_key_with_data_that_is_wrong_is_409_too(client_of, alice, jana, world):
    client = client_of(alice)
    key = submission_key(form_page(client, jana.id))
    press(client, jana.id, key=key)
    assert press(client, jana.id, key=key, charge_target_min="abc").status_code == 409


def test_an_expired_key_brings_the_form_as_typed_with_a_fresh_key(client_of, alice, jana, world, time_machine):
    there = world.add_vehicle(str(jana.id))
    client = client_of(alice)
    key = submission_key(form_page(client, jana.id))
    time_machine.move_to(time.time() + HOUR)
    response = press(client, jana.id, key=key, comment="Typed an hour ago")
    assert response.status_code == 422
    assert "Typed an hour ago" in text_of(response)
    assert "open for more than an hour" in text_of(response)
    fresh = submission_key(response.content.decode())
    assert fresh != key
    assert posts(world) == []
    registration = registration_of(press(client, jana.id, key=fresh, comment="Typed an hour ago"))
    assert registration.baseline_ids == {there.id}


@pytest.mark.parametrize(
    "spoil", [lambda key: key[:-1], lambda key: "x" + key, lambda _: "rubbish", lambda _: "é\0🚗", lambda _: "a:b:c"]
)
def test_a_damaged_key_sends_nothing_and_brings_the_form_with_a_fresh_key(client_of, alice, jana, world, spoil):
    client = client_of(alice)
    response = press(client, jana.id, key=spoil(submission_key(form_page(client, jana.id))), comment="Mine")
    assert response.status_code == 422
    assert "Mine" in text_of(response)
    assert posts(world) == []
    assert registration_of(press(client, jana.id, key=submission_key(response.content.decode()))).outcome == "confirmed"


def test_a_colleagues_key_sends_nothing(client_of, alice, sara, jana, world):
    foreign = submission_key(form_page(client_of(sara), jana.id))
    assert press(client_of(alice), jana.id, key=foreign).status_code == 422
    assert posts(world) == []
    assert not Registration.objects.exists()


def test_a_colleagues_key_does_not_even_find_its_registration(client_of, alice, sara, jana, world):
    client = client_of(sara)
    foreign = submission_key(form_page(client, jana.id))
    registration_of(press(client, jana.id, key=foreign))
    assert press(client_of(alice), jana.id, key=foreign).status_code == 422
    assert len(posts(world)) == 1


def test_another_customers_key_sends_nothing(client_of, alice, jana, world):
    from podero_admin.directory.models import Customer

    client = client_of(alice)
    other = Customer.objects.filter(organization=jana.organization).exclude(id=jana.id).first()
    assert press(client, jana.id, key=submission_key(form_page(client, other.id))).status_code == 422
    assert posts(world) == []


def test_a_key_signed_for_something_else_sends_nothing(client_of, alice, jana, world):
    from django.core import signing

    for content in (["a"], "text", None, {"a": 1}, [1] * 7):
        key = signing.dumps(content, salt=submission.SALT)
        assert press(client_of(alice), jana.id, key=key).status_code == 422
    assert posts(world) == []


def test_a_reference_that_exists_already_brings_the_form_with_a_fresh_one(client_of, alice, jana, world):
    from django.core import signing

    client = client_of(alice)
    taken = registration_of(press(client, jana.id)).reference
    key = signing.loads(submission_key(form_page(client, jana.id)), salt=submission.SALT)
    key[1] = taken
    signed = signing.dumps(key, salt=submission.SALT, compress=True)
    response = press(client, jana.id, key=signed, confirm_duplicate="on")
    assert response.status_code == 409
    assert "press again" in text_of(response)
    fresh = submission_key(response.content.decode())
    assert registration_of(press(client, jana.id, key=fresh, confirm_duplicate="on")).reference != taken
    assert len(posts(world)) == 2


# Two for one customer.


def test_a_second_agent_is_told_who_is_registering_with_a_link_and_keeps_what_was_typed(
    client_of, alice, sara, jana, world
):
    second = client_of(sara)
    key = submission_key(form_page(second, jana.id))
    world.faults.add(Fault("hang_after", match="register"))
    registration = registration_of(press(client_of(alice), jana.id))
    response = press(second, jana.id, key=key, comment="Mine too")
    assert response.status_code == 409
    assert "Alice is registering a vehicle for this customer since" in text_of(response)
    assert f'href="/registrations/{registration.reference}/"' in text_of(response)
    assert "Mine too" in text_of(response)
    assert len(posts(world)) == 1


def test_of_one_that_waits_since_another_day_the_day_is_told(client_of, alice, sara, jana, world):
    world.faults.add(Fault("hang_before", match="register"))
    registration = registration_of(press(client_of(alice), jana.id))
    Registration.objects.filter(pk=registration.pk).update(created_at=datetime(2026, 3, 5, 9, 30, tzinfo=UTC))
    assert "since 5 March, 10:30: " in text_of(press(client_of(sara), jana.id))


def test_the_form_says_at_once_that_somebody_is_registering(client_of, alice, sara, jana, world):
    world.faults.add(Fault("hang_before", match="register"))
    registration = registration_of(press(client_of(alice), jana.id))
    page = html.unescape(form_page(client_of(sara), jana.id))
    assert "Alice is registering a vehicle for this customer already" in page
    assert f'href="/registrations/{registration.reference}/"' in page


def test_a_likely_duplicate_asks_and_the_tick_sends_it_with_the_same_key(client_of, alice, jana, world):
    client = client_of(alice)
    first = registration_of(press(client, jana.id))
    key = submission_key(form_page(client, jana.id))
    response = press(client, jana.id, key=key)
    assert response.status_code == 422
    assert first.reference in text_of(response)
    assert 'name="confirm_duplicate"' in text_of(response)
    assert submission_key(response.content.decode()) == key
    second = registration_of(press(client, jana.id, key=key, confirm_duplicate="on"))
    assert second.is_duplicate_confirmed
    assert Event.objects.filter(action="registration.duplicate_confirmed", object_id=second.reference).count() == 1
    assert registration_of(press(client, jana.id, key=key)) == second
    assert registration_of(press(client, jana.id, key=key, confirm_duplicate="on")) == second
    assert len(posts(world)) == 2


# The session ended in between.


def sign_in(client, staff, next_page):
    return client.post("/accounts/login/", {"login": staff.email, "password": PASSWORD, "next": next_page})


@pytest.mark.parametrize("values", [{}, {"charge_target_min": "abc"}, {"comment": "🚗 & <b>Grün</b>"}])
def test_a_press_after_the_session_ended_is_found_again_as_typed_after_signing_in(
    alice, jana, world, client_of, values
):
    key = submission_key(form_page(client_of(alice), jana.id))
    client, path = Client(), f"/customers/{jana.id}/register/"
    refused = press(client, jana.id, key=key, **({"comment": "Typed before"} | values))
    assert refused.status_code == 302
    assert refused["Location"].startswith("/accounts/login/?next=")
    assert posts(world) == []
    assert sign_in(client, alice, path)["Location"] == path
    page = client.get(path).content.decode()
    assert "You were signed out while this form was open" in page
    assert html.escape(values.get("comment", "Typed before")) in page
    assert f'value="{values.get("charge_target_min", "30")}"' in page
    assert html.escape(values.get("comment", "Typed before")) in client.get(path).content.decode()
    if not values:
        done = registration_of(press(client, jana.id, key=submission_key(page), comment="Typed before"))
        assert done.outcome == "confirmed"
        assert "You were signed out" not in client.get(path).content.decode()


def test_two_forms_that_were_open_are_both_found_again(alice, jana, world, organization_a, client_of):
    user = world.add_user(str(organization_a.id), last_name="Zweitl")
    customers_refresh(access=system_access(), organization_id=organization_a.id)
    known, client = client_of(alice), Client()
    for whom in (jana.id, user.id):
        press(client, whom, key=submission_key(form_page(known, whom)), comment=f"For {whom}")
    sign_in(client, alice, "/")
    client.get(f"/customers/{jana.id}/")
    for whom in (user.id, jana.id):
        assert f"For {whom}" in form_page(client, whom)


def test_what_somebody_typed_is_not_given_to_whoever_signs_in_next(alice, sara, jana, client_of):
    client, path = Client(), f"/customers/{jana.id}/register/"
    press(client, jana.id, key=submission_key(form_page(client_of(alice), jana.id)), comment="Only for Alice")
    sign_in(client, sara, path)
    assert "Only for Alice" not in client.get(path).content.decode()
    assert "signed out while" not in client.get(path).content.decode()


@pytest.mark.parametrize("knows_its_page", [True, False])
def test_a_session_that_ends_while_typing_loses_nothing(alice, jana, client_of, knows_its_page):
    key, path = submission_key(form_page(client_of(alice), jana.id)), f"/customers/{jana.id}/register/"
    client = Client()
    asked = client.post(
        f"{path}preview/",
        FILLED | {"submission_key": key, "comment": "Half typed"},
        headers={"hx-request": "true"} | ({"referer": f"http://testserver{path}"} if knows_its_page else {}),
    )
    assert asked["HX-Redirect"] == f"/accounts/login/?next={path}"
    sign_in(client, alice, path)
    assert "Half typed" in client.get(path).content.decode()


SAYS_KEPT = "What you typed is kept: sign in and you are back at the form."


def test_the_sign_in_says_that_what_was_typed_is_kept(alice, jana, client_of):
    key, path = submission_key(form_page(client_of(alice), jana.id)), f"/customers/{jana.id}/register/"
    client = Client()
    typed = FILLED | {"submission_key": key}
    asked = client.post(f"{path}preview/", typed, headers={"hx-request": "true"})
    assert SAYS_KEPT in client.get(asked["HX-Redirect"]).content.decode()
    wrong = client.post("/accounts/login/", {"login": alice.email, "password": "wrong", "next": path})
    assert SAYS_KEPT in wrong.content.decode()
    assert "kept" not in client.get("/accounts/login/?next=/vehicles/").content.decode()
    assert "kept" not in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("key", ["rubbish", ""])
def test_the_sign_in_promises_nothing_where_nothing_was_kept(jana, key):
    client, path = Client(), f"/customers/{jana.id}/register/"
    assert "kept" not in client.get(client.get(path)["Location"]).content.decode()
    refused = client.post(path, FILLED | {"submission_key": key})
    assert "kept" not in client.get(refused["Location"]).content.decode()


def test_a_frame_whose_session_ended_says_so_too(alice, jana, client_of):
    key, path = submission_key(form_page(client_of(alice), jana.id)), f"/customers/{jana.id}/register/"
    in_frame = {"Sec-Fetch-Dest": "iframe"}
    page = Client().post(path, FILLED | {"submission_key": key}, headers=in_frame).content.decode()
    assert "What you typed is kept" in page
    assert "kept" not in Client().get(path, headers=in_frame).content.decode()


def test_a_press_in_parts_is_found_again_too_where_its_token_was_looked_for(alice, jana, client_of):
    key, path = submission_key(form_page(client_of(alice), jana.id)), f"/customers/{jana.id}/register/"
    client = Client(enforce_csrf_checks=True)
    client.get("/accounts/login/")
    token = {"csrfmiddlewaretoken": client.cookies["podero_csrf"].value}
    refused = client.post(path, FILLED | token | {"submission_key": key, "comment": "In parts"})
    assert refused["Location"].startswith("/accounts/login/?next=")
    signed_in = {"login": alice.email, "password": PASSWORD}
    assert client.post(f"/accounts/login/?next={path}", signed_in | token)["Location"] == path
    assert "In parts" in client.get(path).content.decode()


@pytest.mark.parametrize(
    ("address", "headers", "status", "goes_on"),
    [("", {}, 302, "Location"), ("preview/", {"HX-Request": "true"}, 403, "HX-Redirect")],
)
def test_who_signed_in_anew_in_another_tab_finds_the_form_as_typed(
    alice, jana, world, address, headers, status, goes_on
):
    client, path = Client(enforce_csrf_checks=True), f"/customers/{jana.id}/register/"
    client.force_login(alice)
    key, old = submission_key(form_page(client, jana.id)), client.cookies.pop("podero_csrf").value
    client.force_login(alice)
    client.get("/")
    typed = FILLED | {"submission_key": key, "csrfmiddlewaretoken": old, "comment": "Still here"}
    here = {"Referer": f"http://testserver{path}?again=R-1"}
    refused = client.post(path + address, typed, headers=here | headers)
    assert (refused.status_code, refused[goes_on]) == (status, f"{path}?again=R-1")
    page = client.get(path).content.decode()
    assert "Still here" in page
    assert submission_key(page) != key
    assert posts(world) == []


@pytest.mark.parametrize("headers", [{"Origin": "https://elsewhere.example"}, {"Origin": "null"}])
def test_nothing_is_kept_of_what_another_site_sends_with_a_key_of_ours(alice, jana, headers):
    client, path = Client(enforce_csrf_checks=True), f"/customers/{jana.id}/register/"
    client.force_login(alice)
    typed = FILLED | {"submission_key": submission_key(form_page(client, jana.id)), "comment": "Smuggled in"}
    assert client.post(path, typed, headers=headers).status_code == 403
    assert "Smuggled in" not in client.get(path).content.decode()
    stranger = Client(enforce_csrf_checks=True)
    refused = stranger.post(path, typed, headers=headers)
    assert refused.status_code == 403
    assert "podero_session" not in refused.cookies


def test_what_somebody_else_typed_is_not_given_to_who_signed_in_after_them(alice, sara, jana, client_of):
    key, path = submission_key(form_page(client_of(alice), jana.id)), f"/customers/{jana.id}/register/"
    client = Client(enforce_csrf_checks=True)
    client.force_login(sara)
    client.get("/")
    refused = client.post(path, FILLED | {"submission_key": key, "comment": "Of Alice"})
    assert refused.status_code == 403
    assert "Of Alice" not in client.get(path).content.decode()


@pytest.mark.parametrize("key", ["rubbish", ""])
def test_a_form_of_another_session_that_holds_no_key_of_ours_is_refused_and_not_kept(alice, jana, key):
    client, path = Client(enforce_csrf_checks=True), f"/customers/{jana.id}/register/"
    client.force_login(alice)
    refused = client.post(path, FILLED | {"submission_key": key, "comment": "Smuggled in"})
    assert refused.status_code == 403
    assert "Please open the form again" in refused.content.decode()
    assert "Smuggled in" not in client.get(path).content.decode()


def test_a_post_without_a_key_of_ours_is_not_kept(alice, jana):
    client, path = Client(), f"/customers/{jana.id}/register/"
    client.post(path, FILLED | {"submission_key": "rubbish", "comment": "Smuggled in"})
    sign_in(client, alice, path)
    assert "Smuggled in" not in client.get(path).content.decode()


# What Podero says of the fields.

DETAIL = [
    {"loc": ["body", "data", "device_model", "model"], "msg": "unknown model", "type": "x"},
    {"loc": ["body", "data", "price_zone"], "msg": "<script>alert(1)</script>", "type": "x"},
    {"loc": ["body", "data"], "msg": "as a whole", "type": "x"},
    {"loc": ["body", "data", "brand_new_field"], "msg": "not known here", "type": "x"},
    {"loc": ["body", "data", "comment", 3], "msg": "third letter", "type": "x"},
]


def test_a_422_is_shown_by_label_and_brings_the_form_with_messages_at_the_fields(client_of, alice, jana, world):
    world.faults.add(Fault("422", match="register", detail=DETAIL))
    client = client_of(alice)
    registration = registration_of(press(client, jana.id, comment="Mine"))
    page = client.get(f"/registrations/{registration.reference}/").content.decode()
    assert 'data-outcome="rejected"' in page
    assert re.search(r"<b>Model:</b>\s*unknown model", page)
    assert re.search(r"<b>Price zone:</b>", page)
    assert "<script>alert" not in page
    again = re.search(r'href="([^"]+\?again=[^"]+)"', page)
    assert again
    assert "Correct and register again" in page
    form = client.get(html.unescape(again[1])).content.decode()
    for name in ("device_model_model", "price_zone"):
        assert f'href="#id_{name}"' in form
    assert "Podero: unknown model" in form
    assert "brand_new_field: not known here" in form
    assert "<script>alert" not in form
    assert ">Mine</textarea>" in form.replace("\n", "")
    assert form.count("brand_new_field: not known here") == 1
    sent = previewed(form)
    assert (sent["price_zone"], sent["device_model"]["model"]) == ("AT", FILLED["device_model_model"])
    assert registration_of(press(client, jana.id, key=submission_key(form))).outcome == "confirmed"


@pytest.mark.parametrize("kind", ["401", "403", "404"])
def test_what_is_not_the_forms_fault_does_not_ask_to_correct_it(client_of, alice, jana, world, kind):
    world.faults.add(Fault(kind, match="register", times=2))
    client = client_of(alice)
    registration = registration_of(press(client, jana.id))
    page = client.get(f"/registrations/{registration.reference}/").content.decode()
    assert 'data-outcome="rejected"' in page
    assert "Correct" not in page
    assert re.search(r'btn-outline-secondary" href="[^"]+again=[^"]+">.*Open the form as it was typed', page)


@pytest.mark.parametrize(
    ("kind", "detail", "said"),
    [("403", "The contract has ended <b>.", "The contract has ended &lt;b&gt;."), ("404", "No such user.", "No such user."),
     ("409", {"state": "blocked", "reason": "limit"}, "state blocked, reason limit"), ("409", "It is asleep.", "It is asleep.")],
)  # fmt: skip
def test_whoever_pressed_reads_what_podero_says_of_its_refusal(client_of, alice, jana, world, kind, detail, said):
    world.faults.add(Fault(kind, match="register", detail=detail))
    client = client_of(alice)
    registration = registration_of(press(client, jana.id))
    assert registration.outcome == "rejected"
    page = client.get(f"/registrations/{registration.reference}/").content.decode()
    assert f"<b>Podero says:</b> {said}" in page
    form = client.get(f"/customers/{jana.id}/register/?again={registration.reference}").content.decode()
    assert f"Podero: {said}" in form


@pytest.mark.parametrize(
    "detail",
    ["text", 7, {"a": {"b": ["c"]}}, [1, None, "x"], [{"loc": [], "msg": None}], [{"loc": ["\ud800", "a\0b"], "msg": "\ud800"}],
     [{"loc": ["x" * 10_000], "msg": "y" * 10_000}] * 300, {"price_zone": ["a", {"b": 1}]}, [{"loc": "price_zone", "msg": []}], []],
    ids=lambda value: str(value)[:20].encode("ascii", "replace").decode(),
)  # fmt: skip
def test_messages_of_any_shape_are_shown_and_break_nothing(client_of, alice, jana, world, detail):
    world.faults.add(Fault("422", match="register", detail=detail))
    client = client_of(alice)
    registration = registration_of(press(client, jana.id))
    assert registration.outcome == "rejected"
    assert client.get(f"/registrations/{registration.reference}/").status_code == 200
    assert client.get(f"/customers/{jana.id}/register/?again={registration.reference}").status_code == 200


def test_a_senior_registration_that_was_refused_can_be_corrected_by_an_agent_without_its_rare_fields(
    client_of, alice, sara, jana, world
):
    world.faults.add(Fault("422", match="register"))
    registration = registration_of(press(client_of(sara), jana.id, latitude="48", send_place="on"))
    response = client_of(alice).get(f"/customers/{jana.id}/register/?again={registration.reference}")
    assert response.status_code == 200
    assert b"latitude" not in response.content


@pytest.mark.parametrize("again", ["R-0000000000", "rubbish", "a%00b", "%F0%9F%9A%97"])
def test_a_form_of_a_registration_that_does_not_exist_is_not_found(client_of, alice, jana, again):
    assert client_of(alice).get(f"/customers/{jana.id}/register/?again={again}").status_code == 404


# The preview.


def test_the_preview_is_exactly_what_is_sent(client_of, sara, jana, world):
    client = client_of(sara)
    key = submission_key(form_page(client, jana.id))
    values = {"latitude": "48.5", "send_place": "on", "pause_power_until": "2026-12-24T18:00", "comment": "Grün & 🚗"}
    data = FILLED | values | {"submission_key": key}
    fragment = client.post(f"/customers/{jana.id}/register/preview/", data, headers={"HX-Request": "true"})
    assert fragment.status_code == 200
    shown = previewed(fragment.content.decode())
    registration = registration_of(press(client, jana.id, key=key, **values))
    assert shown == json.loads(posts(world)[0].body)
    assert shown["comment"].startswith(f"[pa:{registration.reference[2:]}-1] ")


def test_the_page_that_is_checked_without_a_script_shows_the_same(client_of, alice, jana, world):
    client = client_of(alice)
    key = submission_key(form_page(client, jana.id))
    checked = client.post(f"/customers/{jana.id}/register/", FILLED | {"submission_key": key, "check": "1"})
    assert checked.status_code == 200
    assert "Nothing is wrong with what you typed. Nothing was sent yet." in text_of(checked)
    assert submission_key(checked.content.decode()) == key
    shown = previewed(checked.content.decode())
    assert not Registration.objects.exists()
    registration_of(press(client, jana.id, key=key))
    assert shown == json.loads(posts(world)[0].body)


def test_a_check_does_not_promise_what_an_open_registration_holds_up(client_of, alice, jana, world):
    world.faults.add(Fault("lost_before", match="register"))
    client = client_of(alice)
    registration_of(press(client, jana.id))
    key = submission_key(form_page(client, jana.id))
    page = text_of(client.post(f"/customers/{jana.id}/register/", FILLED | {"submission_key": key, "check": "1"}))
    assert "is registering a vehicle for this customer already" in page
    assert "Nothing is wrong" not in page


@pytest.mark.parametrize(
    ("typed", "sent"),
    [("0.5", 0.5), ("0,5", 0.5), ("0,125", 0.125), (" 1 ", 1), ("0,5,1", None), ("1,000", 1), ("0,", None)],
)
def test_a_decimal_comma_is_understood(client_of, alice, jana, world, typed, sent):
    response = press(client_of(alice), jana.id, minimum_solar_coverage=typed)
    assert response.status_code == (422 if sent is None else 302)
    assert [json.loads(post.body)["minimum_solar_coverage"] for post in posts(world)] == (
        [] if sent is None else [sent]
    )


@pytest.mark.parametrize("typed", ["11.000", "11,000", "11 000", "11'000", "1.100.000", "11\N{NO-BREAK SPACE}000"])
@pytest.mark.parametrize("name", ["expected_max_charge_power", "hems_min_export_to_start_w"])
def test_no_zeros_of_a_number_with_thousands_are_dropped(client_of, alice, jana, world, name, typed):
    response = press(client_of(alice), jana.id, **{name: typed})
    assert response.status_code == 422
    assert "Write thousands without a separator: 1" in text_of(response)
    assert posts(world) == []


@pytest.mark.parametrize("typed", ["1.000", "1,000", "10.000"])
def test_nor_are_those_of_a_distance(client_of, sara, jana, world, typed):
    response = press(client_of(sara), jana.id, send_place="on", geo_fence_distance_m=typed)
    assert response.status_code == 422
    assert "Write thousands without a separator: 1" in text_of(response)
    assert posts(world) == []


@pytest.mark.parametrize(("typed", "sent"), [("48.208", 48.208), ("16.373", 16.373), ("-48,208", -48.208)])
def test_three_decimals_of_a_place_are_no_thousands(client_of, sara, jana, world, typed, sent):
    press(client_of(sara), jana.id, send_place="on", latitude=typed, longitude="16.3", coordinates_last_updated_at="")
    assert [json.loads(post.body)["latitude"] for post in posts(world)] == [sent]


def test_a_missing_maker_is_told_with_whatever_else_is_wrong(client_of, alice, jana, world):
    response = press(
        client_of(alice), jana.id, device_model_manufacturer="", device_model_model="Model 3", charge_target_min="200"
    )
    page = response.content.decode()
    assert 'href="#id_charge_target_min"' in page
    assert 'href="#id_device_model_manufacturer"' in page
    assert posts(world) == []


def test_a_check_names_what_is_wrong_and_keeps_it(client_of, alice, jana, world):
    client = client_of(alice)
    key = submission_key(form_page(client, jana.id))
    wrong = FILLED | {"submission_key": key, "check": "1", "charge_target_min": "80-"}
    response = client.post(f"/customers/{jana.id}/register/", wrong)
    assert response.status_code == 422
    assert "Nothing is wrong" not in text_of(response)
    assert 'href="#id_charge_target_min"' in response.content.decode()
    assert 'value="80-"' in response.content.decode()
    assert not Registration.objects.exists()
    assert posts(world) == []


def test_a_check_with_a_damaged_key_gives_a_fresh_one(client_of, alice, jana):
    response = client_of(alice).post(f"/customers/{jana.id}/register/", FILLED | {"submission_key": "x", "check": "1"})
    assert response.status_code == 200
    assert submission_key(response.content.decode()) != "x"


def test_an_untouched_form_shows_what_it_would_send(client_of, alice, jana):
    shown = previewed(form_page(client_of(alice), jana.id))
    assert shown["charge_target_min"] == 50
    assert shown["price_zone"] == "AT"
    assert "is_smart_optimization_active" not in shown


@pytest.mark.parametrize(
    "values", [{}, {"charge_target_min": ""}, {"device_model_manufacturer": "Tesla"}, {"charge_target_min": "abc"}]
)
def test_a_half_typed_form_has_a_preview_and_stores_and_sends_nothing(client_of, alice, jana, world, values):
    client = client_of(alice)
    events = Event.objects.count()
    response = client.post(f"/customers/{jana.id}/register/preview/", values, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert "What will be sent" in text_of(response)
    assert not Registration.objects.exists()
    assert Event.objects.count() == events
    assert posts(world) == []


def test_the_preview_says_what_is_filled_in_but_not_ticked(client_of, sara, jana):
    response = client_of(sara).post(
        f"/customers/{jana.id}/register/preview/", {"latitude": "48"}, headers={"HX-Request": "true"}
    )
    assert "Place is filled in but not ticked" in text_of(response)


def test_the_preview_says_that_the_customer_has_an_equal_car(client_of, alice, jana):
    client = client_of(alice)
    registration_of(press(client, jana.id))
    address, asked = f"/customers/{jana.id}/register/preview/", {"HX-Request": "true"}
    assert "The customer already has a" in text_of(client.post(address, FILLED, headers=asked))
    other = FILLED | {"device_model_model": "another"}
    assert "The customer already has a" not in text_of(client.post(address, other, headers=asked))


def test_a_preview_is_asked_for_by_post_only(client_of, alice, jana):
    assert client_of(alice).get(f"/customers/{jana.id}/register/preview/").status_code == 405


# Bad days.


@pytest.mark.parametrize("kind", ["500", "html", "lost_before", "hang_before", "429"])
def test_the_form_opens_when_podero_does_not_answer_and_says_so(client_of, alice, jana, world, kind):
    world.faults.add(Fault(kind, match="vehicles", times=None))
    page = html.unescape(form_page(client_of(alice), jana.id))
    assert "You can fill in the form all the same" in page


def test_the_events_of_a_press_share_the_request_id_of_the_answer(client_of, alice, jana):
    response = press(client_of(alice), jana.id)
    registration = registration_of(response)
    ids = set(Event.objects.filter(object_id=registration.reference).values_list("request_id", flat=True))
    assert ids == {response["X-Request-ID"]}
