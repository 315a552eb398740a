"""App settings."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "podero_admin.accounts"
