"""Everything that changes a registration."""

from podero_admin.registrations.services.again import registration_send_again
from podero_admin.registrations.services.alarms import alarm_acknowledge, stray_acknowledge
from podero_admin.registrations.services.chores import chore_report
from podero_admin.registrations.services.decide import registration_decide
from podero_admin.registrations.services.doubts import DuplicateSuspected
from podero_admin.registrations.services.look import registration_look
from podero_admin.registrations.services.press import registration_open, registration_pressed, registration_request
from podero_admin.registrations.services.settle import registrations_settle
from podero_admin.registrations.services.sweep import customers_touched, registrations_sweep, sweep_if_due
from podero_admin.registrations.services.truth import vehicles_look

__all__ = [
    "DuplicateSuspected",
    "alarm_acknowledge",
    "chore_report",
    "customers_touched",
    "registration_decide",
    "registration_look",
    "registration_open",
    "registration_pressed",
    "registration_request",
    "registration_send_again",
    "registrations_settle",
    "registrations_sweep",
    "stray_acknowledge",
    "sweep_if_due",
    "vehicles_look",
]
