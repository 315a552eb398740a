"""Look up organisations, within what `access` allows."""

from uuid import UUID

from django.db.models import QuerySet

from podero_admin.core.access import Access, Permission, Role, Seat
from podero_admin.core.errors import NotFound
from podero_admin.organizations.models import Organization


def organization_list(*, access: Access, permission: Permission = Permission.CUSTOMER_VIEW) -> QuerySet[Organization]:
    return Organization.objects.filter(id__in=access.organization_ids(permission))


def organization_get(
    *, access: Access, organization_id: UUID, permission: Permission = Permission.CUSTOMER_VIEW
) -> Organization:
    found = Organization.objects.filter(id=organization_id).first()
    if found is None or not access.allows(Permission.CUSTOMER_VIEW, organization_id):
        raise NotFound(
            "There is no such organisation among yours.", outside=f"organization {organization_id}" if found else ""
        )
    access.require(permission, organization_id)
    return found


def all_seats() -> tuple[Seat, ...]:
    """A seat with every right in every organisation: what a superuser and the application itself hold."""
    return tuple(
        Seat(organization.id, organization.name, Role.ADMINISTRATOR, organization.environment)
        for organization in Organization.objects.only("id", "name", "environment")
    )


def system_access(request_id: str = "") -> Access:
    return Access.system(seats=all_seats(), request_id=request_id)
