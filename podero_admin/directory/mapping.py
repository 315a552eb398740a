"""A user of the contract as a row of ours; pure."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from podero_admin.directory.folding import LONGEST_KEY, fold, searchable
from podero_admin.podero import User

CUSTOMER_ROLE = "user"
NO_NAME = "No name"
_LARGEST_PRIME_OF_63_BITS = 2**63 - 25


def search_key(customer_id: UUID) -> int:
    """A number for the search index of SQLite, which knows rows by number only."""
    return customer_id.int % _LARGEST_PRIME_OF_63_BITS


def raw_json(raw: Mapping[str, Any]) -> str:
    return json.dumps(raw, ensure_ascii=True, separators=(",", ":"))


def digest(raw: str) -> str:
    return hashlib.blake2b(raw.encode(), digest_size=16).hexdigest()


def display_name(user: User) -> str:
    full = " ".join(part.strip() for part in (_text(user.first_name, 300), _text(user.last_name, 300)) if part.strip())
    return full or _text(user.email, 320).strip() or _text(user.external_user_id, 300).strip() or NO_NAME


def customer_values(user: User, raw: str) -> dict[str, Any]:
    """Every column that comes from Podero; texts cut to what the columns hold, `raw` keeps all."""
    first, last = _text(user.first_name, 300), _text(user.last_name, 300)
    email, number = _text(user.email, 320), _text(user.external_user_id, 300)
    folded = [fold(part) for part in (first, last, email, number)]
    return {
        "email": email,
        "first_name": first,
        "last_name": last,
        "external_user_id": number,
        "name": display_name(user),
        "role": CUSTOMER_ROLE,
        "sort_name": (f"{folded[1]} {folded[0]}".strip() or folded[2] or folded[3])[:LONGEST_KEY],
        "folded": searchable(folded),
        "deleted_at": user.deleted_at,
        "raw": raw,
        "digest": digest(raw),
    }


def _text(value: str | None, length: int) -> str:
    return (value or "")[:length]
