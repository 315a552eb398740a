"""Addresses of registrations."""

from django.urls import path

from podero_admin.registrations import views

app_name = "registrations"
urlpatterns = [
    path("", views.list_, name="list"),
    path("<str:reference>/", views.detail, name="detail"),
    path("<str:reference>/send-again/", views.send_again, name="send_again"),
    path("<str:reference>/decide/", views.decide, name="decide"),
]
