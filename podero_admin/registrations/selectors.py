"""Look up registrations, within what `access` allows."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Q, QuerySet

from podero_admin.core.access import Access, Permission
from podero_admin.core.errors import Invalid, NotFound
from podero_admin.core.paging import Page, paginate
from podero_admin.directory.models import Customer
from podero_admin.registrations.models import Registration
from podero_admin.registrations.outcomes import OPEN, Outcome
from podero_admin.vehicles.models import Vehicle


def _visible(access: Access) -> QuerySet[Registration]:
    """All of the organisations where that is allowed; elsewhere one's own."""
    everybodys = access.organization_ids(Permission.REGISTRATIONS_VIEW_ALL)
    own = Q(organization__in=access.organization_ids(), requested_by_id=access.staff_id)
    return Registration.objects.filter(Q(organization__in=everybodys) | own).select_related(
        "customer", "organization", "requested_by", "vehicle"
    )


def registration_get(*, access: Access, reference: str) -> Registration:
    """Anybody in the organisation may open one by its reference: colleagues hand calls over."""
    found = Registration.objects.select_related(
        "customer__organization", "organization", "requested_by", "vehicle", "decided_by"
    )
    registration = found.filter(reference=reference).first() if "\0" not in reference else None
    if registration is None or not access.allows(Permission.CUSTOMER_VIEW, registration.organization_id):
        raise NotFound(
            "There is no such registration in your organisations.",
            outside=f"registration {reference}" if registration else "",
        )
    return registration


def registration_list(
    *, access: Access, filters: Mapping[str, str], after: str = "", before: str = ""
) -> Page[Registration]:
    rows = _visible(access).filter(organization__in=access.listed_ids())
    outcome, organization = filters.get("outcome", ""), filters.get("organization", "")
    if outcome == "open":
        rows = rows.filter(outcome__in=sorted(OPEN))
    elif outcome:
        rows = rows.filter(outcome=_known_outcome(outcome))
    if organization:
        rows = rows.filter(organization_id=_known_organization(access, organization))
    return paginate(rows, order=["-id"], after=after, before=before, scope=f"{outcome}:{organization}")


def _known_outcome(raw: str) -> str:
    if raw not in {outcome.value for outcome in Outcome}:
        raise Invalid("There is no such outcome.", fields={"outcome": ["Choose one of the list."]})
    return raw


def _known_organization(access: Access, raw: str) -> UUID:
    known = {str(key): key for key in access.organization_ids()}
    if raw not in known:
        raise Invalid(
            "There is no such organisation among yours.", fields={"organization": ["Choose one of the list."]}
        )
    return known[raw]


def open_registrations(*, access: Access, limit: int = 20) -> list[Registration]:
    """Mine; all of the organisation's for those who may see them."""
    return list(
        _visible(access).filter(organization__in=access.listed_ids(), outcome__in=sorted(OPEN)).order_by("-id")[:limit]
    )


def registrations_of(*, access: Access, customer_id: UUID, limit: int = 20) -> list[Registration]:
    """A customer's registrations, for whoever may see the customer."""
    rows = Registration.objects.filter(customer_id=customer_id, organization__in=access.organization_ids())
    return list(rows.select_related("requested_by", "vehicle", "customer").order_by("-id")[:limit])


def open_registration_of(customer: Customer) -> Registration | None:
    return (
        Registration.objects.filter(customer=customer, outcome__in=sorted(OPEN)).select_related("requested_by").first()
    )


def same_model_of(customer: Customer, maker: str, model: str) -> Vehicle | None:
    """A vehicle of the customer of the same maker and model."""
    if not (maker and model):
        return None
    owned = Vehicle.objects.filter(customer=customer, deleted_at=None, is_gone=False).defer("output")
    wanted = (maker.strip().casefold(), model.strip().casefold())
    return next(
        (
            vehicle
            for vehicle in owned
            if (vehicle.maker.strip().casefold(), vehicle.model.strip().casefold()) == wanted
        ),
        None,
    )


def candidate_vehicles(registration: Registration) -> list[Vehicle]:
    """The vehicles a senior chooses from, the likely ones first; what was there before the press cannot be the one."""
    likely, before = set(registration.candidate_ids), registration.baseline_ids or set()
    free = Vehicle.objects.filter(customer=registration.customer_id, registration__isnull=True)
    free = free.exclude(id__in=before).defer("output")
    return sorted(free, key=lambda vehicle: str(vehicle.id) not in likely)
