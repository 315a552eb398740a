"""Moments in words, links of others, and the labels of the battery bar."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podero_admin.core import drawing

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "just now"), (1, "just now"), (2, "2 seconds ago"), (59, "59 seconds ago"), (60, "1 min ago"),
        (3599, "59 min ago"), (3600, "1 h ago"), (11520, "3 h 12 min ago"), (86399, "23 h 59 min ago"),
        (86400, "1 day ago"), (40 * 86400, "40 days ago"), (3 * 365 * 86400, "3 years ago"), (-90, "in 1 min"),
    ],
)  # fmt: skip
def test_it_says_how_long_ago(seconds: int, words: str) -> None:
    assert drawing.relative(NOW - timedelta(seconds=seconds), NOW) == words


@pytest.mark.parametrize("value", [None, "", "never", 7, "0001-01-01T00:00:00Z", "2026-13-45T00:00:00Z", datetime.min])
def test_what_is_no_moment_counts_as_never(value: object) -> None:
    assert drawing.moment_of(value) is None


def test_it_reads_what_the_api_writes() -> None:
    assert drawing.moment_of("2026-11-23T12:00:00Z") == NOW
    assert drawing.moment_of("2026-11-23T12:00:00") == NOW


@pytest.mark.parametrize(
    "url",
    [
        None, 5, "", "http://a.example/", "javascript:alert(1)", "//a.example/", "https://", "https://user@a.example/",
        "https://a.example/\nx", "https://a.example\\@b.example", 'https://a.example/">', "https://[", "https://a.example:x/",
    ],
)  # fmt: skip
def test_it_shows_no_doubtful_link_as_a_link(url: object) -> None:
    assert drawing.safe_host(url) == ""


def test_it_names_the_host_of_a_good_link() -> None:
    assert drawing.safe_host("https://connect.example.com/sign-in?token=1#x") == "connect.example.com"


levels = st.none() | st.floats(min_value=-20, max_value=140, allow_nan=False)


@given(level=levels, floor=levels, target=levels, cap=levels, deadline=st.sampled_from(["", "06:00"]))
def test_no_two_labels_ever_meet(
    level: float | None, floor: float | None, target: float | None, cap: float | None, deadline: str
) -> None:
    ticks = drawing.battery_ticks(level=level, floor=floor, target=target, cap=cap, deadline=deadline)
    assert len(ticks) == sum(value is not None for value in (level, floor, target, cap))
    for one in ticks:
        left, right, _ = drawing._extent(one.at, one.text)
        assert left >= -1
        assert right <= 101
        for other in ticks:
            if other is not one and (other.above, other.row) == (one.above, one.row):
                start, end, _ = drawing._extent(other.at, other.text)
                assert right < start or left > end


@pytest.mark.parametrize("value", [None, True, "x", float("nan"), float("inf"), [], {}])
def test_what_is_no_number_is_not_drawn(value: object) -> None:
    assert drawing.number(value) is None
