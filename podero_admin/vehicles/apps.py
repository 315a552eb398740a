"""App settings; the system check of the search index, what follows each migrate, and customers who are gone."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db import connections
from django.db.models.signals import post_migrate

from podero_admin.directory.signals import customers_gone


def _mend_search_index(using: str, **_: Any) -> None:
    from podero_admin.vehicles.search import VEHICLES  # noqa: PLC0415 - models must be ready

    VEHICLES.mend(connections[using])


def _lose_vehicles(customer_ids: list[UUID], at: datetime, **_: Any) -> None:
    from podero_admin.vehicles.services import vehicles_lose  # noqa: PLC0415 - models must be ready

    vehicles_lose(customer_ids=customer_ids, at=at)


class VehiclesConfig(AppConfig):
    name = "podero_admin.vehicles"

    def ready(self) -> None:
        from podero_admin.vehicles.checks import check_search_index  # noqa: PLC0415 - models must be ready

        register(check_search_index, Tags.database)
        post_migrate.connect(_mend_search_index, sender=self)
        customers_gone.connect(_lose_vehicles)
