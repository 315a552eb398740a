"""Signing in and out, passwords, frames without a session, and the way into Django's admin."""

import re
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client, override_settings

from podero_admin.audit.models import Event
from tests.conftest import PASSWORD, away_for

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "another long pass phrase"


@pytest.fixture(autouse=True)
def _no_attempts_yet() -> None:
    from django.core.cache import cache

    cache.clear()


def sign_in(client: Client, staff: Any, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/accounts/login/", {"login": staff.email, "password": password, **more})


class TestSignIn:
    def test_it_lets_in_and_records_it(self, client: Client, alice: Any) -> None:
        response = sign_in(client, alice)
        assert (response.status_code, response["Location"]) == (302, "/")
        assert Event.objects.get(action="staff.signed_in").actor_id == alice.id

    def test_it_leads_to_where_one_wanted_to_go(self, client: Client, alice: Any) -> None:
        assert sign_in(client, alice, next="/vehicles/?health=old")["Location"] == "/vehicles/?health=old"

    def test_it_never_leads_elsewhere(self, client: Client, alice: Any) -> None:
        assert sign_in(client, alice, next="https://elsewhere.example/")["Location"] == "/"

    @pytest.mark.parametrize("where", ["https://[::1", "//[", "https://[::1]:x/", "\\\\[", "http:///\0"])
    def test_an_address_that_cannot_be_taken_apart_leads_nowhere(
        self, client: Client, client_of: Any, alice: Any, where: str
    ) -> None:
        assert client.get("/accounts/login/", {"next": where}).status_code == 200
        assert sign_in(client, alice, "wrong", next=where).status_code == 200
        assert sign_in(client, alice, next=where)["Location"] == "/"
        assert client_of(alice).get("/accounts/login/", {"next": where})["Location"] == "/"
        assert client_of(alice).post("/accounts/logout/", {"next": where})["Location"] == "/"

    def test_it_turns_away_a_wrong_password_and_records_it(self, client: Client, alice: Any) -> None:
        response = sign_in(client, alice, "wrong")
        assert "Please check what you entered" in response.content.decode()
        event = Event.objects.get(action="staff.sign_in_failed")
        assert (event.outcome, event.object_id) == ("refused", str(alice.id))

    def test_it_turns_away_the_deactivated_and_records_it(self, client: Client, alice: Any) -> None:
        alice.is_active = False
        alice.save()
        sign_in(client, alice)
        assert client.get("/").status_code == 302
        event = Event.objects.get(action="staff.sign_in_failed")
        assert (event.outcome, event.reason, event.object_id) == ("refused", "deactivated", str(alice.id))

    def test_supervisors_see_who_failed_to_sign_in_as_their_staff(self, client: Client, alice: Any, bob: Any) -> None:
        sign_in(client, alice, "wrong")
        sign_in(client, bob)
        assert "wrong password" in client.get("/audit/").content.decode()

    def test_it_slows_down_guessing(self, client: Client, alice: Any) -> None:
        for _ in range(6):
            sign_in(client, alice, "wrong")
        assert "Too many failed login attempts" in sign_in(client, alice).content.decode()
        failed = Event.objects.filter(action="staff.sign_in_failed").order_by("number")
        assert [event.reason for event in failed] == ["wrong password"] * 5 + ["too many tries"]

    def test_a_try_during_an_outage_shuts_nobody_out(self, client: Client, alice: Any) -> None:
        client.raise_request_exception = False
        with connection.execute_wrapper(away_for("accounts_staff")):
            assert [sign_in(client, alice).status_code >= 500 for _ in range(7)] == [True] * 7
        assert sign_in(client, alice)["Location"] == "/"
        assert not Event.objects.filter(action="staff.sign_in_failed").exists()

    def test_a_guess_counts_even_if_it_cannot_be_written_down(self, client: Client, alice: Any) -> None:
        client.raise_request_exception = False
        with connection.execute_wrapper(away_for("audit_event")):
            assert [sign_in(client, alice, "wrong").status_code >= 500 for _ in range(5)] == [True] * 5
        assert "Too many failed login attempts" in sign_in(client, alice).content.decode()

    def test_who_guesses_an_address_that_we_do_not_know_is_in_the_log_too(self, client: Client, alice: Any) -> None:
        for _ in range(7):
            client.post("/accounts/login/", {"login": "no@body.example", "password": "wrong"})
        events = Event.objects.filter(action="staff.sign_in_failed")
        assert {event.reason for event in events} == {"no such staff"}
        assert events.count() == 6
        assert "no@body.example" not in str([vars(event) for event in events])

    def test_each_organisation_of_a_person_is_told_by_its_name(
        self, client: Client, alice: Any, bob: Any, charlie: Any, organization_b: Any, client_of: Any
    ) -> None:
        alice.memberships.create(organization=organization_b, role="agent")
        sign_in(client, alice, "wrong")
        sign_in(client, alice)
        client.post("/accounts/logout/")
        for action in ("staff.sign_in_failed", "staff.signed_in", "staff.signed_out"):
            told = Event.objects.filter(action=action).order_by("organization_name")
            assert [event.organization_name for event in told] == ["Alpenstrom GmbH", "Nordvolt AB"], action
        assert "Alice" in client_of(bob).get("/audit/?action=staff.signed_in").content.decode()

    def test_a_deactivation_bites_at_the_next_request(self, alice: Any, client_of: Any) -> None:
        browser = client_of(alice)
        assert browser.get("/").status_code == 200
        alice.is_active = False
        alice.save()
        assert browser.get("/").status_code == 302

    def test_nobody_signs_up(self, client: Client) -> None:
        from podero_admin.accounts.models import Staff

        fields = {"email": "eve@evil.example", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
        assert "Nobody can sign up here" in client.post("/accounts/signup/", fields).content.decode()
        assert not Staff.objects.exists()

    def test_pages_that_we_do_not_offer_are_not_there(self, alice: Any, client_of: Any) -> None:
        assert client_of(alice).get("/accounts/email/").status_code == 404


class TestSignOut:
    def test_it_ends_the_session_and_records_it(self, alice: Any, client_of: Any) -> None:
        browser = client_of(alice)
        browser.post("/accounts/logout/")
        assert browser.get("/").status_code == 302
        assert Event.objects.get(action="staff.signed_out").actor_id == alice.id

    def test_a_link_alone_signs_nobody_out(self, alice: Any, client_of: Any) -> None:
        browser = client_of(alice)
        assert "Sign out?" in browser.get("/accounts/logout/").content.decode()
        assert browser.get("/").status_code == 200


class TestPassword:
    def test_changing_it_keeps_the_session_and_is_an_event(self, alice: Any, client_of: Any) -> None:
        browser = client_of(alice)
        fields = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
        assert browser.post("/accounts/password/change/", fields)["Location"] == "/"
        assert "Your password is changed." in browser.get("/").content.decode()
        event = Event.objects.get(action="staff.password_changed")
        assert event.actor_id == alice.id
        assert NEW_PASSWORD not in event.changes

    def test_a_wrong_old_password_changes_nothing(self, alice: Any, client_of: Any) -> None:
        fields = {"oldpassword": "wrong", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
        client_of(alice).post("/accounts/password/change/", fields)
        alice.refresh_from_db()
        assert alice.check_password(PASSWORD)
        assert not Event.objects.filter(action="staff.password_changed").exists()

    def test_without_mail_the_reset_says_whom_to_ask(self, client: Client, alice: Any) -> None:
        for response in (
            client.get("/accounts/password/reset/"),
            client.post("/accounts/password/reset/", {"email": alice.email}),
        ):
            assert response.status_code == 200
            assert "Ask your IT" in response.content.decode()

    @override_settings(MAIL_CONFIGURED=True)
    def test_the_link_of_a_reset_sets_a_password(self, client: Client, alice: Any) -> None:
        client.post("/accounts/password/reset/", {"email": alice.email})
        assert Event.objects.get(action="staff.password_reset_requested").object_id == str(alice.id)
        path = re.search(r"https?://[^/\s]+(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
        assert path
        form = client.get(path[1], follow=True)
        action = form.request["PATH_INFO"]
        done = client.post(action, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}, follow=True)
        assert "Your new password is set" in done.content.decode()
        alice.refresh_from_db()
        assert alice.check_password(NEW_PASSWORD)
        assert Event.objects.filter(action="staff.password_changed").count() == 1

    @override_settings(MAIL_CONFIGURED=True)
    def test_a_reset_does_not_tell_who_has_an_account(self, client: Client, alice: Any) -> None:
        answers = {
            client.post("/accounts/password/reset/", {"email": email})["Location"]
            for email in (alice.email, "no@body.example")
        }
        assert len(answers) == 1
        assert [letter.to for letter in mail.outbox] == [[alice.email]]

    @override_settings(MAIL_CONFIGURED=True)
    def test_a_deactivated_person_gets_no_link(self, client: Client, alice: Any) -> None:
        type(alice).objects.update(is_active=False)
        assert client.post("/accounts/password/reset/", {"email": alice.email}).status_code == 302
        assert mail.outbox == []

    @override_settings(
        MAIL_CONFIGURED=True,
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=9,
    )
    def test_a_mail_server_that_is_down_does_not_break_the_page(self, client: Client, alice: Any) -> None:
        assert client.post("/accounts/password/reset/", {"email": alice.email}).status_code == 302

    def test_a_link_that_is_no_more_says_so(self, client: Client, db: None) -> None:
        assert "This link no longer works" in client.get("/accounts/password/reset/key/1-abc/").content.decode()


class TestEndedSession:
    @pytest.mark.parametrize(
        ("referer", "page"),
        [
            ("http://testserver/audit/?action=staff.signed_in", "/audit/%3Faction%3Dstaff.signed_in"),
            ("http://elsewhere.example/audit/", "/audit/verify/"),
            ("http://testserver//elsewhere.example/", "/%252Felsewhere.example/"),
            ("", "/audit/verify/"),
        ],
    )
    def test_the_sign_in_leads_back_to_the_page_of_the_form(self, client: Client, referer: str, page: str) -> None:
        response = client.post("/audit/verify/", headers={"referer": referer})
        assert response["Location"] == f"/accounts/login/?next={page}"

    def test_a_button_opened_as_a_page_says_that_nothing_was_done(self, bob: Any, client_of: Any) -> None:
        response = client_of(bob).get("/audit/verify/")
        assert response.status_code == 405
        assert response["Allow"] == "POST"
        assert "Nothing was done" in response.content.decode()


class TestFrame:
    def test_a_frame_without_a_session_explains_instead_of_redirecting(self, client: Client) -> None:
        response = client.get("/vehicles/?health=old", headers={"sec-fetch-dest": "iframe"})
        page = response.content.decode()
        assert response.status_code == 401
        assert "You are not signed in" in page
        assert 'href="/vehicles/?health=old" target="_blank"' in page

    @pytest.mark.parametrize(
        ("asked", "headers", "status"),
        [
            ("/", {"sec-fetch-dest": "frame"}, 401),
            ("/", {"sec-fetch-dest": "object"}, 401),
            ("/?embed=1", {}, 401),
            ("/?embed=1", {"sec-fetch-dest": "empty"}, 401),
            ("/?embed=1", {"sec-fetch-dest": "document"}, 302),
            ("/", {"sec-fetch-dest": "document"}, 302),
        ],
    )
    def test_what_is_a_frame_the_browser_says(
        self, client: Client, asked: str, headers: dict[str, str], status: int
    ) -> None:
        assert client.get(asked, headers=headers).status_code == status

    def test_a_form_sent_from_a_frame_without_a_session_leads_back_to_its_page(self, client: Client) -> None:
        came_from = {"sec-fetch-dest": "iframe", "referer": "http://testserver/audit/?embed=1"}
        page = client.post("/audit/verify/?embed=1", headers=came_from).content.decode()
        assert 'href="/audit/" target="_blank"' in page
        assert 'href="/audit/?embed=1"' in page

    def test_htmx_without_a_session_gets_a_whole_redirect(self, client: Client) -> None:
        response = client.get("/vehicles/", headers={"hx-request": "true"})
        assert response["HX-Redirect"].startswith("/accounts/login/")


class TestDjangoAdmin:
    def test_it_signs_in_like_everybody(self, client: Client, db: None) -> None:
        assert (
            client.get("/django-admin/", follow=True)
            .redirect_chain[-1][0]
            .startswith("/accounts/login/?next=/django-admin/")
        )

    def test_a_superuser_comes_in(self, root: Any, client_of: Any) -> None:
        assert client_of(root).get("/django-admin/").status_code == 200

    def test_others_are_refused_and_that_is_an_event(self, adam: Any, client_of: Any) -> None:
        response = client_of(adam).get("/django-admin/", follow=True)
        assert response.status_code == 403
        assert Event.objects.filter(action="access.denied", actor_id=adam.id).exists()

    def test_to_sign_out_there_is_an_event_too(self, root: Any, client_of: Any) -> None:
        browser = client_of(root)
        browser.post("/django-admin/logout/")
        assert browser.get("/").status_code == 302
        assert Event.objects.filter(action="staff.signed_out", actor_id=root.id).exists()

    def test_a_new_password_is_set_on_the_page_that_everybody_has(self, root: Any, client_of: Any) -> None:
        response = client_of(root).post("/django-admin/password_change/", {"old_password": PASSWORD})
        assert response["Location"] == "/accounts/password/change/"

    def test_nobody_gets_a_second_address_to_sign_in_with(self, root: Any, client_of: Any) -> None:
        assert client_of(root).get("/django-admin/account/emailaddress/").status_code == 404
