"""Addresses of this app."""

app_name = "organizations"
urlpatterns: list[object] = []
