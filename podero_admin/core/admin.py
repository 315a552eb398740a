"""Tables in Django's admin that are only looked at: what Podero told us, and the log."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # Django has the parameter in its stubs only
    """Nothing can be added, changed or removed. `own_page` names our page of one row, which notes who looked."""

    own_page = ""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        found = self.get_object(request, object_id) if self.own_page and request.method == "GET" else None
        if found is None:
            return super().change_view(request, object_id, *args, **kwargs)
        return HttpResponseRedirect(reverse(self.own_page, args=[found.pk]))
