"""Vehicles in Django's admin: to look at, never to change; our own page of one hides what has to be asked for."""

from django.contrib import admin

from podero_admin.core.admin import ReadOnlyAdmin
from podero_admin.vehicles.models import Vehicle


@admin.register(Vehicle)
class VehicleAdmin(ReadOnlyAdmin):
    own_page = "vehicles:detail"
    list_display = ("title", "customer", "organization", "settled_health", "reported_at", "is_gone")
    list_filter = ("organization", "settled_health", "price_zone", "is_gone")
    search_fields = ("id",)
    list_select_related = ("customer", "organization")
    show_full_result_count = False
