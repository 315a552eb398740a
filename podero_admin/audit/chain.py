"""The chain: the canonical form of an event, its hash, and whether a row follows the one before. Pure functions."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

#: Everything that the hash covers, in no particular order: the canonical form sorts.
COVERED = (
    "number", "at", "organization_id", "organization_name", "actor_id", "actor_name", "actor_role", "action",
    "object_type", "object_id", "object_label", "customer_id", "vehicle_id", "outcome", "reason", "request_id",
    "client_address", "changes",
)  # fmt: skip
#: Clocks of several machines, set as usual, never differ by as much; more than that, and one of them is wrong.
CLOCKS_DIFFER = timedelta(minutes=5)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value


def canonical(row: Mapping[str, Any]) -> bytes:
    """The same bytes for the same event, whatever database it was read from."""
    values = {name: _plain(row[name]) for name in COVERED}
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def digest(previous_hash: str, row: Mapping[str, Any]) -> str:
    return hashlib.sha256(previous_hash.encode() + b"\n" + canonical(row)).hexdigest()


def problem_of(row: Mapping[str, Any], *, number: int, previous_hash: str) -> str:
    """Why this row cannot be event `number` after the given hash; nothing when it can."""
    if row["number"] > number:
        return f"event {number} is missing"
    if row["number"] < number:
        return f"event {row['number']} stands where {number} was expected"
    if row["previous_hash"] != previous_hash:
        return f"event {number} does not follow the one before it"
    if row["hash"] != digest(previous_hash, row):
        return f"event {number} was changed: its hash does not fit its content"
    return ""


def falls_back(at: datetime, before: datetime | None) -> bool:
    """Whether an event bears a time well before that of the one before it. Their order is that of the numbers."""
    return before is not None and before - at > CLOCKS_DIFFER
