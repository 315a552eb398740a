"""Staff in Django's admin: superusers only, nobody is deleted, and every change is an event."""

import re
from typing import Any

import pytest

from podero_admin.accounts.models import Membership, Staff
from podero_admin.audit.models import Event

ADD = "/django-admin/accounts/staff/add/"
PASSWORD = "a quite long pass phrase"


def roles(*rows: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    data = {"memberships-TOTAL_FORMS": len(rows), "memberships-INITIAL_FORMS": initial}
    return data | {
        f"memberships-{number}-{key}": value for number, row in enumerate(rows) for key, value in row.items()
    }


def account(staff: Any, **changes: Any) -> dict[str, Any]:
    return {"email": staff.email, "name": staff.name, "is_active": "on"} | changes


@pytest.fixture
def operator(root: Any, client_of: Any) -> Any:
    return client_of(root)


def test_it_adds_somebody_with_a_role(operator: Any, organization_a: Any) -> None:
    data = {"email": "Nina@alpenstrom.example", "name": "Nina", "password1": PASSWORD, "password2": PASSWORD}
    response = operator.post(ADD, data | roles({"organization": organization_a.id, "role": "agent"}))
    assert response.status_code == 302
    nina = Staff.objects.get(email="nina@alpenstrom.example")
    assert nina.check_password(PASSWORD)
    event = Event.objects.get(action="staff.added")
    assert event.organization_id == organization_a.id
    assert "agent" in event.changes
    assert PASSWORD not in event.changes


@pytest.mark.parametrize(
    ("first", "second"), [("short", "short"), (PASSWORD, PASSWORD + "x"), ("nina@alpenstrom", "nina@alpenstrom")]
)
def test_it_refuses_a_bad_password(operator: Any, first: str, second: str) -> None:
    data = {"email": "nina@alpenstrom.example", "name": "", "password1": first, "password2": second}
    assert operator.post(ADD, data | roles()).status_code == 200
    assert not Staff.objects.filter(email__startswith="nina").exists()


def test_it_refuses_an_address_that_somebody_has(operator: Any, alice: Any) -> None:
    data = {"email": alice.email.upper(), "name": "", "password1": PASSWORD, "password2": PASSWORD}
    response = operator.post(ADD, data | roles())
    assert b"Somebody has this e-mail address already." in response.content


def test_a_new_role_is_an_event_with_before_and_after(operator: Any, alice: Any, organization_a: Any) -> None:
    seat = Membership.objects.get(staff=alice)
    row = {"id": seat.pk, "staff": alice.pk, "organization": organization_a.id, "role": "senior"}
    response = operator.post(f"/django-admin/accounts/staff/{alice.pk}/change/", account(alice) | roles(row, initial=1))
    assert response.status_code == 302
    event = Event.objects.get(action="staff.changed")
    assert '"role": ["agent", "senior"]' in event.changes


def test_a_removed_role_is_an_event(operator: Any, alice: Any, organization_a: Any) -> None:
    seat = Membership.objects.get(staff=alice)
    row = {"id": seat.pk, "staff": alice.pk, "organization": organization_a.id, "role": "agent", "DELETE": "on"}
    operator.post(f"/django-admin/accounts/staff/{alice.pk}/change/", account(alice) | roles(row, initial=1))
    assert not Membership.objects.filter(staff=alice).exists()
    assert Event.objects.get(action="staff.changed").organization_id == organization_a.id


def test_deactivation_bites_at_the_next_request(operator: Any, alice: Any, client_of: Any) -> None:
    hers = client_of(alice)
    assert hers.get("/").status_code == 200
    data = {"action": "deactivate", "_selected_action": [alice.pk]}
    operator.post("/django-admin/accounts/staff/", data)
    assert hers.get("/").status_code == 302
    assert Event.objects.filter(action="staff.deactivated").count() == 1


def test_nobody_deactivates_themselves_by_accident(operator: Any, root: Any) -> None:
    operator.post("/django-admin/accounts/staff/", {"action": "deactivate", "_selected_action": [root.pk]})
    assert Staff.objects.get(pk=root.pk).is_active


def test_saving_without_a_change_is_no_event(operator: Any, alice: Any, organization_a: Any) -> None:
    seat = Membership.objects.get(staff=alice)
    row = {"id": seat.pk, "staff": alice.pk, "organization": organization_a.id, "role": "agent"}
    operator.post(f"/django-admin/accounts/staff/{alice.pk}/change/", account(alice) | roles(row, initial=1))
    assert not Event.objects.filter(action__startswith="staff.changed").exists()


def test_nobody_is_deleted(operator: Any, alice: Any) -> None:
    assert operator.post(f"/django-admin/accounts/staff/{alice.pk}/delete/", {"post": "yes"}).status_code == 403
    operator.post("/django-admin/accounts/staff/", {"action": "delete_selected", "_selected_action": [alice.pk]})
    assert Staff.objects.filter(pk=alice.pk).exists()


@pytest.mark.parametrize("path", ["add/", "{id}/change/", "{id}/delete/"])
def test_organisations_are_only_looked_at(operator: Any, organization_a: Any, path: str) -> None:
    where = "/django-admin/organizations/organization/"
    response = operator.post(where + path.format(id=organization_a.id), {"name": "Mine"})
    assert response.status_code == 403
    assert operator.get(f"{where}{organization_a.id}/change/").status_code == 200


@pytest.mark.parametrize("path", ["", "accounts/staff/", "accounts/staff/add/", "organizations/organization/"])
def test_an_administrator_is_no_operator(adam: Any, client_of: Any, path: str) -> None:
    response = client_of(adam).get(f"/django-admin/{path}", follow=True)
    assert response.status_code == 403


def test_strangers_sign_in_like_everybody(db: None, client: Any) -> None:
    response = client.get("/django-admin/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/login/?next=")


def test_a_link_to_set_a_password_works_once_and_is_an_event(operator: Any, alice: Any, client: Any) -> None:
    chosen = {"action": "make_password_link", "_selected_action": [alice.pk]}
    page = operator.post("/django-admin/accounts/staff/", chosen, follow=True).content.decode()
    link = re.search(r"sets a password, once, at http://127\.0\.0\.1(/accounts/[^\s<]+)", page)
    assert link
    event = Event.objects.get(action="staff.changed")
    assert "password_link" in event.changes
    assert link[1] not in str(vars(event))
    form = client.get(link[1], follow=True)
    action = form.request["PATH_INFO"]
    assert client.post(action, {"password1": PASSWORD, "password2": PASSWORD}).status_code == 302
    assert Staff.objects.get(pk=alice.pk).check_password(PASSWORD)
    assert "This link no longer works" in client.get(link[1], follow=True).content.decode()


def test_there_is_no_link_for_the_deactivated_and_none_by_others(
    operator: Any, alice: Any, adam: Any, client_of: Any
) -> None:
    chosen = {"action": "make_password_link", "_selected_action": [alice.pk]}
    assert client_of(adam).post("/django-admin/accounts/staff/", chosen, follow=True).status_code == 403
    Staff.objects.filter(pk=alice.pk).update(is_active=False)
    assert b"sets a password, once" not in operator.post("/django-admin/accounts/staff/", chosen, follow=True).content
    assert not Event.objects.filter(action="staff.changed").exists()
