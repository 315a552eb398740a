"""The log in Django's admin: to read, never to write."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from podero_admin.audit.models import AccessRecord, Event


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = (
        "number",
        "at",
        "actor_name",
        "action",
        "object_label",
        "outcome",
        "organization_name",
    )
    list_filter = ("action", "outcome")
    search_fields = ("actor_name", "object_label", "request_id")
    list_per_page = 50


@admin.register(AccessRecord)
class AccessRecordAdmin(ReadOnlyAdmin):
    list_display = ("id", "at", "actor_name", "label", "page")
    list_per_page = 50
