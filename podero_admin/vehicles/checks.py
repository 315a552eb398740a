"""System check: are the triggers there that keep the search index of vehicles?"""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage

from podero_admin.directory.checks import missing_in
from podero_admin.vehicles.search import VEHICLES


def check_search_index(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    return missing_in(databases, index=VEHICLES, what="Vehicles", id_="vehicles.E001")
