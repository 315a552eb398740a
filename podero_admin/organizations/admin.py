"""Organisations in Django's admin: to look at; the organisations file is where they are changed."""

from django.contrib import admin

from podero_admin.core.admin import ReadOnlyAdmin
from podero_admin.organizations.models import Organization


@admin.register(Organization)
class OrganizationAdmin(ReadOnlyAdmin):
    list_display = ("name", "id", "environment", "is_configured", "api_url", "directory_fetched_at")
    list_filter = ("environment", "is_configured")
