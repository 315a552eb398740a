"""The pages of registering and of registrations."""

from podero_admin.registrations.views.form import preview, register
from podero_admin.registrations.views.pages import decide, detail, list_, send_again

__all__ = ["decide", "detail", "list_", "preview", "register", "send_again"]
