"""The ledger: one line per vehicle that a register call created, on disk before the call is answered; the oracle.

A server that is started again on the same file remembers what was registered before.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from podero_admin.sandbox.contract import stamp
from podero_admin.sandbox.records import User, Vehicle

ATTEMPT_HEADERS = ("x-request-id", "idempotency-key")


@dataclass(frozen=True, slots=True)
class Entry:
    """One commit."""

    number: int
    time: str
    organization: str
    user: str
    vehicle: str
    comment: str | None
    headers: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Ledger:
    """Grows at each commit. The caller holds the world's lock, so entries stand in the order of the commits."""

    path: Path | None = None
    entries: list[Entry] = field(default_factory=list)

    def commit(self, user: User, vehicle: Vehicle, headers: Mapping[str, str]) -> None:
        entry = Entry(
            number=len(self.entries) + 1,
            time=stamp(datetime.now(tz=UTC)),
            organization=user.organization_id,
            user=user.id,
            vehicle=vehicle.id,
            comment=vehicle.values.get("comment"),
            headers={name: headers[name] for name in ATTEMPT_HEADERS if name in headers},
            values=vehicle.values,
        )
        self.entries.append(entry)
        if self.path is not None:
            _append(self.path, json.dumps(asdict(entry)))

    def read(self) -> list[Entry]:
        """Take up what an earlier server wrote; a last line that was cut off is not there."""
        if self.path is not None and self.path.exists():
            lines = self.path.read_text(encoding="utf-8").splitlines()
            self.entries = [Entry(**found) for line in lines if (found := _object(line))]
        return self.entries

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(entry) for entry in list(self.entries)]


def _object(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _append(path: Path, line: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())
