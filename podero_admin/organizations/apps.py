"""App settings; loads the organisations file after each migrate."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _load(**_: Any) -> None:
    from podero_admin.organizations.services import organizations_load_at_start  # noqa: PLC0415 - models must be ready

    organizations_load_at_start()


class OrganizationsConfig(AppConfig):
    name = "podero_admin.organizations"
    verbose_name = "Organisations"

    def ready(self) -> None:
        post_migrate.connect(_load, sender=self)
