"""App settings."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "podero_admin.desk"
