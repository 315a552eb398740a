"""Everything that changes a registration."""

from podero_admin.registrations.services.decide import registration_decide
from podero_admin.registrations.services.press import (
    DuplicateSuspected,
    registration_open,
    registration_pressed,
    registration_request,
    registration_send_again,
)
from podero_admin.registrations.services.settle import registrations_settle
from podero_admin.registrations.services.truth import vehicles_look

__all__ = [
    "DuplicateSuspected",
    "registration_decide",
    "registration_open",
    "registration_pressed",
    "registration_request",
    "registration_send_again",
    "registrations_settle",
    "vehicles_look",
]
