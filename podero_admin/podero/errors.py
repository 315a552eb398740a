"""Every way a call to Podero can fail, as one tree of errors.

PoderoError
├── NotConfigured             settings are missing or unusable; nothing was sent
├── Unreachable               nothing reached the API: refused, no such name, TLS handshake, connect time-out, no token
│   ├── KnownAway             not even tried, because the other side is known to be away
│   ├── TimedOut              sent, no answer in time; the outcome of a write is unknown
│   └── Interrupted           connection lost after bytes may have been sent; the outcome of a write is unknown
├── AuthenticationFailed      the token endpoint refused us (sent=False), or a second 401 (sent=True)
└── BadAnswer                 there was an answer, but no success:
    ├── Rejected              4xx, by meaning:
    │   ├── InvalidRequest    400, 422; carries field messages, so a form can show them
    │   ├── NotAllowed        403
    │   ├── NotFound          404
    │   ├── Conflict          409; carries state and reason
    │   └── RateLimited       429; carries retry_after
    ├── ServerError           5xx
    ├── Redirected            3xx; an answer that we refuse to follow
    └── ContractViolation     answered, but not as documented; carries the id that could be read

Every error carries `status`, `code`, `request_id`, `retryable`, `detail` and a text without secrets, and:

sent            may the API's handler have seen the request? False is certain; True means "perhaps"
answer_status   the status of the answer, where there was one (the same as `status`)
answer_body     the beginning of the answer's text, for the record; never shown unescaped
duration_ms     how long the call took, where it was timed
"""

from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from podero_admin.podero.refusals import MESSAGES_KEPT, field_messages, seconds_until, short_text

BODY_KEPT = 4000
TRY_LATER = frozenset({408, 425, 429, 502, 503, 504})


class PoderoError(Exception):
    """Something went wrong between us and Podero."""

    sent: bool = False

    def __init__(
        self,
        text: str,
        *,
        status: int | None = None,
        code: str = "",
        request_id: str = "",
        retryable: bool = False,
        detail: str = "",
    ) -> None:
        super().__init__(text)
        self.status, self.code, self.request_id = status, code, request_id
        self.retryable, self.detail = retryable, detail
        self.answer_body = ""
        self.duration_ms = 0

    @property
    def answer_status(self) -> int | None:
        """The HTTP status of the answer; None where there was none."""
        return self.status

    def seen(self, *, status: int | None, body: str, duration_ms: int, request_id: str) -> Self:
        """Attach what was seen of the exchange, for the record: the HTTP status, the body, the time in milliseconds."""
        self.status, self.request_id, self.duration_ms = status, request_id, duration_ms
        self.answer_body = body[:BODY_KEPT].replace("\0", "�")
        return self


class NotConfigured(PoderoError):
    """Settings are missing or unusable; nothing was sent."""


class Unreachable(PoderoError):
    """Nothing reached the API."""


class KnownAway(Unreachable):
    """Not even tried: the other side is known to be away."""


class TimedOut(Unreachable):
    """Sent, and no answer in time: the outcome of a write is unknown."""

    sent = True


class Interrupted(Unreachable):
    """The connection broke after bytes may have been sent: the outcome of a write is unknown."""

    sent = True


class AuthenticationFailed(PoderoError):
    """The token endpoint refused us, or the API refused a fresh token."""


class BadAnswer(PoderoError):
    """There was an answer, but no success."""

    sent = True

    @property
    def said(self) -> str:
        """What the answer itself says, as short text, never shown unescaped; empty where it says nothing."""
        return self.detail

    def read(self, answer: object) -> None:
        """Take from the parsed body what this kind of error carries."""
        if isinstance(answer, Mapping):
            self.detail = short_text(answer.get("detail", ""))


class Rejected(BadAnswer):
    """The API refused the request (4xx)."""


class InvalidRequest(Rejected):
    """The API refused what we sent (400, 422)."""

    def __init__(self, text: str, **known: Any) -> None:
        super().__init__(text, **known)
        self.fields: dict[str, list[str]] = {}
        self.messages: list[str] = []

    def read(self, answer: object) -> None:
        """Sort the messages by field: the last element of `loc` names it."""
        super().read(answer)
        detail = answer.get("detail") if isinstance(answer, Mapping) else answer
        for field, message in field_messages(detail)[:MESSAGES_KEPT]:
            (self.fields.setdefault(field, []) if field else self.messages).append(message)


class NotAllowed(Rejected):
    """The API says that we may not do this (403)."""


class NotFound(Rejected):
    """The API knows nothing under this address (404)."""


class Conflict(Rejected):
    """The present state forbids it (409)."""

    def __init__(self, text: str, **known: Any) -> None:
        super().__init__(text, **known)
        self.state = self.reason = ""

    @property
    def said(self) -> str:
        """State and reason where they are told, else the detail."""
        told = (f"{name} {text}" for name, text in (("state", self.state), ("reason", self.reason)) if text)
        return ", ".join(told) or self.detail

    def read(self, answer: object) -> None:
        """Look for state and reason at the top and under `detail`; the documentation shows neither place."""
        super().read(answer)
        places = [answer, answer.get("detail")] if isinstance(answer, Mapping) else []
        for place in places:
            if isinstance(place, Mapping):
                self.state = self.state or short_text(place.get("state", ""))
                self.reason = self.reason or short_text(place.get("reason", ""))
        self.code = self.reason


class RateLimited(Rejected):
    """Too many requests (429)."""

    retry_after: float | None = None


class ServerError(BadAnswer):
    """The API failed (5xx)."""


class Redirected(BadAnswer):
    """The API pointed elsewhere (3xx); a call with credentials is never sent on."""


class ContractViolation(BadAnswer):
    """The API answered, but not as documented."""

    def __init__(self, text: str, *, readable_id: UUID | None = None, body: str = "", **known: Any) -> None:
        super().__init__(text, **known)
        self.readable_id = readable_id
        self.answer_body = body[:BODY_KEPT]

    @property
    def body(self) -> str:
        """The beginning of the answer's text."""
        return self.answer_body


BY_STATUS: Mapping[int, tuple[type[BadAnswer], str]] = {
    400: (InvalidRequest, "Podero could not read what we sent."),
    403: (NotAllowed, "Podero does not allow this."),
    404: (NotFound, "Podero knows nothing under this address."),
    409: (Conflict, "Podero says that the present state does not allow this."),
    422: (InvalidRequest, "Podero did not accept what we sent."),
    429: (RateLimited, "Podero asks us to slow down."),
}
BY_HUNDRED: Mapping[int, tuple[type[BadAnswer], str]] = {
    3: (Redirected, "Podero pointed to another address, which we do not follow."),
    4: (Rejected, "Podero refused the request."),
    5: (ServerError, "Podero had an error of its own."),
}
ODD_STATUS = (ContractViolation, "Podero answered with a status that HTTP does not know.")


def error_for(status: int, answer: object = None, retry_after: str = "") -> BadAnswer:
    """Turn an HTTP status that is no success into its error, and return it.

    `answer` is the parsed body, if it could be parsed; `retry_after` is the header as it came.
    """
    kind, text = BY_STATUS.get(status) or BY_HUNDRED.get(status // 100, ODD_STATUS)
    error = kind(f"{text} (HTTP {status})", status=status, retryable=status in TRY_LATER)
    error.read(answer)
    if isinstance(error, RateLimited):
        error.retry_after = seconds_until(retry_after)
    return error
