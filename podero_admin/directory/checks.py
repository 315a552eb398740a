"""System check: are the triggers there that keep the search index? On SQLite a table that is remade loses them."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connections

from podero_admin.directory.search_index import CUSTOMERS, SearchIndex


def check_search_index(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    return missing_in(databases, index=CUSTOMERS, what="Customers", id_="directory.E001")


def missing_in(databases: Sequence[str] | None, *, index: SearchIndex, what: str, id_: str) -> list[CheckMessage]:
    return [
        Error(
            f"{what} cannot be searched in database {alias!r}: the triggers {', '.join(missing)} are missing.",
            hint="Run `manage.py migrate --skip-checks`, which makes them again and builds the index anew.",
            id=id_,
        )
        for alias in databases or ()
        if (missing := index.missing_triggers(connections[alias]))
    ]
