"""Another organisation's id in a filter: answered as an unknown one is, and told to the log alone."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from podero_admin.audit.actions import Action
from podero_admin.audit.models import Event
from tests.pages.test_registrations import main_of

pytestmark = pytest.mark.django_db
LISTS = ["/audit/", "/audit/?show=access", "/customers/", "/vehicles/", "/registrations/"]
EXPORTS = ["/customers/export/", "/vehicles/export/", "/audit/export/"]
ASKED = [*(("get", path) for path in LISTS), *(("post", path) for path in [*EXPORTS, "/customers/"])]


def ask(client: Any, method: str, path: str, organization: object) -> Any:
    if method == "post":
        return client.post(path, {"organization": str(organization)})
    return client.get(f"{path}{'&' if '?' in path else '?'}organization={organization}")


def denied() -> list[Event]:
    return list(Event.objects.filter(action=Action.ACCESS_DENIED).order_by("number"))


def shown(response: Any, organization: object) -> str:
    """What the page says; a token of its own is in it each time."""
    assert response.status_code == 422
    page = main_of(response.content.decode()).replace(str(organization), "<asked>")
    return re.sub(r'(csrfmiddlewaretoken" value=)"\w+"', r"\1", page)


@pytest.mark.parametrize(("method", "path"), ASKED)
def test_it_leaves_an_event_and_tells_nothing(
    client_of: Any, bob: Any, organization_b: Any, method: str, path: str
) -> None:
    client, unknown = client_of(bob), uuid4()
    told_of_unknown = shown(ask(client, method, path, unknown), unknown)
    assert denied() == []
    assert shown(ask(client, method, path, organization_b.id), organization_b.id) == told_of_unknown
    (event,) = denied()
    assert (event.actor_name, event.outcome) == ("Bob", "refused")
    assert event.reason == f"outside the person's organisations: organization {organization_b.id}"
    assert event.object_label == f"{method.upper()} {path.partition('?')[0]}"
    assert event.organization_id == bob.memberships.get().organization_id


@pytest.mark.parametrize(("method", "path"), ASKED)
@pytest.mark.parametrize("nonsense", ["", "no-id", "%00", "0" * 5000])
def test_what_is_no_id_leaves_none(client_of: Any, bob: Any, method: str, path: str, nonsense: str) -> None:
    ask(client_of(bob), method, path, nonsense)
    assert denied() == []


@pytest.mark.parametrize(("method", "path"), ASKED)
def test_their_own_leaves_none_even_where_something_else_is_wrong(
    client_of: Any, bob: Any, organization_a: Any, method: str, path: str
) -> None:
    client = client_of(bob)
    ask(client, method, path, f"{organization_a.id}&action=moon.landed&outcome=odd&health=odd&after=x")
    assert denied() == []


def test_another_way_to_write_the_id_is_the_same_attempt(client_of: Any, bob: Any, organization_b: Any) -> None:
    assert ask(client_of(bob), "get", "/audit/", organization_b.id.hex.upper()).status_code == 422
    assert len(denied()) == 1


def test_what_is_answered_as_not_found_leaves_one_only(client_of: Any, bob: Any, organization_b: Any) -> None:
    assert ask(client_of(bob), "post", "/organization/", organization_b.id).status_code == 404
    assert len(denied()) == 1


def test_it_is_refused_all_the_same_when_it_cannot_be_recorded(client_of: Any, bob: Any, organization_b: Any) -> None:
    client = client_of(bob)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event RENAME TO audit_event_away")
    assert ask(client, "get", "/registrations/", organization_b.id).status_code == 422
