"""Every address and every command that changes something leaves an event; a new one without is found here."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from podero_admin.sandbox.faults import Fault
from tests.conftest import PASSWORD
from tests.registering import press, registration_of

# They show, search or check, and change nothing of anybody's: what they may store is a mirror, a session or a cookie.
READS = {
    "desk:start", "desk:search", "desk:status", "desk:open", "desk:customer", "desk:theme",
    "directory:list", "registering:preview", "registrations:list", "registrations:detail",
    "registrations:stray",
    "vehicles:list", "vehicles:detail", "audit:list", "audit:detail",
    "organizations:connections",
    "account_inactive", "account_signup", "account_reauthenticate", "account_set_password",
    "account_reset_password_done", "account_reset_password_from_key_done",
}  # fmt: skip
#: Of Django's admin: what is written there is staff and their roles (tests/unit/accounts/test_admin.py), and nothing else;
#: a deletion is refused, and sign-in, sign-out and password lead to the pages that everybody has.
ADMIN_WRITES = {"accounts_staff"}
COMMAND_READS = {"sync"}


def names(resolver: Any = None, space: str = "") -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}"


@pytest.fixture
def stage(client_of: Any, adam: Any, jana: Any, organization_a: Any, world: Any) -> dict[str, Any]:
    """An administrator at work, a customer, a vehicle."""
    client = client_of(adam)
    return {"client": client, "staff": adam, "customer": jana, "organization": organization_a, "world": world}


def _vehicle(stage: dict[str, Any]) -> Any:
    return registration_of(press(stage["client"], stage["customer"].id)).vehicle


def _unknown(stage: dict[str, Any]) -> Any:
    stage["world"].faults.add(Fault("lost_before", match="register"))
    return registration_of(press(stage["client"], stage["customer"].id))


def _send_again(stage: dict[str, Any]) -> None:
    registration = _unknown(stage)
    address = f"/registrations/{registration.reference}"
    stage["client"].post(f"{address}/decide/", {"vehicle": "none", "reason": "looked at Podero"})
    stage["client"].post(f"{address}/send-again/", {"attempt": "1"})


def _alarmed(stage: dict[str, Any]) -> Any:
    """A registration that another vehicle bears too, and a vehicle of a registration that nobody knows."""
    registration, customer = registration_of(press(stage["client"], stage["customer"].id)), stage["customer"]
    for reference in (registration.reference, "R-23456789AB"):
        stage["world"].add_vehicle(str(customer.id), comment=f"[pa:{reference[2:]}-1] White")
    call_command("sweep")
    registration.refresh_from_db()
    return registration


def _acknowledge(stage: dict[str, Any]) -> None:
    registration = _alarmed(stage)
    data = {"read": registration.alarm, "reason": "seen to"}
    stage["client"].post(reverse("registrations:acknowledge", args=[registration.reference]), data)


def _acknowledge_stray(stage: dict[str, Any]) -> None:
    _alarmed(stage)
    stray = stage["customer"].strays.get()
    stage["client"].post(reverse("registrations:acknowledge_stray", args=[stray.pk]), {"reason": "seen to"})


def _reset_from_key(stage: dict[str, Any]) -> None:
    from podero_admin.accounts.invitations import invitation_link

    link = urlsplit(invitation_link(staff=stage["staff"])).path
    form = stage["client"].get(link, follow=True).request["PATH_INFO"]
    stage["client"].post(form, {"password1": "quite another pass phrase", "password2": "quite another pass phrase"})


def _sign_in(stage: dict[str, Any]) -> None:
    stage["client"].logout()
    stage["client"].post("/accounts/login/", {"login": stage["staff"].email, "password": PASSWORD})


def _reset_asked(stage: dict[str, Any]) -> None:
    stage["client"].logout()
    stage["client"].post("/accounts/password/reset/", {"email": stage["staff"].email})


def _change_password(stage: dict[str, Any]) -> None:
    new = "quite another pass phrase"
    stage["client"].post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})


ACTS: dict[str, tuple[str, Callable[[dict[str, Any]], Any]]] = {
    "registering:register": ("registration.requested", _vehicle),
    "registrations:send_again": ("registration.sent_again", _send_again),
    "registrations:decide": ("registration.decided", _send_again),
    "registrations:acknowledge": ("alarm.acknowledged", _acknowledge),
    "registrations:acknowledge_stray": ("alarm.acknowledged", _acknowledge_stray),
    "vehicles:refresh": (
        "vehicle.refreshed",
        lambda s: s["client"].post(reverse("vehicles:refresh", args=[_vehicle(s).id])),
    ),
    "vehicles:position": (
        "vehicle.position_shown",
        lambda s: s["client"].post(reverse("vehicles:position", args=[_vehicle(s).id])),
    ),
    "desk:refresh": ("vehicle.refreshed", lambda s: s["client"].post(reverse("desk:refresh", args=[s["customer"].id]))),
    "directory:refresh": ("customers.refreshed", lambda s: s["client"].post("/customers/refresh/")),
    "directory:export": ("customers.exported", lambda s: s["client"].post("/customers/export/")),
    "organizations:test": (
        "connection.tested",
        lambda s: s["client"].post(reverse("organizations:test", args=[s["organization"].id])),
    ),
    "organizations:choose": (
        "organization.chosen",
        lambda s: s["client"].post("/organization/", {"organization": s["organization"].id}),
    ),
    "vehicles:export": ("vehicles.exported", lambda s: s["client"].post("/vehicles/export/")),
    "audit:export": ("events.exported", lambda s: s["client"].post("/audit/export/")),
    "audit:verify": ("events.verified", lambda s: s["client"].post("/audit/verify/")),
    "account_login": ("staff.signed_in", _sign_in),
    "account_logout": ("staff.signed_out", lambda s: s["client"].post("/accounts/logout/")),
    "account_change_password": ("staff.password_changed", _change_password),
    "account_reset_password": ("staff.password_reset_requested", _reset_asked),
    "account_reset_password_from_key": ("staff.password_changed", _reset_from_key),
}


def test_every_address_is_known_to_read_or_to_act():
    """A new address is added to one of the two tables above, with the act that must leave an event."""
    ours = {name for name in names() if not name.startswith("admin:")}
    assert ours == READS | set(ACTS)


def test_in_djangos_admin_nothing_is_written_but_staff(stage, root, rf):
    from django.contrib import admin

    rf.user = root
    writable = {
        model._meta.label_lower.replace(".", "_")
        for model, page in admin.site._registry.items()
        if page.has_add_permission(rf) or page.has_change_permission(rf) or page.has_delete_permission(rf)
    }
    assert writable == ADMIN_WRITES


@pytest.mark.parametrize("name", sorted(ACTS))
def test_the_act_behind_the_address_leaves_its_event(name, stage, settings):
    from podero_admin.audit.models import Event

    settings.MAIL_CONFIGURED = True
    action, act = ACTS[name]
    before = Event.objects.filter(action=action).count()
    act(stage)
    assert Event.objects.filter(action=action).count() > before


def _settle(stage: dict[str, Any]) -> None:
    from podero_admin.registrations.models import Registration

    registration = _unknown(stage)
    Registration.objects.filter(pk=registration.pk).update(next_check_at=registration.created_at)
    stage["world"].register(
        stage["world"].user(str(stage["customer"].id)), {"comment": f"[pa:{registration.reference[2:]}-1] "}, {}
    )
    call_command("settle")


def _left_the_file(stage: dict[str, Any]) -> None:
    from django.conf import settings

    path = Path(settings.PODERO_ORGANIZATIONS)
    path.write_text(path.read_text(encoding="utf-8").replace("Alpenstrom GmbH", "Alpenstrom AG"), encoding="utf-8")
    call_command("load_organizations")


def _change_by_command(stage: dict[str, Any]) -> None:
    with pytest.MonkeyPatch.context() as terminal:
        terminal.setattr("getpass.getpass", lambda prompt: "quite another pass phrase")
        call_command("changepassword", stage["staff"].email)


COMMANDS: dict[str, tuple[str, Callable[[dict[str, Any]], Any]]] = {
    "add_staff": (
        "staff.added",
        lambda s: call_command(
            "add_staff", "new@alpenstrom.example", role="agent", organization=str(s["organization"].id)
        ),
    ),
    "createsuperuser": (
        "staff.added",
        lambda s: call_command("createsuperuser", email="r@operator.example", interactive=False),
    ),
    "changepassword": ("staff.changed", _change_by_command),
    "load_organizations": ("organization.loaded", _left_the_file),
    "check_connection": ("connection.tested", lambda s: call_command("check_connection")),
    "settle": ("registration.confirmed", _settle),
    "sweep": ("alarm.raised", _alarmed),
    "audit_verify": ("events.verified", lambda _stage: _break_and_verify()),
}


def _break_and_verify() -> None:
    from django.db import connection

    from podero_admin.audit import triggers
    from podero_admin.audit.models import Event

    triggers.lift(connection)
    with connection.cursor() as cursor:
        first = Event.objects.order_by("number").first()
        assert first
        cursor.execute("UPDATE audit_event SET reason = 'altered' WHERE number = %s", [first.number])
    triggers.install(connection)
    with pytest.raises(CommandError):
        call_command("audit_verify")


def test_every_command_is_known_to_act():
    found = {path.stem for path in Path("podero_admin").glob("*/management/commands/*.py")} - {"__init__"}
    assert found == set(COMMANDS) | COMMAND_READS


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_command_leaves_its_event(name, stage, capsys):
    from podero_admin.audit.models import Event

    action, act = COMMANDS[name]
    before = Event.objects.filter(action=action).count()
    act(stage)
    assert Event.objects.filter(action=action).count() > before
