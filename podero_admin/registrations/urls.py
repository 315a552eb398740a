"""Addresses of registrations."""

from django.urls import path

from podero_admin.registrations import views

app_name = "registrations"
urlpatterns = [
    path("", views.list_, name="list"),
    path("strays/<int:number>/", views.stray, name="stray"),
    path("strays/<int:number>/acknowledge/", views.acknowledge_stray, name="acknowledge_stray"),
    path("<str:reference>/", views.detail, name="detail"),
    path("<str:reference>/send-again/", views.send_again, name="send_again"),
    path("<str:reference>/decide/", views.decide, name="decide"),
    path("<str:reference>/acknowledge/", views.acknowledge, name="acknowledge"),
]
