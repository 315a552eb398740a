"""System check: are the audit log's triggers there? On SQLite a table that is remade loses them silently."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connections

from podero_admin.audit import triggers


def check_triggers(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    return [
        Error(
            f"The audit log of database {alias!r} can be changed: the triggers {', '.join(missing)} are missing.",
            hint="Find out who removed them; then run `manage.py migrate --skip-checks`, which makes them again.",
            id="audit.E001",
        )
        for alias in databases or ()
        if (missing := triggers.missing(connections[alias]))
    ]
