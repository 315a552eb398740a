"""What `changes` keeps: that something changed, never whose address or which password."""

import json
import math
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from podero_admin.audit.masking import MASK, clean_text, masked_changes
from podero_admin.core.access import Role


@pytest.mark.parametrize(
    "name",
    [
        "email", "name", "first_name", "last_name", "latitude", "longitude", "owner_email", "password", "client_secret",
        "access_token", "authorization_url", "onboarding_url",
    ],
)  # fmt: skip
def test_personal_and_secret_values_are_masked(name: str):
    assert json.loads(masked_changes({name: ("before@example.org", "after@example.org")})) == {name: [MASK, MASK]}


def test_a_mask_says_whether_there_was_a_value():
    assert json.loads(masked_changes({"email": (None, "a@example.org")})) == {"email": [None, MASK]}


def test_personal_values_inside_of_others_are_masked_too():
    kept = masked_changes(
        {"payload": (None, {"comment": "x", "latitude": 48.2, "owner": [{"email": "a@example.org"}]})}
    )
    assert "48.2" not in kept
    assert "a@example.org" not in kept
    assert '"comment": "x"' in kept


def test_an_organisations_own_name_is_no_secret():
    kept = masked_changes({"name": ("Alpen", "Alpenstrom"), "client_secret": ("a", "b")}, "organization")
    assert json.loads(kept) == {"client_secret": [MASK, MASK], "name": ["Alpen", "Alpenstrom"]}


def test_everything_becomes_plain_json():
    identity, moment = UUID(int=5), datetime(2026, 1, 1, tzinfo=UTC)
    kept = masked_changes(
        {"a": (Decimal("1.50"), identity), "b": (moment, Role.AGENT), "c": (math.nan, {1}), "d": (b"x", True)}
    )
    assert json.loads(kept) == {
        "a": ["1.50", str(identity)],
        "b": ["2026-01-01T00:00:00+00:00", "agent"],
        "c": ["nan", [1]],
        "d": ["b'x'", True],
    }


@pytest.mark.parametrize(
    ("raw", "kept"), [("a\x00b", "ab"), ("a\ud800b", "a?b"), ("x" * 20, "xxxx…"), ("😀é", "😀é"), (None, "None")]
)
def test_text_is_made_fit_for_both_databases(raw: str, kept: str):
    assert clean_text(raw, 5) == kept
