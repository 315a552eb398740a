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
def settle() -> Callable[..., Any]:
    """One pass of the settler at a moment `after` so many seconds."""
    from datetime import timedelta

    from django.utils import timezone

    from podero_admin.organizations.selectors import system_access
    from podero_admin.registrations.services import registrations_settle

    def once(after: float = 0) -> Any:
        return registrations_settle(access=system_access(), now=lambda: timezone.now() + timedelta(seconds=after))

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
