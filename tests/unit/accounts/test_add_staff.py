"""Staff by command: who is added, what is refused, and that the link to a password works once."""

import re
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import clear_script_prefix, set_script_prefix

from podero_admin.accounts.models import Membership, Staff
from podero_admin.audit.models import Event

EMAIL = "nina@alpenstrom.example"
PASSWORD = "a quite long pass phrase"


@pytest.fixture
def add(organization_a: Any) -> Any:
    def act(email: str = EMAIL, **options: Any) -> str:
        out = StringIO()
        given = {"role": "agent", "organization": str(organization_a.id)} | options
        call_command("add_staff", email, stdout=out, **given)
        return out.getvalue()

    return act


def test_it_adds_somebody_who_signs_in_at_once(add: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEW_PASSWORD", PASSWORD)
    assert "http" not in add(password_env="NEW_PASSWORD", name="Nina")
    response = Client().post("/accounts/login/", {"login": EMAIL, "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/")


def test_it_records_the_addition_without_the_password(add: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEW_PASSWORD", PASSWORD)
    add(password_env="NEW_PASSWORD")
    event = Event.objects.get(action="staff.added")
    assert "agent" in event.changes
    assert PASSWORD not in event.changes
    assert EMAIL not in event.changes


def test_without_a_password_it_prints_a_link_that_works_once(add: Any) -> None:
    link = re.search(r"http://127\.0\.0\.1(/accounts/\S+)", add())
    assert link
    client = Client()
    form = client.get(link[1], follow=True)
    assert form.status_code == 200
    done = client.post(form.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    assert done.status_code == 302
    assert Client().post("/accounts/login/", {"login": EMAIL, "password": PASSWORD}).status_code == 302
    assert Event.objects.filter(action="staff.password_changed").exists()
    again = Client().get(link[1], follow=True)
    assert 'name="password1"' not in again.content.decode()


def test_the_link_is_mailed_where_mail_is_configured(add: Any, settings: Any) -> None:
    settings.MAIL_CONFIGURED = True
    out = add()
    (letter,) = mail.outbox
    assert letter.to == [EMAIL]
    link = re.search(r"http\S+/password/reset/key/\S+", out)
    assert link
    assert link[0] in letter.body


def test_without_mail_nothing_is_sent(add: Any) -> None:
    add()
    assert mail.outbox == []


def test_an_existing_person_gets_the_new_role_and_keeps_the_password(add: Any, alice: Any) -> None:
    assert "was changed" in add(alice.email.upper(), role="senior")
    assert Membership.objects.get(staff=alice).role == "senior"
    assert Staff.objects.get(pk=alice.pk).password == alice.password
    assert Event.objects.filter(action="staff.changed").count() == 1


def test_an_existing_person_is_called_by_another_name_from_then_on(add: Any, alice: Any) -> None:
    add(alice.email, name="Alice Adler")
    assert Staff.objects.get(pk=alice.pk).name == "Alice Adler"
    assert '"name"' in Event.objects.get(action="staff.changed").changes
    add(alice.email, role="senior")
    assert Staff.objects.get(pk=alice.pk).name == "Alice Adler"


def test_a_deactivated_person_gets_no_link_and_is_named_so(add: Any, alice: Any, settings: Any) -> None:
    settings.MAIL_CONFIGURED = True
    Staff.objects.update(is_active=False)
    out = add(alice.email, role="senior")
    assert "The account is deactivated" in out
    assert "http" not in out
    assert mail.outbox == []


def test_the_letter_names_the_address_with_its_path(add: Any, settings: Any) -> None:
    settings.MAIL_CONFIGURED, settings.PUBLIC_URL = True, "https://intra.example"
    set_script_prefix("/podero/")
    try:
        add()
    finally:
        clear_script_prefix()
    assert f"Then sign in with {EMAIL} at https://intra.example/podero/" in str(mail.outbox[0].body)


def test_a_second_organisation_is_a_second_role(add: Any, alice: Any, organization_b: Any) -> None:
    add(alice.email, organization=str(organization_b.id), role="supervisor")
    assert {m.role for m in Membership.objects.filter(staff=alice)} == {"agent", "supervisor"}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"role": "boss"}, "There is no role boss: say one of agent, senior, supervisor, administrator."),
        ({"organization": "x"}, "x is not an organisation's id; load_organizations lists them."),
        ({"organization": "9b2c7f0e-0000-4000-8000-000000000000"}, "There is no organisation 9b2c7f0e"),
        ({"email": "nobody"}, "nobody is not an e-mail address."),
        ({"password_env": "PODERO_ADMIN_NOT_SET"}, "The environment variable PODERO_ADMIN_NOT_SET is not set."),
    ],
)
def test_it_refuses_in_one_sentence_and_adds_nobody(add: Any, options: dict[str, str], sentence: str) -> None:
    with pytest.raises(CommandError) as refused:
        add(**options)
    assert str(refused.value).startswith(sentence)
    assert "\n" not in str(refused.value)
    assert not Staff.objects.exists()


def test_it_refuses_a_weak_password_and_adds_nobody(add: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEW_PASSWORD", "password")
    with pytest.raises(CommandError, match="too short"):
        add(password_env="NEW_PASSWORD")
    assert not Staff.objects.exists()


def test_a_superuser_from_the_environment_signs_in_at_once(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_EMAIL", "root@operator.example")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", interactive=False, stdout=StringIO())
    client = Client()
    response = client.post("/accounts/login/", {"login": "root@operator.example", "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/django-admin/").status_code == 200
    assert Event.objects.filter(action="staff.added").count() == 1


def test_a_superuser_may_do_everything_in_every_organisation(
    root: Any, organization_a: Any, organization_b: Any, access_of: Any
) -> None:
    from podero_admin.core.access import Permission

    access = access_of(root)
    assert all(access.allows(one, org.id) for one in Permission for org in (organization_a, organization_b))
