"""The checker: what the sandbox's ledger says against what we say, registration by registration."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.faults.prove.stage import WINDOW

ZEROS = ("duplicates", "lost", "shown_wrongly", "unsettled", "unalarmed", "events_wrong")
OPEN = {"pending", "sending", "unknown"}
DENIED = {"rejected", "not_sent", "absent"}


@dataclass(frozen=True)
class Made:
    """A vehicle of the ledger, the attempt that asked for it, and when it was made."""

    vehicle: str
    attempt: UUID
    at: datetime


@dataclass
class Verdict:
    """The columns, each with what stands behind it."""

    presses: int = 0
    registrations: int = 0
    vehicles: int = 0
    alarms: int = 0
    reviews: list[str] = field(default_factory=list)
    again_after_late: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    shown_wrongly: list[str] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)
    unalarmed: list[str] = field(default_factory=list)
    events_wrong: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not any(getattr(self, name) for name in ZEROS)

    def line(self) -> str:
        zeros = " · ".join(f"{name.replace('_', ' ')} {len(getattr(self, name))}" for name in ZEROS)
        return (
            f"presses {self.presses} · registrations {self.registrations} · vehicles {self.vehicles} · {zeros} · "
            f"alarms {self.alarms} · second cars by Send again after a commit beyond the window "
            f"{len(self.again_after_late)} · left to a person {len(self.reviews)}"
        )

    def details(self, names: Mapping[str, str]) -> Iterable[str]:
        for column in (*ZEROS, "again_after_late", "reviews"):
            for text in getattr(self, column)[:30]:
                yield f"  {column}: {text} [{names.get(text.split()[0], '?')}]"


def ledger(path: Path) -> list[Made]:
    if not path.exists():
        return []
    lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [Made(each["vehicle"], UUID(each["headers"]["x-request-id"]), datetime.fromisoformat(each["time"]))
            for each in lines]  # fmt: skip


def check(path: Path, presses: int = 0) -> Verdict:
    from podero_admin.registrations.models import Attempt, Registration

    verdict, made = Verdict(presses=presses), ledger(path)
    verdict.vehicles = len(made)
    attempts = {row.id: row for row in Attempt.objects.select_related("registration").order_by("number")}
    by_registration: dict[int, list[Made]] = defaultdict(list)
    for each in made:
        if each.attempt in attempts:
            by_registration[attempts[each.attempt].registration_id].append(each)
        else:
            verdict.lost.append(f"{each.vehicle} of an attempt that nobody knows")
    last = _last_outcomes()
    for row in Registration.objects.order_by("id"):
        verdict.registrations += 1
        verdict.alarms += bool(row.alarm)
        _judge(verdict, row, by_registration[row.pk], attempts)
        if last.get(row.reference, row.outcome if row.outcome == "pending" else "") != row.outcome:
            verdict.events_wrong.append(
                f"{row.reference} is {row.outcome}, its last event says {last.get(row.reference)}"
            )
    return verdict


def _judge(verdict: Verdict, row: Any, made: list[Made], attempts: Mapping[UUID, Any]) -> None:
    about = f"{row.reference} {row.outcome}, {len(made)} made, seen {row.seen}"
    ids = {each.vehicle for each in made}
    if row.outcome in OPEN:
        verdict.unsettled.append(about)
    elif row.outcome == "review":
        verdict.reviews.append(about)
        if ids and not ids & set(row.candidate_ids):
            verdict.lost.append(f"{about}, and not among the candidates {row.candidate_ids}")
    elif (row.outcome in DENIED and made) or (row.outcome == "confirmed" and not made and not row.decided_by_id):
        verdict.shown_wrongly.append(about)
    elif row.outcome == "confirmed" and made and str(row.vehicle_id) not in ids:
        verdict.lost.append(f"{about}, linked to {row.vehicle_id}")
    if len(made) > 1:
        _judge_more(verdict, row, made, attempts, about)


def _judge_more(verdict: Verdict, row: Any, made: list[Made], attempts: Mapping[UUID, Any], about: str) -> None:
    """More than one is right only where all but the last attempt were carried out after their window, and alarmed."""
    by_attempt = sorted(made, key=lambda each: attempts[each.attempt].number)
    numbers = {attempts[each.attempt].number for each in made}
    late = all(each.at >= attempts[each.attempt].sent_at + timedelta(seconds=WINDOW) for each in by_attempt[:-1])
    if len(numbers) < len(made) or not late:
        verdict.duplicates.append(f"{about}, of attempts {sorted(numbers)}")
        return
    verdict.again_after_late.append(about)
    if not all(each.vehicle in row.alarm or each.vehicle == str(row.vehicle_id) for each in made) or not row.alarm:
        verdict.unalarmed.append(about)


def _last_outcomes() -> dict[str, str]:
    from podero_admin.audit.models import Event
    from podero_admin.registrations.outcomes import Outcome

    rows = Event.objects.filter(object_type="registration", outcome__in=[each.value for each in Outcome])
    return dict(rows.order_by("number").values_list("object_id", "outcome"))
