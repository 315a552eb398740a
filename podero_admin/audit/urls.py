"""Addresses of this app."""

app_name = "audit"
urlpatterns: list[object] = []
