"""Badges, health and charge status: the documented tables row by row, and that no value breaks them."""

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podero_admin.fields import BOOST_STATES, STATUS_VALUES
from podero_admin.vehicles.looks import LOOKS
from podero_admin.vehicles.statuses import (
    ChargeStatus,
    Health,
    badge,
    charge_status,
    facts,
    health_at,
    is_charge_inconsistent,
    is_known_value,
    reported_at_of,
    settled_health,
    stale_after,
)

NOW = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
SPRITE = """ok warning error unknown info plug bolt clock link refresh edit search down sun person pause car copy moon
check x list shield building"""
ICONS = set(SPRITE.split())
ANYTHING = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.lists(st.none(), max_size=1)


def vehicle(**changes: Any) -> dict[str, Any]:
    return {
        "deleted_at": None,
        "action_needed": False,
        "is_authenticated": True,
        "lifecycle_state": "authenticated",
        "connection_status": "ok",
        "monitoring_status": "ok",
        "steering_status": "ok",
        "current_state_last_updated_at": NOW - timedelta(minutes=5),
        "is_plugged_in": False,
        "is_charging": False,
        **changes,
    }


def health(vehicle: Any, now: datetime) -> Health | str:
    """Of anything with a vehicle's attributes, as columns and lists together make it; a missing one is not told."""
    told = vehicle if isinstance(vehicle, dict) else vars(vehicle)
    reported_at = reported_at_of(told)
    settled = settled_health(
        **{name: told.get(name) for name in ("deleted_at", "action_needed", "is_authenticated", "lifecycle_state")},
        statuses=tuple(told.get(f"{name}_status") for name in ("connection", "monitoring", "steering")),
        reported_at=reported_at,
    )
    watched = {name: told.get(name) for name in ("is_plugged_in", "is_charging")}
    return health_at(settled, stale_after(reported_at=reported_at, **watched), now)


@pytest.mark.parametrize("field", LOOKS)
def test_every_look_can_be_drawn_and_explained(field: str) -> None:
    for value in LOOKS[field]:
        drawn = badge(field, value)
        assert drawn.icon in ICONS
        assert drawn.tone in {"ok", "warning", "error", "unknown", "info"}
        assert drawn.sentence.endswith(".")
        assert (drawn.field, drawn.value) == (field, value)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        *(
            (f"{name}_status", [value for value, _ in STATUS_VALUES])
            for name in ("connection", "monitoring", "steering")
        ),
        ("boost_state", [value for value, _ in BOOST_STATES]),
        ("health", list(Health)),
        ("charge", list(ChargeStatus)),
    ],
)
def test_every_value_that_there_is_has_a_look_and_no_other(field: str, values: list[str]) -> None:
    assert set(LOOKS[field]) == set(values)


def test_the_label_stands_before_the_value() -> None:
    drawn = badge("connection_status", "error")
    assert (drawn.label, drawn.word, drawn.tone) == ("Connection: error", "error", "error")


@pytest.mark.parametrize(("value", "shown"), [("degraded", "degraded"), (7, "7"), (["ok"], '["ok"]'), ("\ud800", "?")])
def test_an_unknown_value_shows_as_itself_in_the_unknown_tone(value: Any, shown: str) -> None:
    drawn = badge("connection_status", value)
    assert (drawn.value, drawn.word, drawn.tone) == (shown, shown, "unknown")
    assert not is_known_value("connection_status", value)


def test_a_missing_status_is_unknown() -> None:
    assert badge("steering_status", None) == badge("steering_status", "unknown")


def test_a_badge_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        badge("health", "healthy").tone = "error"  # type: ignore[misc]


FIRST_MATCH = [
    ({"deleted_at": NOW}, Health.DELETED),
    ({"action_needed": True}, Health.ACTION_NEEDED),
    ({"is_authenticated": False}, Health.NOT_CONNECTED),
    ({"lifecycle_state": "error"}, Health.LIFECYCLE_ERROR),
    ({"monitoring_status": "error"}, Health.ERROR),
    ({"steering_status": "warning"}, Health.WARNING),
    ({"current_state_last_updated_at": None}, Health.NOTHING_KNOWN),
]


@pytest.mark.parametrize(("change", "expected"), FIRST_MATCH)
def test_each_trouble_has_its_health(change: dict[str, Any], expected: Health) -> None:
    assert health(vehicle(**change), NOW) == expected


def test_the_first_match_wins() -> None:
    changes: dict[str, Any] = {}
    for change, expected in reversed(FIRST_MATCH):
        changes |= change
        assert health(vehicle(**changes), NOW) == expected


@pytest.mark.parametrize("authenticated", [None, "true", 1])
def test_connected_is_only_what_says_so_plainly(authenticated: Any) -> None:
    assert health(vehicle(is_authenticated=authenticated), NOW) == Health.NOT_CONNECTED


@pytest.mark.parametrize("never", [None, "", "0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)])
def test_a_date_of_the_year_one_is_no_deletion(never: Any) -> None:
    assert health(vehicle(deleted_at=never), NOW) == Health.HEALTHY


def test_all_unknown_means_that_nothing_is_known_yet() -> None:
    unknown = dict.fromkeys(("connection_status", "monitoring_status", "steering_status"), "unknown")
    assert health(vehicle(**unknown), NOW) == Health.NOTHING_KNOWN
    assert health(vehicle(**unknown | {"steering_status": "ok"}), NOW) == Health.HEALTHY


def test_readings_turn_old_after_a_day_or_after_an_hour_on_the_cable() -> None:
    for plugged, limit in ((False, timedelta(hours=24)), (True, timedelta(hours=1))):
        parked = vehicle(is_plugged_in=plugged, current_state_last_updated_at=NOW - limit)
        assert health(parked, NOW) == Health.HEALTHY
        assert health(parked, NOW + timedelta(seconds=1)) == Health.OLD
    charging = vehicle(is_charging=True, current_state_last_updated_at=NOW - timedelta(hours=2))
    assert health(charging, NOW) == Health.OLD


def test_only_healthy_turns_old() -> None:
    assert health_at(Health.WARNING, NOW, NOW + timedelta(days=9)) == Health.WARNING
    assert health_at(Health.HEALTHY, None, NOW) == Health.HEALTHY
    assert health_at("healthy", NOW, NOW + timedelta(seconds=1)) == Health.OLD


def test_the_retired_clock_counts_where_the_new_one_is_silent() -> None:
    silent = vehicle(current_state_last_updated_at=None, charge_state_last_updated_at="2026-11-16T11:59:00Z")
    assert health(silent, NOW) == Health.HEALTHY
    assert health(silent, NOW + timedelta(days=2)) == Health.OLD


@pytest.mark.parametrize("reported", [None, "soon", 12, datetime.max, datetime(1, 1, 1, tzinfo=UTC)])
def test_without_a_usable_clock_nothing_turns_old(reported: Any) -> None:
    assert stale_after(reported_at=reported, is_plugged_in=True, is_charging=False) is None


def test_health_reads_objects_as_well_as_mappings() -> None:
    assert health(SimpleNamespace(**vehicle()), NOW) == Health.HEALTHY
    assert health(SimpleNamespace(), NOW) == Health.NOT_CONNECTED


def charge(**known: Any) -> ChargeStatus:
    return charge_status(**{"is_authenticated": True, "is_plugged_in": None, "is_charging": None, **known})


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"is_plugged_in": False, "is_charging": False}, ChargeStatus.UNPLUGGED),
        ({"is_plugged_in": False, "is_charging": None}, ChargeStatus.UNPLUGGED),
        ({"is_plugged_in": True, "is_charging": False}, ChargeStatus.WAITING),
        ({"is_plugged_in": True, "is_charging": True}, ChargeStatus.CHARGING),
        ({"is_plugged_in": None, "is_charging": False}, ChargeStatus.UNKNOWN),
        ({"is_plugged_in": True, "is_charging": None}, ChargeStatus.UNKNOWN),
        ({"is_plugged_in": False, "is_charging": True}, ChargeStatus.CHARGING),
        ({"is_plugged_in": None, "is_charging": True}, ChargeStatus.CHARGING),
        ({"is_plugged_in": True, "is_charging": False, "is_fully_charged": True}, ChargeStatus.FULL),
        ({"is_plugged_in": False, "is_charging": False, "is_fully_charged": True}, ChargeStatus.UNPLUGGED),
        ({"is_plugged_in": True, "is_charging": False, "is_pause_power_active": True}, ChargeStatus.PAUSED),
        ({"is_plugged_in": True, "is_fully_charged": True, "is_pause_power_active": True}, ChargeStatus.FULL),
        ({"is_plugged_in": True, "is_charging": True, "is_pause_power_active": True}, ChargeStatus.CHARGING),
        ({"is_plugged_in": True, "is_charging": True, "boost_state": "ongoing"}, ChargeStatus.BOOSTING),
        ({"is_plugged_in": True, "is_charging": False, "boost_state": "requested"}, ChargeStatus.WAITING),
        ({"is_plugged_in": "yes", "is_charging": "no"}, ChargeStatus.UNKNOWN),
        ({"is_authenticated": False, "is_plugged_in": True, "is_charging": True}, ChargeStatus.NOT_CONNECTED),
        ({"is_authenticated": None, "is_plugged_in": True}, ChargeStatus.NOT_CONNECTED),
    ],
)
def test_the_charge_status_follows_the_table(known: dict[str, Any], expected: ChargeStatus) -> None:
    assert charge(**known) == expected


def test_plugged_in_and_idle_never_looks_like_a_fault() -> None:
    assert badge("charge", ChargeStatus.WAITING).tone == "info"


@pytest.mark.parametrize(("plugged", "hint"), [(True, False), (False, True), (None, True)])
def test_charging_without_a_cable_gets_a_hint(plugged: bool | None, hint: bool) -> None:
    assert is_charge_inconsistent(is_plugged_in=plugged, is_charging=True) is hint
    assert not is_charge_inconsistent(is_plugged_in=plugged, is_charging=False)


def test_facts_are_plain_words_and_mark_what_is_new() -> None:
    told = {fact.field: fact for fact in facts(vehicle(boost_state="hyper", lifecycle_state="resting"), tz=UTC)}
    assert (told["is_authenticated"].text, told["is_authenticated"].is_known) == ("yes", True)
    assert (told["boost_state"].text, told["boost_state"].is_known) == ("hyper", False)
    assert (told["lifecycle_state"].text, told["lifecycle_state"].is_known) == ("resting", False)
    assert (told["is_pause_power_active"].text, told["is_pause_power_active"].is_known) == ("not known", True)


@given(st.dictionaries(st.sampled_from([*vehicle(), "boost_state", "charge_state_last_updated_at"]), ANYTHING))
def test_no_value_whatever_breaks_it(odd: dict[str, Any]) -> None:
    weird = vehicle(**odd)
    assert health(weird, NOW) in Health
    assert len(facts(weird, tz=UTC)) == 6
    assert charge(**{key: value for key, value in odd.items() if key.startswith("is_")}) in ChargeStatus
    for name in ("connection_status", "boost_state"):
        assert badge(name, weird.get(name)).label
