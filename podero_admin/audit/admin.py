"""The log in Django's admin: to read, never to write."""

from django.contrib import admin

from podero_admin.audit.models import AccessRecord, Event
from podero_admin.core.admin import ReadOnlyAdmin


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
