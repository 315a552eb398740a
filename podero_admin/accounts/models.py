"""Staff: who signs in, and which role they have in which organisation."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from podero_admin.core.access import Role
from podero_admin.organizations.models import Organization


class StaffManager(BaseUserManager["Staff"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Staff":
        staff = self.model(email=self.normalize_email(email).lower(), **fields)
        staff.set_password(password)
        staff.save(using=self._db)
        return staff

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Staff":
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "Staff":
        return self.get(email__iexact=username)


class Staff(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. Never deleted: deactivated."""

    email = models.EmailField(
        "e-mail", unique=True, error_messages={"unique": "Somebody has this e-mail address already."}
    )
    name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField(
        "active", default=True, help_text="Untick instead of deleting: the audit log needs to know who this was."
    )
    date_joined = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[StaffManager] = StaffManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "member of staff"
        verbose_name_plural = "staff"
        ordering = ["email"]
        constraints = [models.UniqueConstraint(Lower("email"), name="staff_email_once")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """Django's admin is the operator's alone."""
        return self.is_superuser


class Membership(models.Model):
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="memberships")
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="memberships", verbose_name="organisation"
    )
    role = models.CharField(max_length=20, choices=[(role.value, role.value.capitalize()) for role in Role])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff", "organization"], name="one_role_per_organization")]

    def __str__(self) -> str:
        return f"{self.role} in {self.organization}"
