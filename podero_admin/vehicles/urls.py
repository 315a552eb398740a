"""Addresses of this app."""

app_name = "vehicles"
urlpatterns: list[object] = []
