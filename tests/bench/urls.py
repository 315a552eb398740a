"""The product's addresses and two of the bench's: the floor, and Django's admin with as many rows as our lists and pages of its own."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path

from podero_admin.core.paging import PAGE_SIZE
from podero_admin.urls import handler400, handler403, handler404, handler500
from podero_admin.urls import urlpatterns as product

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

peers = admin.AdminSite("peers")
for model, own in admin.site._registry.items():
    peers.register(model, type(own), list_per_page=PAGE_SIZE, change_view=admin.ModelAdmin.change_view)


def floor(request: HttpRequest) -> HttpResponse:
    """What session, sign-in, access and every other middleware cost, before any page does anything."""
    return HttpResponse(f"A constant for {request.access.label}.")


urlpatterns = [path("bench/floor/", floor, name="floor"), path("bench/admin/", peers.urls), *product]
