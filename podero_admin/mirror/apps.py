"""App settings."""

from django.apps import AppConfig


class MirrorConfig(AppConfig):
    name = "podero_admin.mirror"
