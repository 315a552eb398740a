"""App settings; registers the system check of the search index, and mends the index after each migrate."""

from typing import Any

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db import connections
from django.db.models.signals import post_migrate

from podero_admin.directory.search_index import CUSTOMERS


def _mend_search_index(using: str, **_: Any) -> None:
    CUSTOMERS.mend(connections[using])


class DirectoryConfig(AppConfig):
    name = "podero_admin.directory"
    verbose_name = "Directory"

    def ready(self) -> None:
        from podero_admin.directory.checks import check_search_index  # noqa: PLC0415 - models must be ready

        register(check_search_index, Tags.database)
        post_migrate.connect(_mend_search_index, sender=self)
