"""allauth's forms in our words, without placeholders that say what the labels say."""

from typing import Any

from allauth.account import forms

LABELS = {
    "login": "E-mail",
    "email": "E-mail",
    "remember": "Stay signed in",
    "oldpassword": "Current password",
    "password1": "New password",
    "password2": "New password, again",
}


class InOurWords:
    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)


class SignInForm(InOurWords, forms.LoginForm):  # type: ignore[misc] # allauth has no types
    pass


class PasswordResetForm(InOurWords, forms.ResetPasswordForm):  # type: ignore[misc]
    pass


class PasswordChangeForm(InOurWords, forms.ChangePasswordForm):  # type: ignore[misc]
    pass


class PasswordSetForm(InOurWords, forms.ResetPasswordKeyForm):  # type: ignore[misc]
    pass
