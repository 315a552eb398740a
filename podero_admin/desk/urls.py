"""Addresses of the pages that draw on several apps."""

from django.urls import path

from podero_admin.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.start, name="start"),
    path("open/", views.open_link, name="open"),
    path("theme/", views.theme, name="theme"),
    path("search/", views.search, name="search"),
    path("status/", views.status, name="status"),
    path("customers/<uuid:customer_id>/", views.customer, name="customer"),
    path("customers/<uuid:customer_id>/refresh/", views.refresh, name="refresh"),
]
