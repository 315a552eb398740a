"""The pages of registering and of registrations."""

from podero_admin.registrations.views.alarms import acknowledge, acknowledge_stray, stray
from podero_admin.registrations.views.form import preview, register
from podero_admin.registrations.views.pages import decide, detail, list_, send_again

__all__ = [
    "acknowledge",
    "acknowledge_stray",
    "decide",
    "detail",
    "list_",
    "preview",
    "register",
    "send_again",
    "stray",
]
