"""Staff in Django's admin, for superusers: add, give roles, deactivate; never delete; each act an event."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from allauth.account import admin as _allauth_admin  # noqa: F401 - registers e-mail addresses, which we take away again
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth import admin as auth_admin  # noqa: F401 - registers groups, which we take away again
from django.contrib.auth.forms import BaseUserCreationForm
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from podero_admin.accounts.invitations import invitation_link
from podero_admin.accounts.models import Membership, Staff
from podero_admin.accounts.services import Changes, staff_note

if TYPE_CHECKING:
    from django import forms

    from podero_admin.core.http import StaffRequest

admin.site.unregister(Group)  # roles are per organisation, here
admin.site.unregister(EmailAddress)  # a second address would let somebody sign in as another, without an event


class StaffAddForm(BaseUserCreationForm):  # type: ignore[type-arg] # Django has the parameter in its stubs only
    class Meta:
        model = Staff
        fields = ("email", "name")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 1
    verbose_name = "role"
    verbose_name_plural = "roles, one per organisation"


@admin.register(Staff)
class StaffAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("email", "name", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser", "memberships__role", "memberships__organization")
    search_fields = ("email", "name")
    readonly_fields = ("last_login", "date_joined")
    fields = ("email", "name", "is_active", "is_superuser", "last_login", "date_joined")
    inlines = (MembershipInline,)
    actions = ("deactivate", "make_password_link")

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return super().get_fields(request, obj) if obj else ("email", "name", "password1", "password2")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:  # noqa: FBT001, FBT002
        if obj is None:
            return StaffAddForm
        return super().get_form(request, obj, change, **options)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def save_related(self, request: HttpRequest, form: Any, formsets: Iterable[Any], change: bool) -> None:  # noqa: FBT001
        """The last step of the admin's transaction: here everything that changed is known."""
        given = list(formsets)
        before = dict(Membership.objects.filter(staff=form.instance).values_list("organization_id", "role"))
        super().save_related(request, form, given, change)
        after = dict(Membership.objects.filter(staff=form.instance).values_list("organization_id", "role"))
        roles = {key: (before.get(key), after.get(key)) for key in before | after if before.get(key) != after.get(key)}
        staff_note(
            access=cast("StaffRequest", request).access,
            staff=form.instance,
            account=_account_changes(form, change=change),
            roles=roles,
            created=not change,
        )

    @admin.action(description="Deactivate the chosen staff")
    def deactivate(self, request: HttpRequest, queryset: QuerySet[Staff]) -> None:
        access = cast("StaffRequest", request).access
        for staff in queryset.filter(is_active=True).exclude(pk=access.staff_id or 0):
            with transaction.atomic():
                staff.is_active = False
                staff.save(update_fields=["is_active"])
                staff_note(access=access, staff=staff, account={"is_active": (True, False)}, roles={})

    @admin.action(description="Make a link to set a password")
    def make_password_link(self, request: HttpRequest, queryset: QuerySet[Staff]) -> None:
        """For who has forgotten theirs where no mail is sent; the operator passes it on."""
        for staff in queryset.filter(is_active=True):
            with transaction.atomic():
                link = invitation_link(staff=staff)
                access = cast("StaffRequest", request).access
                staff_note(access=access, staff=staff, account={"password_link": ("", "made")}, roles={})
            self.message_user(request, f"{staff.email} sets a password, once, at {link}")


def _account_changes(form: "forms.ModelForm[Staff]", *, change: bool) -> Changes:
    if not change:
        return {"email": (None, form.instance.email), "password": ("", "set")}
    return {
        name: (form.initial.get(name), getattr(form.instance, name))
        for name in form.changed_data
        if hasattr(form.instance, name)
    }
