"""Every address of the dashboard, optionally under a path of the intranet."""

import sys

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from podero_admin.accounts.views import admin_password_change, admin_sign_in, admin_sign_out
from podero_admin.core.outage import is_outage, out_of_order
from podero_admin.desk import views

admin.site.login = admin_sign_in  # type: ignore[method-assign]
admin.site.logout = admin_sign_out  # type: ignore[method-assign]
admin.site.password_change = admin_password_change  # type: ignore[assignment, method-assign]

pages = [
    path("", include("podero_admin.desk.urls")),
    path("customers/", include("podero_admin.directory.urls")),
    path("customers/<uuid:customer_id>/", include("podero_admin.registrations.customer_urls")),
    path("registrations/", include("podero_admin.registrations.urls")),
    path("vehicles/", include("podero_admin.vehicles.urls")),
    path("audit/", include("podero_admin.audit.urls")),
    path("", include("podero_admin.organizations.urls")),
    path("accounts/", include("podero_admin.accounts.urls")),
    path("django-admin/", admin.site.urls),
]

urlpatterns = [path(f"{settings.URL_PREFIX}/", include(pages))] if settings.URL_PREFIX else pages


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls it while it handles the exception: what a middleware met, such as a session that cannot be read."""
    return out_of_order() if is_outage(sys.exception()) else views.server_error(request)


handler400 = "podero_admin.desk.views.bad_request"
handler403 = "podero_admin.desk.views.permission_denied"
handler404 = "podero_admin.desk.views.page_not_found"
handler500 = server_error
