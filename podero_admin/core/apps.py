"""App settings; registers the checks of our settings, and makes the cache table with each migrate."""

from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import Tags, register
from django.core.management import call_command
from django.db.models.signals import post_migrate


def _create_cache_table(using: str, **_: Any) -> None:
    if settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache"):
        call_command("createcachetable", database=using, verbosity=0)


class CoreConfig(AppConfig):
    name = "podero_admin.core"

    def ready(self) -> None:
        from podero_admin.core import checks  # noqa: PLC0415 - settings must be ready

        for check in checks.ALL:
            register(check, Tags.security)
        # Django sends the signal only for apps with tables, which core has not; sessions are always there.
        post_migrate.connect(_create_cache_table, sender=apps.get_app_config("sessions"))
