"""Customers in Django's admin: to look at, never to change."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from podero_admin.directory.models import Customer


@admin.register(Customer)
class CustomerAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # Django has the parameter in its stubs only
    list_display = ("name", "email", "external_user_id", "organization", "is_gone")
    list_filter = ("organization", "is_gone")
    search_fields = ("email", "external_user_id", "id")
    list_select_related = ("organization",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """One customer is looked at on our own page, which notes the look."""
        found = self.get_object(request, object_id) if request.method == "GET" else None
        if found is None:
            return super().change_view(request, object_id, *args, **kwargs)
        return HttpResponseRedirect(reverse("desk:customer", args=[found.pk]))
