"""App settings."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "podero_admin.core"
