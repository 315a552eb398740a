"""The one-time link with which a new member of staff chooses a password."""

from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from podero_admin.accounts.models import Staff


def invitation_link(*, staff: Staff) -> str:
    """Works until a password is set or the link has aged (PASSWORD_RESET_TIMEOUT, three days)."""
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(staff)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(staff), "key": key})
    return public_address(path)


def public_address(path: str) -> str:
    """Of a page of ours, as people type it; the path begins with what stands before all pages."""
    public = urlsplit(settings.PUBLIC_URL)
    return f"{public.scheme}://{public.netloc}{path}"
