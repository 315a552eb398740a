"""System check: do the audit log's triggers guard it? On SQLite a table that is remade loses them silently."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connections

from podero_admin.audit import triggers


def check_triggers(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    return [
        Error(
            f"{weakness}, in database {alias!r}.",
            hint="Find out who did it; then run `manage.py migrate --skip-checks`, which makes them again.",
            id="audit.E001",
        )
        for alias in databases or ()
        if (weakness := triggers.weakness(connections[alias]))
    ]
