"""Customers in Django's admin: to look at, never to change."""

from django.contrib import admin

from podero_admin.core.admin import ReadOnlyAdmin
from podero_admin.directory.models import Customer


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin):
    own_page = "desk:customer"
    list_display = ("name", "email", "external_user_id", "organization", "is_gone")
    list_filter = ("organization", "is_gone")
    search_fields = ("email", "external_user_id", "id")
    list_select_related = ("organization",)
    show_full_result_count = False
