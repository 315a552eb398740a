"""Every field once, everything escaped, nothing personal that was not asked for."""

import re
from datetime import UTC
from typing import Any

from podero_admin.fields import OUTPUTS
from podero_admin.podero import OUTPUT_FIELDS
from podero_admin.vehicles.all_fields import POSITION, draw_fields, raw_text


def drawn(output: dict[str, Any], *, shows_position: bool = False) -> str:
    return draw_fields(output, tz=UTC, hidden=frozenset() if shows_position else POSITION)


def test_every_output_field_stands_there_once_even_when_nothing_came() -> None:
    found = re.findall(r'data-output="(\w+)"', drawn({}))
    assert len(found) == len(set(found)) == 68
    assert set(found) == set(OUTPUT_FIELDS) == set(OUTPUTS)


def test_the_position_is_hidden_until_asked_for() -> None:
    output = {"latitude": 48.123456, "longitude": 16.654321, "coordinates_last_updated_at": "2026-01-02T03:04:05Z"}
    assert "48.123456" not in drawn(output)
    assert "2026" not in drawn(output)
    assert "48.123456" in drawn(output, shows_position=True)


def test_whatever_comes_is_escaped() -> None:
    evil = "<script>alert(1)</script>"
    output = dict.fromkeys(OUTPUTS, evil) | {evil: evil, "new": {"deep": evil}}
    assert "<script" not in drawn(output, shows_position=True)


def test_a_link_that_is_not_https_is_no_link() -> None:
    page = drawn({"authorization_url": "javascript:alert(1)", "embeddable_url": "http://example.org/a"})
    assert "<a " not in page
    assert 'href="https://connect.example/x"' in drawn({"embeddable_url": "https://connect.example/x"})


def test_keys_of_tomorrow_are_shown_apart() -> None:
    page = drawn({"building": "b-1", "actions": [{"code": "reauthenticate"}]})
    assert "Also sent by Podero" in page
    assert "building" in page
    assert "reauthenticate" not in page


def test_an_endless_text_is_cut() -> None:
    assert len(drawn({"lifecycle_error": "x" * 1_000_000})) < 40_000


def test_the_json_hides_position_and_secrets() -> None:
    action = {"code": "reauthenticate", "resolution_link": {"url": "https://example.org/?secret=abc"}}
    text = raw_text({"latitude": 48.1, "battery_level": 43, "actions": [action, "odd"]}, hidden=POSITION)
    assert "48.1" not in text
    assert "secret=abc" not in text
    assert '"battery_level": 43' in text
    assert "48.1" in raw_text({"latitude": 48.1}, hidden=frozenset())
