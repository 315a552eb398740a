"""Addresses of this app."""

from django.urls import path

from podero_admin.organizations import views

app_name = "organizations"
urlpatterns = [
    path("organization/", views.choose, name="choose"),
    path("connections/", views.connections, name="connections"),
    path("connections/<uuid:organization_id>/test/", views.test, name="test"),
]
