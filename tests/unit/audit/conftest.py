"""Short ways to record something and to tamper with it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from podero_admin.audit.actions import Action
from podero_admin.audit.models import Event
from podero_admin.audit.services import Subject, record
from podero_admin.core.access import Access
from tests.locks import lifted


@pytest.fixture
def recorded(db: None) -> Callable[..., Event]:
    def write(action: Action = Action.SIGNED_IN, **given: Any) -> Event:
        given.setdefault("access", Access(staff_id=7, email="eva@example.org", name="Eva", request_id="r-1"))
        given.setdefault("subject", Subject("staff", 7, "Eva"))
        with transaction.atomic():
            return record(action, **given)

    return write


@pytest.fixture
def tamper(db: None) -> Callable[..., None]:
    """Runs a statement as somebody would who has the database in hand and takes the triggers away for a moment."""

    def run(statement: str, *values: Any) -> None:
        with lifted(), connection.cursor() as cursor:
            cursor.execute(statement, values)

    return run
