"""The chain's arithmetic: the same bytes everywhere, and every change seen."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from podero_admin.audit.chain import COVERED, canonical, digest, problem_of
from podero_admin.audit.models import START, Event

ROW: dict[str, Any] = {
    "number": 1,
    "at": datetime(2026, 3, 29, 0, 30, 0, 5, tzinfo=UTC),
    "organization_id": UUID("016b78a7-0c7c-4241-a277-015c3ad3cb90"),
    "organization_name": "Alpenstrom GmbH",
    "actor_id": 7,
    "actor_name": "Žofie Müller",
    "actor_role": "agent",
    "action": "staff.signed_in",
    "object_type": "staff",
    "object_id": "7",
    "object_label": "Žofie",
    "customer_id": None,
    "vehicle_id": None,
    "outcome": "done",
    "reason": "",
    "request_id": "r-1",
    "client_address": "127.0.0.1",
    "changes": "{}",
}


def linked(**changed: Any) -> dict[str, Any]:
    row = ROW | {"previous_hash": START}
    return row | {"hash": digest(START, row)} | changed


def test_a_known_event_keeps_its_hash_for_ever():
    assert digest(START, ROW) == "9124726f523e36bbd78b19597549d58e274cb197abb3c126560374674108bd72"


def test_the_time_zone_of_the_reader_makes_no_difference():
    there = ROW | {"at": ROW["at"].astimezone(ZoneInfo("Europe/Vienna"))}
    assert canonical(there) == canonical(ROW)
    assert b"2026-03-29T00:30:00.000005+00:00" in canonical(ROW)


def test_every_column_but_the_hashes_is_covered():
    assert {field.attname for field in Event._meta.fields} - set(COVERED) == {"hash", "previous_hash"}


def test_a_sound_row_has_no_problem():
    assert not problem_of(linked(), number=1, previous_hash=START)


@pytest.mark.parametrize("name", COVERED)
def test_a_change_of_any_column_is_seen(name: str):
    changed = linked(**{name: 2 if name == "number" else "2" if name != "at" else datetime(2026, 1, 1, tzinfo=UTC)})
    assert problem_of(changed, number=changed["number"], previous_hash=START) != ""


def test_it_says_what_is_wrong():
    row = linked()
    assert problem_of(row | {"number": 3}, number=2, previous_hash=START) == "event 2 is missing"
    assert problem_of(row | {"number": 1}, number=2, previous_hash=START) == "event 1 stands where 2 was expected"
    assert "does not follow" in problem_of(row, number=1, previous_hash="f" * 64)
    assert "was changed" in problem_of(row | {"reason": "x"}, number=1, previous_hash=START)
