"""What the frame of every page tells of Podero; asked for only where a frame is drawn."""

from typing import Any

from django.http import HttpRequest
from redis.exceptions import RedisError

from podero_admin.core.access import Access
from podero_admin.organizations.services import troubles_seen


def podero_troubles(request: HttpRequest) -> dict[str, Any]:
    access = getattr(request, "access", None)
    return {"podero_troubles": lambda: _troubles(access) if access and access.staff_id else []}


def _troubles(access: Access) -> list[tuple[str, str]]:
    """Nothing while the cache is away: pages that say what is wrong have this frame too."""
    try:
        return troubles_seen(access=access)
    except RedisError:
        return []
