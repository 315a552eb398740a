"""What the application refuses on purpose, in the words of staff."""

from typing import Any
from uuid import UUID


class ApplicationError(Exception):
    """Base: a sentence fit for a person, and what a page may add to it."""

    status = 400
    title = "That did not work"

    def __init__(self, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.message = message
        self.extra = extra


class NotFound(ApplicationError):
    """It does not exist, or lies outside the person's organisations (`outside` says what, to the audit log only)."""

    status = 404
    title = "Not found"

    def __init__(
        self, message: str = "There is no such page, or it is not in your organisations.", *, outside: str = ""
    ) -> None:
        super().__init__(message)
        self.outside = outside


class NotAllowed(ApplicationError):
    status = 403
    title = "Not allowed"

    def __init__(
        self,
        message: str = "Your role does not allow this.",
        *,
        permission: str = "",
        organization_id: UUID | None = None,
    ) -> None:
        super().__init__(message)
        self.permission = permission
        self.organization_id = organization_id


class Invalid(ApplicationError):
    """Input that makes no sense here; `fields` maps form fields to messages."""

    status = 422
    title = "Please check what you entered"

    def __init__(self, message: str, *, fields: dict[str, list[str]] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}


class Conflicting(ApplicationError):
    """Somebody or something else came first."""

    status = 409
    title = "Something came first"


class PoderoAway(ApplicationError):
    """Podero did not answer, or not usefully; what we knew before still stands."""

    status = 503
    title = "Podero did not answer"
