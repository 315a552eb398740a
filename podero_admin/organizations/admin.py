"""Organisations in Django's admin: to look at; the organisations file is where they are changed."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from podero_admin.organizations.models import Organization


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # Django has the parameter in its stubs only
    list_display = ("name", "id", "environment", "is_configured", "api_url", "directory_fetched_at")
    list_filter = ("environment", "is_configured")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False
