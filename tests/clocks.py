"""A clock that is wrong, as that of one machine of several may be."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.utils import timezone


@contextmanager
def clock_off_by(much: timedelta) -> Iterator[None]:
    """The clock of this process is wrong by so much, for as long as the block runs."""
    right = timezone.now
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: right() + much)
        yield
