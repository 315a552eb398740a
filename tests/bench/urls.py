"""The product's addresses and two of the bench's: the floor, and peers that draw as many rows as our lists do."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path

from podero_admin.core.paging import PAGE_SIZE
from podero_admin.urls import handler400, handler403, handler404, handler500
from podero_admin.urls import urlpatterns as product

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

for peer in admin.site._registry.values():
    peer.list_per_page = PAGE_SIZE


def floor(request: HttpRequest) -> HttpResponse:
    """What session, sign-in, access and every other middleware cost, before any page does anything."""
    return HttpResponse(f"A constant for {request.access.label}.")


urlpatterns = [path("bench/floor/", floor, name="floor"), *product]
