"""A press at the level of the services, against the sandbox."""

from collections.abc import Callable
from typing import Any

import pytest

PAYLOAD: dict[str, Any] = {"price_zone": "AT", "is_smart_optimization_active": True, "comment": "White"}


@pytest.fixture
def press(alice: Any, jana: Any, access_of: Callable[[Any], Any]) -> Callable[..., Any]:
    """Press once as Alice for Jana; values replace parts of what is sent."""
    from podero_admin.registrations import submission
    from podero_admin.registrations.services import registration_request

    def once(
        *,
        by: Any = None,
        customer: Any = None,
        key: Any = None,
        confirm: bool = False,
        baseline: Any = (),
        **values: Any,
    ) -> Any:
        access = access_of(by or alice)
        whom = customer or jana
        signed = key or submission.read(
            submission.issue(access=access, customer=whom, baseline=baseline), access=access, customer=whom
        )
        payload = PAYLOAD | values
        registration = registration_request(
            access=access, customer=whom, submission=signed, payload=payload, typed=payload, confirm_duplicate=confirm
        )
        registration.refresh_from_db()
        return registration

    return once


@pytest.fixture
def actions() -> Callable[..., list[str]]:
    """The actions in the log about a registration, in order."""
    from podero_admin.audit.models import Event

    return lambda registration: [
        event.action
        for event in Event.objects.filter(object_type="registration", object_id=registration.reference).order_by(
            "number"
        )
    ]


@pytest.fixture
def fresh(registration_in: Callable[..., Any]) -> Any:
    return registration_in("confirmed")


@pytest.fixture
def registration_in(press: Callable[..., Any], world: Any) -> Callable[..., Any]:
    """A registration that was pressed, and then came to stand in this outcome."""

    from podero_admin.sandbox.faults import Fault

    def make(outcome: str, **values: Any) -> Any:
        if outcome != "confirmed":
            world.faults.add(Fault("422" if outcome == "rejected" else "lost_before", match="register"))
        registration = press(**values)
        if outcome in {"absent", "not_sent"}:
            _put(registration, outcome)
        registration.refresh_from_db()
        assert registration.outcome == outcome
        return registration

    return make


def _put(registration: Any, outcome: str) -> None:
    """Where no fault would lead in the time of a test."""
    from django.db import connection
    from django.utils import timezone

    from podero_admin.registrations import triggers
    from podero_admin.registrations.models import Registration

    triggers.lift(connection)
    Registration.objects.filter(pk=registration.pk).update(
        outcome=outcome, next_check_at=None, settled_at=timezone.now()
    )
    triggers.install(connection)
