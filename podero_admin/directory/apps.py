"""App settings."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "podero_admin.directory"
