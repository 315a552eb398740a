"""What goes to and fro: a request, its answer, and what became of both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

from podero_admin.podero.errors import ContractViolation, PoderoError
from podero_admin.podero.reading import read_json, read_leniently, readable_id

Method = Literal["GET", "POST"]
Kind = Literal["token", "reads", "list", "register"]
Failure = TypeVar("Failure", bound=PoderoError)

SUCCESS = 2


class Breaker(Protocol):
    """Knows whether the other side is away, so that nobody waits for it again and again."""

    def require(self, kind: Kind) -> None:
        """Let a call of this kind be tried; raises KnownAway where that is of no use now."""

    def record(self, kind: Kind, *, reached: bool, seconds: float) -> None:
        """Learn whether a call, with all its tries, got an answer, and how many seconds that took."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What became of one request, for metrics; the HTTP status is None where there was no answer."""

    method: str
    path: str
    status: int | None
    duration_ms: int
    request_id: str
    error: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the API as it came, unpacked."""

    status: int
    body: bytes = field(repr=False)
    duration_ms: int
    request_id: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def is_success(self) -> bool:
        """Is the HTTP status a 2xx?"""
        return self.status // 100 == SUCCESS

    @property
    def text(self) -> str:
        """The body as text that can be stored."""
        return self.body.decode("utf-8-sig", "replace").replace("\0", "�")

    def json(self) -> Any:
        """Read the body as JSON; raises ContractViolation, with the id if one can be read."""
        try:
            return read_json(self.body)
        except ValueError:
            found = readable_id(read_leniently(self.body))
            error = ContractViolation("Podero's answer cannot be read: it is no sound JSON.", readable_id=found)
            raise self.attached_to(error) from None

    def attached_to(self, error: Failure) -> Failure:
        """Give an error what was seen of this exchange, and return it."""
        return error.seen(status=self.status, body=self.text, duration_ms=self.duration_ms, request_id=self.request_id)


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be sent; `body_cap` is the most of an answer that is read, in bytes."""

    method: Method
    path: str
    request_id: str
    json: Any
    params: Mapping[str, str] | None
    headers: Mapping[str, str]
    body_cap: int
    is_bulk: bool = False

    @property
    def kind(self) -> Kind:
        """What a breaker knows this call as; a list of everybody may well take longer than any other read."""
        if self.method == "POST":
            return "register"
        return "list" if self.is_bulk else "reads"
