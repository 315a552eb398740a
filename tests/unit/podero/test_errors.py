"""The tree of errors: drawn as it is, told without secrets, read from answers of any shape."""

import pickle
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podero_admin import podero
from podero_admin.podero import errors
from podero_admin.podero.errors import Conflict, InvalidRequest, PoderoError, RateLimited, error_for
from podero_admin.podero.refusals import seconds_until

TREE = re.compile(r"^([│├└─ ]*)(\w+)(?:  .*)?$")


def kinds(base=PoderoError):
    return {base}.union(*(kinds(kind) for kind in base.__subclasses__()))


def test_the_drawing_shows_the_tree():
    above, drawn = [], {}
    for line in errors.__doc__.split("\n\n")[1].splitlines():
        indent, name = TREE.match(line).groups()
        above[len(indent) // 4 :] = [name]
        drawn[name] = above[-2] if above[1:] else None
    assert drawn == {kind.__name__: kind.__base__.__name__ if kind is not PoderoError else None for kind in kinds()}


def test_every_error_is_public():
    assert {kind.__name__ for kind in kinds()} <= set(podero.__all__)
    assert all(hasattr(podero, name) for name in podero.__all__)


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("NotConfigured", False),
        ("Unreachable", False),
        ("KnownAway", False),
        ("TimedOut", True),
        ("Interrupted", True),
        ("AuthenticationFailed", False),
        ("Rejected", True),
        ("InvalidRequest", True),
        ("Conflict", True),
        ("RateLimited", True),
        ("ServerError", True),
        ("Redirected", True),
        ("ContractViolation", True),
    ],
)
def test_each_error_knows_whether_the_request_may_have_arrived(name, sent):
    error = getattr(errors, name)("words", request_id="r", code="c", detail="d")
    assert error.sent is sent
    assert (str(error), error.request_id, error.code, error.detail) == ("words", "r", "c", "d")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.__dict__) == (type(error), error.__dict__)


@pytest.mark.parametrize(
    ("answer", "fields", "messages"),
    [
        ({"detail": "Cannot parse request body"}, {}, ["Cannot parse request body"]),
        ({"detail": [{"loc": ["body", "v", "comment"], "msg": "long"}]}, {"comment": ["long"]}, []),
        (
            {"detail": [{"loc": ["body", "v", "comment"], "msg": "a"}, {"loc": ["x", "comment"], "msg": "b"}]},
            {"comment": ["a", "b"]},
            [],
        ),
        ({"detail": [{"loc": ["body", 0], "msg": "a"}, {"loc": [], "msg": "b"}, {"msg": "c"}]}, {}, ["a", "b", "c"]),
        ({"detail": [{"loc": "body", "msg": None}]}, {}, ["null"]),
        ({"detail": ["a", 5, None]}, {}, ["a", "5", "null"]),
        ({"detail": {"comment": ["a", "b"], "year": "c"}}, {"comment": ["a", "b"], "year": ["c"]}, []),
        ({"detail": {"loc": ["body", "year"], "msg": "odd"}}, {"year": ["odd"]}, []),
        ({"detail": 5}, {}, ["5"]),
        ({"detail": ""}, {}, []),
        ({}, {}, []),
        ([{"loc": ["year"], "msg": "odd"}], {"year": ["odd"]}, []),
        (None, {}, []),
        ("text", {}, ["text"]),
    ],
)
@pytest.mark.parametrize("status", [400, 422])
def test_messages_are_sorted_by_field(status, answer, fields, messages):
    error = error_for(status, answer)
    assert isinstance(error, InvalidRequest)
    assert (error.fields, error.messages) == (fields, messages)


def test_messages_are_kept_in_bounds():
    error = error_for(422, {"detail": [{"loc": ["a"], "msg": "x" * 10_000}] * 10_000})
    assert len(error.fields["a"]) == 100
    assert len(error.fields["a"][0]) == 500


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        ({"state": "ongoing", "reason": "already_charging"}, "ongoing", "already_charging"),
        ({"detail": {"state": "full", "reason": "fully_charged"}}, "full", "fully_charged"),
        ({"state": "ongoing", "detail": {"reason": "x"}}, "ongoing", "x"),
        ({"detail": "text"}, "", ""),
        ([], "", ""),
        (None, "", ""),
    ],
)
def test_a_conflict_is_read_at_the_top_and_under_detail(answer, state, reason):
    error = error_for(409, answer)
    assert isinstance(error, Conflict)
    assert (error.state, error.reason, error.code) == (state, reason, reason)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("1.5", 1.5),
        ("-5", 0.0),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("Mon, 99 Foo", None),
    ],
)
def test_the_pause_asked_for_is_read_in_seconds(header, seconds):
    error = error_for(429, None, header)
    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


def test_the_pause_asked_for_is_read_from_a_date():
    later = datetime.now(UTC) + timedelta(seconds=60)
    assert seconds_until(format_datetime(later, usegmt=True)) == pytest.approx(60, abs=3)
    assert seconds_until(format_datetime(later.replace(tzinfo=None))) == pytest.approx(60, abs=3)
    assert seconds_until("Thu, 01 Jan 1970 00:00:00 GMT") == 0


@given(
    st.integers(300, 999),
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda x: st.lists(x) | st.dictionaries(st.sampled_from(["detail", "loc", "msg", "state"]), x),
    ),
)
def test_an_answer_of_any_shape_becomes_an_error(status, answer):
    error = error_for(status, answer)
    assert error.status == status
    assert len(error.detail) <= 500


def test_the_client_works_without_django():
    code = "import sys, podero_admin.podero; sys.exit(any(name.split('.')[0] == 'django' for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
