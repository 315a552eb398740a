"""Addresses of registering, under one customer."""

from django.urls import path

from podero_admin.registrations import views

app_name = "registering"
urlpatterns = [
    path("register/", views.register, name="register"),
    path("register/preview/", views.preview, name="preview"),
]
