"""What the frame of every page tells of Podero; asked for only where a frame is drawn."""

from typing import Any

from django.http import HttpRequest

from podero_admin.organizations.services import troubles_seen


def podero_troubles(request: HttpRequest) -> dict[str, Any]:
    access = getattr(request, "access", None)
    return {"podero_troubles": lambda: troubles_seen(access=access) if access and access.staff_id else []}
