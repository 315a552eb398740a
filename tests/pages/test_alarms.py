"""Alarms: shown to seniors until one of them has seen to it, of registrations and of vehicles without one."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from podero_admin.audit.models import Event
from podero_admin.registrations.models import Registration, Stray
from tests.pages.test_registrations import main_of, page_of
from tests.registering import press, registration_of, told

TEXT = "Podero has this registration more than once: a, b."


@pytest.fixture
def alarmed(client_of, alice, jana):
    """A registration with an alarm that nobody has seen."""
    registration = registration_of(press(client_of(alice), jana.id))
    Registration.objects.filter(pk=registration.pk).update(alarm=TEXT, alarm_since=timezone.now())
    registration.refresh_from_db()
    return registration


@pytest.fixture
def stray(jana):
    return Stray.objects.create(
        organization=jana.organization, customer=jana, vehicle_id="00000000-0000-4000-8000-000000000009",
        reference="R-23456789AB", alarm="This vehicle was registered as R-23456789AB.", found_at=timezone.now(),
    )  # fmt: skip


def acknowledge(client: Any, registration: Any, **values: str) -> Any:
    return client.post(f"/registrations/{registration.reference}/acknowledge/", {"read": TEXT} | values)


def seen() -> list[tuple[str, str, str]]:
    rows = Event.objects.filter(action="alarm.acknowledged").order_by("number")
    return list(rows.values_list("actor_name", "object_id", "reason"))


@pytest.mark.parametrize("address", ["/", "/status/"])
def test_a_senior_sees_alarms_with_links(client_of, sara, alarmed, stray, address):
    page = main_of(told(client_of(sara).get(address)))
    assert TEXT in page
    assert f'href="/registrations/{alarmed.reference}/"' in page
    assert stray.alarm in page
    assert f'href="/registrations/strays/{stray.pk}/"' in page


@pytest.mark.parametrize("name", ["alice", "bob", "charlie"])
def test_the_start_page_keeps_alarms_from_those_who_do_not_decide(request, client_of, alarmed, stray, name):
    page = client_of(request.getfixturevalue(name)).get("/").content.decode()
    assert TEXT not in page
    assert stray.reference not in page


def test_seen_takes_the_alarm_off_the_lists_and_is_an_event(client_of, sara, alarmed):
    client = client_of(sara)
    response = acknowledge(client, alarmed, reason="Deleted the second one at Podero.")
    assert response["Location"] == f"/registrations/{alarmed.reference}/"
    alarmed.refresh_from_db()
    assert (alarmed.alarm, alarmed.alarm_since, alarmed.outcome) == (TEXT, None, "confirmed")
    assert TEXT not in main_of(client.get("/").content.decode())
    assert TEXT not in main_of(client.get("/status/").content.decode())
    assert "A senior has seen this" in page_of(client, alarmed)
    assert "/acknowledge/" not in page_of(client, alarmed)
    assert seen() == [("Sara", alarmed.reference, "Deleted the second one at Podero.")]


def test_a_second_press_of_seen_changes_nothing(client_of, sara, alarmed):
    client = client_of(sara)
    for _ in range(2):
        assert acknowledge(client, alarmed, reason="Seen to.").status_code == 302
    assert len(seen()) == 1


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, "a\0b"])
def test_seen_needs_a_reason(client_of, sara, alarmed, reason):
    response = acknowledge(client_of(sara), alarmed, reason=reason)
    assert response.status_code == 422
    assert 'id="problems"' in response.content.decode()
    alarmed.refresh_from_db()
    assert alarmed.alarm_since is not None
    assert seen() == []


def test_an_alarm_that_grew_meanwhile_has_to_be_read_again(client_of, sara, alarmed):
    Registration.objects.filter(pk=alarmed.pk).update(alarm="Podero has this registration more than once: a, b, c.")
    response = acknowledge(client_of(sara), alarmed, reason="Seen to.")
    assert response.status_code == 409
    assert "Read it again" in response.content.decode()
    alarmed.refresh_from_db()
    assert alarmed.alarm_since is not None
    assert seen() == []


def test_a_further_vehicle_raises_an_alarm_that_was_seen_again(client_of, sara, alice, jana, world, access_of):
    from podero_admin.registrations.services import vehicles_look

    registration = registration_of(press(client_of(alice), jana.id))
    for count in range(2):
        world.add_vehicle(str(jana.id), comment=f"[pa:{registration.reference[2:]}-1] White")
        vehicles_look(access=access_of(alice), customer=jana)
        registration.refresh_from_db()
        assert registration.alarm_since is not None
        acknowledge(client_of(sara), registration, read=registration.alarm, reason=f"Seen {count}.")
        registration.refresh_from_db()
        assert registration.alarm_since is None
    assert len(seen()) == 2


@pytest.mark.parametrize(("name", "status"), [("alice", 403), ("bob", 403), ("charlie", 403)])
def test_others_cannot_press_seen(request, client_of, alarmed, name, status):
    staff = request.getfixturevalue(name)
    assert acknowledge(client_of(staff), alarmed, reason="Let me.").status_code == status
    alarmed.refresh_from_db()
    assert alarmed.alarm_since is not None
    assert Event.objects.filter(action="access.denied", actor_id=staff.id).exists()


def test_a_senior_of_another_organisation_finds_nothing(client_of, organization_b, alarmed, stray):
    from tests.conftest import make_staff

    stranger = make_staff("dana@nordvolt.example", "Dana", "senior", organization_b)
    client = client_of(stranger)
    assert acknowledge(client, alarmed, reason="Let me.").status_code == 404
    assert client.get(f"/registrations/strays/{stray.pk}/").status_code == 404
    assert client.post(f"/registrations/strays/{stray.pk}/acknowledge/", {"reason": "Let me."}).status_code == 404
    stray.refresh_from_db()
    assert stray.acknowledged_at is None


def test_a_stray_has_its_page_and_is_seen_with_a_reason(client_of, sara, stray):
    client, address = client_of(sara), f"/registrations/strays/{stray.pk}/"
    page = told(client.get(address))
    assert stray.alarm in page
    assert str(stray.vehicle_id) in page
    assert client.post(f"{address}acknowledge/", {"reason": ""}).status_code == 422
    assert client.post(f"{address}acknowledge/", {"reason": "Entered by hand."})["Location"] == address
    assert "acknowledge/" not in client.get(address).content.decode()
    assert stray.reference not in main_of(client.get("/").content.decode())
    assert seen() == [("Sara", str(stray.vehicle_id), "Entered by hand.")]
    assert client.post(f"{address}acknowledge/", {"reason": "Once more."}).status_code == 302
    assert len(seen()) == 1


def test_a_supervisor_may_look_at_a_stray_and_an_agent_may_not(client_of, alice, bob, stray):
    address = f"/registrations/strays/{stray.pk}/"
    page = client_of(bob).get(address)
    assert page.status_code == 200
    assert "acknowledge/" not in page.content.decode()
    assert client_of(bob).post(f"{address}acknowledge/", {"reason": "Let me."}).status_code == 403
    assert client_of(alice).get(address).status_code == 403


@pytest.mark.parametrize("number", ["0", "99999", "99999999999999999999999999"])
def test_a_stray_that_is_none_is_not_found(client_of, sara, number):
    assert client_of(sara).get(f"/registrations/strays/{number}/").status_code == 404


def test_alarms_are_listed_the_latest_first(client_of, sara, alarmed, stray):
    Stray.objects.filter(pk=stray.pk).update(found_at=timezone.now() - timedelta(hours=1))
    page = main_of(client_of(sara).get("/").content.decode())
    assert page.index(alarmed.reference) < page.index(stray.reference)
