"""What we add to allauth's pages: a reset without mail says whom to ask, and Django's admin signs in like everybody."""

from typing import Any

from allauth.account.views import LoginView, logout
from allauth.account.views import password_reset as mailed_reset
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from podero_admin.accounts.middleware import is_kept_for
from podero_admin.core.errors import NotAllowed


class SignInView(LoginView):  # type: ignore[misc] # allauth has no types
    """Allauth's, which also tells whose session ended in the middle of a form that nothing is lost."""

    def get_context_data(self, **kwargs: Any) -> Any:
        page = self.request.POST.get("next") or self.request.GET.get("next", "")
        return super().get_context_data(**kwargs) | {"is_kept": is_kept_for(self.request, page)}


@login_not_required
def password_reset(request: HttpRequest) -> Any:
    if not settings.MAIL_CONFIGURED:
        return render(request, "account/password_reset_ask.html")
    return mailed_reset(request)


@login_not_required
def admin_sign_in(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Take the place of the admin's own sign-in page, which knows no rate limits."""
    address = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        address = reverse("admin:index")
    if not request.user.is_authenticated:
        return redirect_to_login(address)
    if not request.user.is_superuser:
        raise NotAllowed("Only superusers may open this part. Ask your operator.", permission="superuser")
    return HttpResponseRedirect(address)


def admin_sign_out(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:  # noqa: ARG001 - Django's signature
    """Signing out is an event, from wherever; the admin's own page knows of none."""
    return logout(request)


def admin_password_change(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseRedirect:  # noqa: ARG001 - Django's signature
    """The same for a new password: to the page that everybody has."""
    return HttpResponseRedirect(reverse("account_change_password"))
