"""The stand-in's memory: who exists, what was registered, what was asked. Safe to share between threads."""

import secrets
import threading
import time
import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self

from podero_admin.sandbox import demo
from podero_admin.sandbox.contract import stamp
from podero_admin.sandbox.faults import Faults
from podero_admin.sandbox.ledger import Ledger
from podero_admin.sandbox.records import Organization, User, Vehicle, vehicle_json
from podero_admin.sandbox.request import Logged
from podero_admin.sandbox.spoilers import KINDS

KEPT_REQUESTS = 50_000


@dataclass(slots=True)
class Settings:
    """How this server behaves as a whole."""

    token_body: Literal["json", "form", "both"] = "both"  # noqa: S105
    token_lifetime: float = 36_000.0
    latency: float = 0.0


@dataclass(slots=True)
class World:
    """Organisations, users and vehicles, the tokens given out, and a record of all that happened."""

    settings: Settings = field(default_factory=Settings)
    faults: Faults = field(default_factory=lambda: Faults(kinds=frozenset(KINDS)))
    ledger: Ledger = field(default_factory=Ledger)
    organizations: dict[str, Organization] = field(default_factory=dict)
    requests: deque[Logged] = field(default_factory=lambda: deque(maxlen=KEPT_REQUESTS))
    token_requests: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)
    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @classmethod
    def empty(cls, ledger: Path | None = None) -> Self:
        return cls(ledger=Ledger(path=ledger))

    @classmethod
    def demo(cls, seed: int = 1, users: int = 60, now: datetime | None = None, ledger: Path | None = None) -> Self:
        """Two organisations with customers, staff and vehicles; the same for the same seed, count and moment."""
        world = cls.empty(ledger)
        for organization in demo.organizations(seed=seed, users=users, now=now or datetime.now(tz=UTC)):
            world.organizations[organization.id] = organization
        world.remember()
        return world

    def remember(self) -> None:
        """Vehicles that an earlier server registered, out of its ledger."""
        known = {user.id: user for user in self.users()}
        for entry in self.ledger.read():
            if entry.user in known:
                vehicle = Vehicle(
                    id=entry.vehicle, created_at=entry.time, updated_at=entry.time, values=dict(entry.values)
                )
                known[entry.user].vehicles.append(vehicle)

    # What exists

    def add_organization(self, **values: Any) -> Organization:
        values = {"id": _new_id(), "name": "Example", "client_id": "client", "client_secret": "secret"} | values
        organization = Organization(**values)
        with self._lock:
            self.organizations[organization.id] = organization
        return organization

    def add_user(self, organization_id: str, **values: Any) -> User:
        user_id = values.pop("id", None) or _new_id()
        values.setdefault("email", f"{user_id[:8]}@example.org")
        user = User(id=user_id, organization_id=organization_id, **values)
        with self._lock:
            self.organizations[organization_id].users[user.id] = user
        return user

    def add_vehicle(self, user_id: str, **values: Any) -> Vehicle:
        """A vehicle that was there before, as when the customer connected it; not in the ledger."""
        return self._keep(self.user(user_id), values)

    def register(self, user: User, values: Mapping[str, Any], headers: Mapping[str, str]) -> Vehicle:
        """What a register call does: the vehicle and its line in the ledger, as one."""
        with self._lock:
            vehicle = self._keep(user, dict(values))
            self.ledger.commit(user, vehicle, headers)
        return vehicle

    def _keep(self, user: User, values: dict[str, Any]) -> Vehicle:
        now = stamp(datetime.now(tz=UTC))
        vehicle = Vehicle(
            id=values.pop("id", None) or _new_id(),
            created_at=values.pop("created_at", now),
            updated_at=values.pop("updated_at", now),
            values=values,
        )
        with self._lock:
            user.vehicles.append(vehicle)
        return vehicle

    def patch_user(self, user_id: str, values: Mapping[str, Any]) -> User:
        user = self.user(user_id)
        with self._lock:
            for name, value in values.items():
                setattr(user, name, value)
        return user

    def patch_vehicle(self, vehicle_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
        with self._lock:
            user, vehicle = self._find_vehicle(vehicle_id)
            vehicle.values = vehicle.values | dict(values)
            vehicle.updated_at = stamp(datetime.now(tz=UTC))
            return vehicle_json(user, vehicle)

    # What can be asked in a test

    def user(self, user_id: str) -> User:
        """The user of this id in whatever organisation; a KeyError when there is none."""
        for organization in list(self.organizations.values()):
            if user_id in organization.users:
                return organization.users[user_id]
        raise KeyError(user_id)

    def users(self) -> list[User]:
        with self._lock:
            return [user for organization in self.organizations.values() for user in organization.users.values()]

    def vehicles_of(self, user_id: str) -> list[dict[str, Any]]:
        """All that this user has, deleted ones included, as the API writes them."""
        user = self.user(user_id)
        with self._lock:
            return [vehicle_json(user, vehicle) for vehicle in user.vehicles]

    def _find_vehicle(self, vehicle_id: str) -> tuple[User, Vehicle]:
        for user in self.users():
            for vehicle in user.vehicles:
                if vehicle.id == vehicle_id:
                    return user, vehicle
        raise KeyError(vehicle_id)

    # Tokens

    def issue_token(self, organization: Organization) -> str:
        token = secrets.token_urlsafe(24)[:30]
        with self._lock:
            self._tokens[token] = (organization.id, time.monotonic() + self.settings.token_lifetime)
        return token

    def organization_of(self, token: str) -> str | None:
        """The organisation whose token this is, unless it has ended."""
        organization_id, end = self._tokens.get(token, (None, 0.0))
        return organization_id if time.monotonic() < end else None

    def revoke_tokens(self) -> None:
        with self._lock:
            self._tokens.clear()

    # The record

    def log(self, entry: Logged) -> None:
        with self._lock:
            self.requests.append(entry)
            self.token_requests += entry.endpoint == "token"

    def pause(self, seconds: float) -> None:
        """Wait, but not longer than the server lives."""
        if seconds > 0:
            self.stopping.wait(seconds)


def _new_id() -> str:
    return str(uuid.uuid4())
