"""The organisations file in the database: what changes is an event, what leaves is kept."""

import uuid
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from podero_admin.audit.models import Event
from podero_admin.core.access import Access
from podero_admin.organizations.models import Organization
from podero_admin.organizations.services import organizations_load


def load() -> list[Organization]:
    return organizations_load(access=Access.system())


def rewrite(path: Path, before: str, after: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")


def test_loading_twice_is_one_event_each(organizations: Any) -> None:
    count = Event.objects.filter(action="organization.loaded").count()
    load()
    assert Event.objects.filter(action="organization.loaded").count() == count


def test_a_changed_name_is_an_event_with_before_and_after(organizations: Any, settings: Any) -> None:
    rewrite(settings.PODERO_ORGANIZATIONS, "Nordvolt AB", "Nordvolt Energi AB")
    load()
    event = Event.objects.filter(action="organization.loaded").latest("number")
    assert "Nordvolt Energi AB" in event.changes
    assert "secret" not in event.changes


def test_an_organisation_that_leaves_keeps_its_data_and_gets_no_more_calls(
    organization_b: Any, sandbox: Any, world: Any, settings: Any
) -> None:
    from podero_admin.directory.services import customers_refresh
    from podero_admin.organizations.selectors import system_access

    text = settings.PODERO_ORGANIZATIONS.read_text(encoding="utf-8")
    settings.PODERO_ORGANIZATIONS.write_text(text[: text.rindex("[[organization]]")], encoding="utf-8")
    load()
    assert not Organization.objects.get(id=organization_b.id).is_configured
    assert Event.objects.filter(action="organization.left").count() == 1
    asked = len(world.requests) + world.token_requests
    result = customers_refresh(access=system_access(), organization_id=organization_b.id)
    assert "no longer in the organisations file" in result.error
    assert len(world.requests) + world.token_requests == asked


def test_a_file_that_breaks_later_changes_nothing(organizations: Any, settings: Any) -> None:
    settings.PODERO_ORGANIZATIONS.write_text("[[organization", encoding="utf-8")
    with pytest.raises(CommandError, match="not valid TOML"):
        call_command("load_organizations")
    assert Organization.objects.filter(is_configured=True).count() == 2


def test_the_command_lists_what_it_loaded(organizations: Any) -> None:
    out = StringIO()
    call_command("load_organizations", stdout=out)
    assert "Alpenstrom GmbH  sandbox" in out.getvalue()


def test_a_connection_that_works_is_said_so(organizations: Any) -> None:
    out = StringIO()
    call_command("check_connection", stdout=out)
    assert out.getvalue().count("A token was given") == 2


def test_a_connection_that_does_not_work_is_exit_one(organizations: Any, sandbox: Any) -> None:
    sandbox.stop()
    with pytest.raises(CommandError, match="2 of 2 connections do not work"):
        call_command("check_connection", stdout=StringIO())


def test_an_unknown_organisation_is_one_sentence(organizations: Any) -> None:
    for command in ("check_connection", "sync"):
        with pytest.raises(CommandError, match="There is no such organisation"):
            call_command(command, organization=uuid.uuid4())
