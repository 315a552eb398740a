"""Sent and returned, side by side."""

from datetime import UTC
from typing import Any

import pytest

from podero_admin.vehicles.all_fields import POSITION
from podero_admin.vehicles.comparison import HIDDEN, NOT_RETURNED, Compared, compare


def one(sent: dict[str, Any], returned: dict[str, Any]) -> Compared:
    (found,) = compare(sent, returned, tz=UTC, hidden=POSITION)
    return found


@pytest.mark.parametrize(
    ("name", "sent", "returned"),
    [
        ("charge_deadline_at", "06:00", "06:00:00"),
        ("geo_fence_distance_m", 100, 100.0),
        ("comment", "[pa:ABCDEFGHJK-1] Blue", "[pa:ABCDEFGHJK-1] Blue"),
        ("comment", "[pa:ABCDEFGHJK-1] Blue", "Blue"),
        (
            "device_model",
            {"manufacturer": "VW", "model": "ID.4", "device_type": {}},
            {"manufacturer": "VW", "model": "ID.4", "year": None},
        ),
        ("price_zone", "AT", "AT"),
        ("minimum_charge_limit", None, None),
    ],
)
def test_the_same_in_another_writing_is_the_same(name: str, sent: Any, returned: Any) -> None:
    assert not one({name: sent}, {name: returned}).differs


@pytest.mark.parametrize(
    ("name", "sent", "returned"),
    [
        ("price_zone", "AT", "DE_LU"),
        ("minimum_charge_limit", 80, None),
        ("is_smart_optimization_active", True, False),
        ("device_model", {"manufacturer": "VW", "model": "ID.4"}, None),
        ("device_model", {"manufacturer": "VW", "model": "ID.4"}, {"manufacturer": "VW", "model": "ID.3"}),
    ],
)
def test_a_difference_is_named(name: str, sent: Any, returned: Any) -> None:
    assert one({name: sent}, {name: returned}).differs


def test_what_did_not_come_back_is_said_so() -> None:
    found = one({"price_zone": "AT"}, {})
    assert (found.returned, found.differs) == (NOT_RETURNED, True)


def test_what_podero_never_returns_is_no_difference() -> None:
    assert not one({"boost_active_at": "2026-01-01T00:00:00Z"}, {}).differs


def test_a_position_stays_hidden_and_its_difference_does_not() -> None:
    found = one({"latitude": 48.2}, {"latitude": 48.3})
    assert (found.sent, found.returned, found.differs) == (HIDDEN, HIDDEN, True)


def test_the_note_is_shown_without_its_mark() -> None:
    assert one({"comment": "[pa:ABCDEFGHJK-1] Blue"}, {"comment": "[pa:ABCDEFGHJK-1] Blue"}).sent == "Blue"


def test_nothing_sent_is_nothing_compared() -> None:
    assert compare({}, {"price_zone": "AT"}, tz=UTC, hidden=POSITION) == []
