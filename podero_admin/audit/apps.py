"""App settings; registers the system check of the triggers, and makes them again after each migrate."""

from typing import Any

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db import connections
from django.db.models.signals import post_migrate


def _install_triggers(using: str, **_: Any) -> None:
    """A migration that remakes a table on SQLite loses its triggers; others may have been disabled or altered."""
    from podero_admin.audit import triggers  # noqa: PLC0415 - needs the database, not the apps

    if triggers.amiss(connections[using]):
        triggers.install(connections[using])


class AuditConfig(AppConfig):
    name = "podero_admin.audit"
    verbose_name = "Audit log"

    def ready(self) -> None:
        from podero_admin.audit.checks import check_triggers  # noqa: PLC0415 - models must be ready

        register(check_triggers, Tags.database)
        post_migrate.connect(_install_triggers, sender=self)
