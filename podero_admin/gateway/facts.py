"""What all processes know of each organisation's Podero: how its calls went, when the last token came, what failed."""

import time
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Any, Literal
from uuid import UUID

from django.core.cache import cache

from podero_admin.podero.exchange import Kind

Trouble = Literal["away", "slow"]

KINDS: tuple[Kind, ...] = ("token", "reads", "list", "register")
AWAY_AFTER = 3
KEPT_SECONDS = 600


@dataclass(frozen=True)
class Line:
    """How one kind of call went lately: failures in a row, late answers in a row, and when the last of them was."""

    failures: int = 0
    late: int = 0
    at: float = 0.0

    @property
    def is_away(self) -> bool:
        return self.failures >= AWAY_AFTER

    @property
    def is_slow(self) -> bool:
        return self.late >= AWAY_AFTER and not self.is_away

    @property
    def trouble(self) -> Trouble | None:
        return "away" if self.is_away else "slow" if self.is_slow else None


Lines = dict[Kind, Line]


def _name(key: str, kind: Kind) -> str:
    return f"podero:line:{key}:{kind}"


def lines_of(keys: Iterable[str]) -> dict[str, Lines]:
    """How every kind of call went for these organisations, by one read of the cache; nothing kept means well."""
    names = {_name(key, kind): (key, kind) for key in keys for kind in KINDS}
    found: dict[str, Lines] = {key: {} for key, _ in names.values()}
    for name, kept in (cache.get_many(names) if names else {}).items():
        key, kind = names[name]
        found[key][kind] = Line(*kept)
    return found


def keep(key: str, kind: Kind, line: Line) -> None:
    if line == Line():
        cache.delete(_name(key, kind))
    else:
        cache.set(_name(key, kind), astuple(line), KEPT_SECONDS)


def _worst(lines: Lines) -> Trouble | None:
    found = {line.trouble for line in lines.values()}
    return "away" if "away" in found else "slow" if "slow" in found else None


def troubles(organization_ids: Iterable[UUID]) -> dict[UUID, Trouble]:
    """Which of these organisations' Podero is away or slow, as far as anybody's calls have shown."""
    by_key = {str(organization_id): organization_id for organization_id in organization_ids}
    return {by_key[key]: found for key, lines in lines_of(by_key).items() if (found := _worst(lines))}


def note(key: str, **facts: Any) -> None:
    """Keep what the connections page tells: when the last token came, what went wrong last."""
    name = f"podero:facts:{key}"
    cache.set(name, (cache.get(name) or {}) | facts, None)


def note_error(key: str, sentence: str) -> None:
    note(key, error_at=time.time(), error=sentence)


def connection_facts(organization_id: UUID) -> dict[str, Any]:
    """`token_at`, `error_at` (seconds since the epoch) and `error`, where known; `is_away` and `is_slow`, always."""
    key = str(organization_id)
    facts: dict[str, Any] = dict(cache.get(f"podero:facts:{key}") or {})
    trouble = _worst(lines_of([key])[key])
    return facts | {"is_away": trouble == "away", "is_slow": trouble == "slow"}
