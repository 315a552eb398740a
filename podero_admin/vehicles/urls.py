"""Addresses of this app."""

from django.urls import path

from podero_admin.vehicles import views

app_name = "vehicles"
urlpatterns = [
    path("", views.vehicles, name="list"),
    path("export/", views.export, name="export"),
    path("<uuid:vehicle_id>/", views.vehicle, name="detail"),
    path("<uuid:vehicle_id>/refresh/", views.refresh, name="refresh"),
    path("<uuid:vehicle_id>/position/", views.position, name="position"),
]
