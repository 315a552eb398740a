"""Add and change staff; note who came in and who was turned away."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from podero_admin.accounts.models import Membership, Staff
from podero_admin.accounts.selectors import access_of
from podero_admin.audit.actions import Action
from podero_admin.audit.services import Subject, record
from podero_admin.core.access import NOBODY, Access, Role
from podero_admin.core.errors import Invalid
from podero_admin.organizations.models import Organization


def subject_of(staff: Staff) -> Subject:
    return Subject("staff", staff.pk, str(staff))


@dataclass(frozen=True)
class Added:
    staff: Staff
    created: bool


@transaction.atomic
def staff_add(
    *, access: Access, email: str, role: Role, organization_id: UUID, password: str | None = None, name: str = ""
) -> Added:
    """Add a member of staff, or give an existing one another role; the password changes only when one is given."""
    organization = Organization.objects.filter(id=organization_id).first()
    if organization is None:
        raise Invalid(f"There is no organisation {organization_id}; load_organizations lists them.")
    staff = Staff.objects.filter(email__iexact=email).first()
    created = staff is None
    changes: dict[str, tuple[object, object]] = {}
    if staff is None:
        staff = Staff.objects.create_user(email, name=name)
    elif name and name != staff.name:
        changes["name"] = (staff.name, name)
        staff.name = name
        staff.save(update_fields=["name"])
    if password is not None:
        _set_password(staff, password)
    before = Membership.objects.filter(staff=staff, organization=organization).first()
    Membership.objects.update_or_create(staff=staff, organization=organization, defaults={"role": role})
    changes["role"] = (before.role if before else None, role.value)
    if created:
        changes["email"] = (None, email)
    if password is not None:
        changes["password"] = ("", "set")
    record(
        Action.STAFF_ADDED if created else Action.STAFF_CHANGED,
        access=access,
        organization_id=organization_id,
        subject=subject_of(staff),
        changes=changes,
    )
    return Added(staff, created)


def _set_password(staff: Staff, password: str) -> None:
    try:
        validate_password(password, staff)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages)) from None
    staff.set_password(password)
    staff.save(update_fields=["password"])


def _own(staff: Staff, request_id: str, client_address: str) -> Access:
    return access_of(staff, request_id=request_id, client_address=client_address)


def _strangers(request_id: str, client_address: str) -> Access:
    return Access(
        staff_id=NOBODY.staff_id, email="", name=NOBODY.name, request_id=request_id, client_address=client_address
    )


def _note(action: Action, *, access: Access, staff: Staff, **what: Any) -> None:
    """One event for each organisation in which the person has a seat, so that its own supervisors are told."""
    seats = staff.memberships.order_by("organization_id").values_list("organization_id", "organization__name")
    told_to: list[tuple[UUID | None, str]] = [*seats] or [(None, "")]
    for organization_id, name in told_to:
        where: dict[str, Any] = {"organization_id": organization_id, "organization_name": name}
        record(action, access=access, subject=subject_of(staff), **where, **what)


@transaction.atomic
def signed_in(*, staff: Staff, request_id: str, client_address: str) -> None:
    _note(Action.SIGNED_IN, access=_own(staff, request_id, client_address), staff=staff)


@transaction.atomic
def signed_out(*, staff: Staff, request_id: str, client_address: str) -> None:
    _note(Action.SIGNED_OUT, access=_own(staff, request_id, client_address), staff=staff)


@transaction.atomic
def sign_in_failed(*, email: str, request_id: str, client_address: str, reason: str) -> None:
    """Note who was turned away; of an address that we do not know nothing is kept: it may be a mistyped password."""
    access = _strangers(request_id, client_address)
    staff = Staff.objects.filter(email__iexact=email).first()
    if staff is None:
        nobody = Subject("staff", "", "unknown e-mail address")
        record(Action.SIGN_IN_FAILED, access=access, subject=nobody, outcome="refused", reason="no such staff")
        return
    reason = reason if staff.is_active else "deactivated"
    _note(Action.SIGN_IN_FAILED, access=access, staff=staff, outcome="refused", reason=reason)


@transaction.atomic
def password_changed(*, staff: Staff, password: str, request_id: str, client_address: str) -> None:
    """Set a password that a form has checked; the event and the password come together or not at all."""
    staff.set_password(password)
    staff.save(update_fields=["password"])
    changes = {"password": ("", "set")}
    access = _own(staff, request_id, client_address)
    _note(Action.PASSWORD_CHANGED, access=access, staff=staff, changes=changes)


@transaction.atomic
def password_reset_requested(*, staff: Staff, request_id: str, client_address: str) -> None:
    """Somebody asked for it, and nobody knows yet that it was this person."""
    _note(Action.PASSWORD_RESET_REQUESTED, access=_strangers(request_id, client_address), staff=staff)


Changes = Mapping[str, tuple[object, object]]


@transaction.atomic
def staff_note(
    *,
    access: Access,
    staff: Staff,
    account: Changes,
    roles: Mapping[UUID, tuple[object, object]],
    created: bool = False,
) -> None:
    """Note what the operator changed by hand: one event for each organisation that it concerns, or one for none."""
    seats = set(staff.memberships.values_list("organization_id", flat=True))
    concerned = set(roles) | (seats if account else set())
    action = Action.STAFF_ADDED if created else Action.STAFF_CHANGED
    if account.get("is_active") == (True, False):
        action = Action.STAFF_DEACTIVATED
    nobodys: list[UUID | None] = [None] if account or created else []
    for organization_id in sorted(concerned) or nobodys:
        changes = {
            **account,
            **({"role": roles[organization_id]} if organization_id and organization_id in roles else {}),
        }
        record(action, access=access, organization_id=organization_id, subject=subject_of(staff), changes=changes)
