"""App settings; the system check of the search index, and what follows each migrate."""

from typing import Any

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db import connections
from django.db.models.signals import post_migrate


def _mend_search_index(using: str, **_: Any) -> None:
    from podero_admin.vehicles.search import VEHICLES  # noqa: PLC0415 - models must be ready

    VEHICLES.mend(connections[using])


class VehiclesConfig(AppConfig):
    name = "podero_admin.vehicles"

    def ready(self) -> None:
        from podero_admin.vehicles.checks import check_search_index  # noqa: PLC0415 - models must be ready

        register(check_search_index, Tags.database)
        post_migrate.connect(_mend_search_index, sender=self)
