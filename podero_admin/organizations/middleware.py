"""Another organisation's id in a filter becomes an event, while the answer is that for an id that does not exist."""

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from podero_admin.audit.middleware import denied
from podero_admin.core.access import NOBODY
from podero_admin.organizations.models import Organization


class OutsideMiddleware:
    """Here, for all lists and exports at once: each has its own way to say that a filter cannot be used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY and (outside := _outside(request)):
            denied(request, f"outside the person's organisations: organization {outside}")
        return response


def _outside(request: HttpRequest) -> UUID | None:
    """The organisation that was asked for, where it exists and the person has no seat in it."""
    asked = request.POST if request.method == "POST" else request.GET
    try:
        wanted = UUID(asked.get("organization", "").strip())
    except ValueError:
        return None
    is_theirs = wanted in getattr(request, "access", NOBODY).by_id
    return None if is_theirs or not Organization.objects.filter(id=wanted).exists() else wanted
