"""One process at a time: what another one holds is neither taken nor given back."""

import threading
import time

import pytest
from django.core.cache import cache
from django.db import connection

from podero_admin.core.lease import lease

NAME = "tests:lease"


@pytest.fixture
def free(db: None) -> None:
    cache.delete(NAME)


def give_back() -> None:
    """In a thread with a connection of its own."""
    try:
        cache.delete(NAME)
    finally:
        connection.close()


def test_only_one_holds_it_and_then_the_next(free: None) -> None:
    with lease(NAME, seconds=60) as first, lease(NAME, seconds=60) as second:
        assert (first, second) == (True, False)
    with lease(NAME, seconds=60) as third:
        assert third


def test_it_is_given_back_after_a_failure_too(free: None) -> None:
    with pytest.raises(RuntimeError), lease(NAME, seconds=60):
        raise RuntimeError
    assert cache.get(NAME) is None


def test_who_took_too_long_leaves_it_to_the_next_holder(free: None) -> None:
    with lease(NAME, seconds=60):
        cache.set(NAME, "the next holder", 60)
    assert cache.get(NAME) == "the next holder"


def test_who_has_patience_waits_until_it_ends(free: None) -> None:
    cache.add(NAME, "somebody", 60)
    started = time.monotonic()
    with lease(NAME, seconds=60, patience=0.1) as is_mine:
        assert not is_mine
    assert time.monotonic() - started >= 0.1
    assert cache.get(NAME) == "somebody"


def test_who_has_patience_gets_it_when_it_is_free(transactional_db: None) -> None:
    cache.add(NAME, "somebody", 60)
    giving_back = threading.Timer(0.1, give_back)
    giving_back.start()
    with lease(NAME, seconds=60, patience=30) as is_mine:
        assert is_mine
    giving_back.join()
