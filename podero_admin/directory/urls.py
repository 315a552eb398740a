"""Addresses of this app."""

from django.urls import path

from podero_admin.directory import views

app_name = "directory"
urlpatterns = [
    path("", views.customers, name="list"),
    path("export/", views.export, name="export"),
    path("refresh/", views.refresh, name="refresh"),
]
