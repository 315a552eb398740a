"""Addresses of the log; nothing here changes it but by adding to it."""

from django.urls import path

from podero_admin.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.events, name="list"),
    path("export/", views.export, name="export"),
    path("verify/", views.verify, name="verify"),
    path("<int:number>/", views.event, name="detail"),
]
