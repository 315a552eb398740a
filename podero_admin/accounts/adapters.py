"""What we ask of allauth: closed sign-up, staff only, every sign-in an event."""

import logging
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from podero_admin.accounts.services import (
    password_changed,
    password_reset_requested,
    sign_in_failed,
    signed_in,
    signed_out,
)
from podero_admin.core.http import link

SHUT_OUT_SECONDS = 300
logger = logging.getLogger(__name__)


def _email(credentials: Mapping[str, Any]) -> str:
    return str(credentials.get("email") or credentials.get("username") or "")


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The e-mail or the password is wrong.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that our proxy rule settled on."""
        return str(request.META.get("REMOTE_ADDR", ""))

    def is_safe_url(self, url: str | None) -> bool:
        """Allauth's own breaks on what cannot be taken apart, such as `https://[::1`."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        return link("desk:start")

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        response = super().post_login(request, user, **kwargs)
        signed_in(staff=user, request_id=request.request_id, client_address=self.get_client_ip(request))  # type: ignore[attr-defined]
        return response

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> Any:
        """The password was right, the account is not in use any more: turned away all the same."""
        self._turned_away(request, user.email, reason="deactivated")
        return super().respond_user_inactive(request, user)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """After too many tries the password is not even looked at; the log tells so once, however long it goes on."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            email = _email(credentials)
            whose = sha256(f"{email.lower()} {self.get_client_ip(request)}".encode()).hexdigest()
            if cache.add(f"podero:shut-out:{whose}", 1, SHUT_OUT_SECONDS):
                self._turned_away(request, email, reason="too many tries")
            raise

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """A try that broke off, say for want of a database, tells nothing about the password and does not count."""
        try:
            return super().authenticate(request, **credentials)
        except Exception:
            self._rollback_login_failed_rl_usage()
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        self._login_failed_rl_usage = None  # it was looked at: it counts, also when it cannot be written down
        super().authentication_failed(request, **credentials)
        self._turned_away(request, _email(credentials), reason="wrong password")

    def _turned_away(self, request: HttpRequest, email: str, *, reason: str) -> None:
        sign_in_failed(
            email=email,
            request_id=request.request_id,  # type: ignore[attr-defined]
            client_address=self.get_client_ip(request),
            reason=reason,
        )

    def logout(self, request: HttpRequest) -> None:
        staff = request.user
        super().logout(request)
        if staff.is_authenticated:
            signed_out(staff=staff, request_id=request.request_id, client_address=self.get_client_ip(request))  # type: ignore[attr-defined]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        return link("desk:start")

    def set_password(self, user: Any, password: str) -> None:
        """Allauth's one way to a new password: by the own account's page, or by the link of a reset."""
        password_changed(
            staff=user,
            password=password,
            request_id=self.request.request_id,
            client_address=self.get_client_ip(self.request),
        )

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        password_reset_requested(
            staff=user,
            request_id=self.request.request_id,
            client_address=self.get_client_ip(self.request),
        )
        super().send_password_reset_mail(user, email, context)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is down must not turn the page into an error, nor tell who has an account."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError:
            logger.exception("A mail could not be sent; the page says what it always says")
