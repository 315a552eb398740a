"""System check: are the triggers of the transitions there? On SQLite a table that is remade loses them silently."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connections

from podero_admin.registrations import triggers


def check_triggers(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    return [
        Error(
            f"Outcomes in database {alias!r} may move anywhere: the triggers {', '.join(missing)} are missing.",
            hint="Run `manage.py migrate --skip-checks`, which makes them again.",
            id="registrations.E001",
        )
        for alias in databases or ()
        if (missing := triggers.missing(connections[alias]))
    ]
