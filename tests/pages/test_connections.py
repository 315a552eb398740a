"""The connections to Podero, and the choice of an organisation."""

from typing import Any

import pytest
from django.core.cache import cache

from podero_admin.audit.models import Event
from podero_admin.sandbox.faults import Fault
from tests.registering import press, registration_of, submission_key

pytestmark = pytest.mark.django_db


class TestConnections:
    def test_the_administrator_sees_settings_without_secrets(self, adam: Any, client_of: Any) -> None:
        response = client_of(adam).get("/connections/")
        page = response.content.decode()
        assert response.status_code == 200
        assert "Alpenstrom GmbH" in page
        assert "Nordvolt" not in page
        assert "alpenstrom-sandbox" not in page

    @pytest.mark.parametrize("name", ["alice", "bob", "charlie"])
    def test_others_are_refused_and_that_is_an_event(
        self, request: pytest.FixtureRequest, client_of: Any, name: str
    ) -> None:
        staff = request.getfixturevalue(name)
        assert client_of(staff).get("/connections/").status_code == 403
        assert Event.objects.filter(action="access.denied", actor_id=staff.id).count() == 1

    def test_a_test_that_succeeds_says_so_and_is_an_event(self, adam: Any, organization_a: Any, client_of: Any) -> None:
        response = client_of(adam).post(f"/connections/{organization_a.id}/test/")
        assert "The connection works" in response.content.decode()
        assert Event.objects.get(action="connection.tested").outcome == "done"

    def test_a_test_that_fails_says_why(self, adam: Any, organization_a: Any, sandbox: Any, client_of: Any) -> None:
        sandbox.stop()
        response = client_of(adam).post(f"/connections/{organization_a.id}/test/")
        assert response.status_code == 200
        assert "The connection does not work" in response.content.decode()
        assert Event.objects.get(action="connection.tested").outcome == "failed"

    def test_a_foreign_organisation_is_not_found(self, adam: Any, organization_b: Any, client_of: Any) -> None:
        assert client_of(adam).post(f"/connections/{organization_b.id}/test/").status_code == 404
        assert not Event.objects.filter(action="connection.tested").exists()


class TestLastError:
    @pytest.mark.parametrize("refused", [Fault("401", match="register", times=2), Fault("401", match="token")])
    def test_credentials_refused_at_a_press_are_told_to_the_operator(
        self, adam: Any, alice: Any, jana: Any, world: Any, client_of: Any, refused: Fault, caplog: Any
    ) -> None:
        agent = client_of(alice)
        page = agent.get(f"/customers/{jana.id}/register/").content.decode()
        world.revoke_tokens()
        cache.clear()
        world.faults.add(refused)
        assert registration_of(press(agent, jana.id, key=submission_key(page))).outcome in {"rejected", "not_sent"}
        assert [record.levelname for record in caplog.records if "credentials" in record.getMessage()] == ["ERROR"]
        assert "Last call failed" in client_of(adam).get("/connections/").content.decode()

    def test_an_error_is_told_but_is_not_the_last_call_once_podero_answered_again(
        self, adam: Any, organization_a: Any, world: Any, client_of: Any
    ) -> None:
        world.faults.add(Fault("lost_before", match="users", times=None))
        browser = client_of(adam)
        browser.post("/customers/refresh/", {"organization": str(organization_a.id)})
        assert "Last call failed" in browser.get("/connections/").content.decode()
        world.faults.clear()
        browser.post("/customers/refresh/", {"organization": str(organization_a.id)})
        page = browser.get("/connections/").content.decode()
        assert "Last call failed" not in page
        assert "Podero could not be reached." in page


class TestChoose:
    def test_it_is_kept_shown_and_recorded(
        self, root: Any, organization_b: Any, organization_a: Any, client_of: Any
    ) -> None:
        browser = client_of(root)
        response = browser.post("/organization/", {"organization": str(organization_b.id), "next": "/connections/"})
        assert response["Location"] == "/connections/"
        assert "Organisation: Nordvolt AB" in browser.get("/").content.decode()
        assert Event.objects.get(action="organization.chosen").object_label == "Nordvolt AB"

    def test_all_takes_the_choice_back(
        self, root: Any, organization_b: Any, organization_a: Any, client_of: Any
    ) -> None:
        browser = client_of(root)
        browser.post("/organization/", {"organization": str(organization_b.id)})
        browser.post("/organization/", {"organization": "all"})
        assert "Organisation: All organisations" in browser.get("/").content.decode()

    @pytest.mark.parametrize("wanted", ["", "x", "\0", "00000000-0000-4000-8000-000000000000"])
    def test_what_is_none_is_not_found(self, alice: Any, client_of: Any, wanted: str) -> None:
        assert client_of(alice).post("/organization/", {"organization": wanted}).status_code == 404

    def test_charlie_cannot_choose_a_foreign_one(self, charlie: Any, organization_a: Any, client_of: Any) -> None:
        assert client_of(charlie).post("/organization/", {"organization": str(organization_a.id)}).status_code == 404
        assert not Event.objects.filter(action="organization.chosen").exists()
        assert Event.objects.filter(action="access.denied", actor_id=charlie.id).exists()
