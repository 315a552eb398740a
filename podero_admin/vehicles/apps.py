"""App settings."""

from django.apps import AppConfig


class VehiclesConfig(AppConfig):
    name = "podero_admin.vehicles"
