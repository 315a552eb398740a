"""A refusal becomes an event; the page that says so is drawn by core's middleware."""

import logging
from collections.abc import Callable
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from podero_admin.audit.actions import Action
from podero_admin.audit.services import Subject, record
from podero_admin.core.access import NOBODY
from podero_admin.core.errors import NotAllowed, NotFound

logger = logging.getLogger(__name__)


def _reason(exception: Exception) -> str:
    """Why the person was refused; nothing when this exception is no refusal."""
    if isinstance(exception, NotFound) and exception.outside:
        return f"outside the person's organisations: {exception.outside}"
    if isinstance(exception, NotAllowed):
        return f"the role lacks {exception.permission}" if exception.permission else exception.message
    return "permission denied" if isinstance(exception, PermissionDenied) else ""


class DeniedMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        if reason := _reason(exception):
            denied(request, reason, organization_id=getattr(exception, "organization_id", None))


def denied(request: HttpRequest, reason: str, *, organization_id: UUID | None = None) -> None:
    try:
        with transaction.atomic():
            record(
                Action.ACCESS_DENIED,
                access=getattr(request, "access", NOBODY),
                organization_id=organization_id,
                subject=Subject("page", request.path, f"{request.method} {request.path}"),
                outcome="refused",
                reason=reason,
            )
    except Exception:
        logger.exception("A refusal could not be recorded; the person is refused all the same.")
