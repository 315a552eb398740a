"""App settings."""

from django.apps import AppConfig


class RegistrationsConfig(AppConfig):
    name = "podero_admin.registrations"
