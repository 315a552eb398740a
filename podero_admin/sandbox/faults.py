"""Faults on demand: which request meets which trouble, and how often. What each kind does is in `spoilers`."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from podero_admin.sandbox.request import Request

ENDPOINTS = ("register", "vehicles", "vehicle", "users", "user", "token")


@dataclass(slots=True)
class Fault:
    """One trouble.

    `match` is an endpoint's name, "*", or a method and the end of a path ("POST /electric-vehicles"). `times` is how
    often it strikes (None: until removed), after `skip` requests were let pass. `user` and `attempt` narrow it to one
    user id and one `X-Request-ID`. The other values are read by single kinds only.
    """

    kind: str
    match: str = "*"
    times: int | None = 1
    skip: int = 0
    user: str = ""
    attempt: str = ""
    delay: float = 0.0
    detail: Any = None
    retry_after: str | None = None
    field: str = ""
    value: Any = None
    size: int = 20_000_000
    location: str = ""
    struck: int = 0

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Fault":
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in known})

    def fits(self, endpoint: str, request: Request, user_id: str) -> bool:
        if self.user and self.user != user_id:
            return False
        if self.attempt and self.attempt != request.headers.get("x-request-id"):
            return False
        method, _, suffix = self.match.partition(" ")
        named = self.match in {"*", endpoint}
        return named or (method == request.method and bool(suffix) and request.path.endswith(suffix))


@dataclass(slots=True)
class Faults:
    """The faults that still wait for their request; the first that fits is taken."""

    kinds: frozenset[str]
    waiting: list[Fault] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, *faults: Fault) -> None:
        unknown = {fault.kind for fault in faults} - self.kinds
        if unknown:
            raise ValueError(f"Unknown kinds of fault: {', '.join(unknown)}. Known: {', '.join(sorted(self.kinds))}")
        with self.lock:
            self.waiting.extend(faults)

    def clear(self) -> None:
        with self.lock:
            self.waiting.clear()

    def take(self, endpoint: str, request: Request, user_id: str) -> Fault | None:
        with self.lock:
            for fault in self.waiting:
                if fault.fits(endpoint, request, user_id):
                    if fault.skip:
                        fault.skip -= 1
                        continue
                    return self._strike(fault)
        return None

    def _strike(self, fault: Fault) -> Fault:
        fault.struck += 1
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.waiting.remove(fault)
        return fault
