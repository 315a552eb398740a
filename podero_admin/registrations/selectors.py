"""Look up registrations, within what `access` allows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from podero_admin.core.access import Access, Permission
from podero_admin.core.errors import Invalid, NotFound
from podero_admin.core.paging import Page, paginate
from podero_admin.core.statements import texts_where
from podero_admin.directory.models import Customer
from podero_admin.organizations.models import Organization
from podero_admin.registrations.models import SETTLED_BY_HAND, SWEEP, WORKER, Chore, Registration, Stray
from podero_admin.registrations.outcomes import OPEN, SENDABLE_AGAIN, Outcome
from podero_admin.vehicles.models import Vehicle

#: Whoever was promised a vehicle has asked by then; a start page is no archive.
SENDABLE_FOR = timedelta(days=14)


_BESIDE = ("customer", "organization", "requested_by", "vehicle")


def _to_care_for(access: Access) -> QuerySet[Registration]:
    """All of the organisations where that is one's work; elsewhere one's own."""
    everybodys = access.organization_ids(Permission.REGISTRATIONS_VIEW_ALL)
    own = Q(organization__in=access.organization_ids(), requested_by_id=access.staff_id)
    return Registration.objects.filter(Q(organization__in=everybodys) | own).select_related(*_BESIDE)


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
    rows = Registration.objects.filter(organization__in=access.listed_ids()).select_related(*_BESIDE)
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
        _to_care_for(access)
        .filter(organization__in=access.listed_ids(), outcome__in=sorted(OPEN))
        .order_by("-id")[:limit]
    )


def sendable_registrations(*, access: Access, limit: int = 20) -> list[Registration]:
    """What Podero does not have and nobody has sent again or registered otherwise; mine, or all as above."""
    later = Registration.objects.filter(
        customer=OuterRef("customer"), outcome=Outcome.CONFIRMED, settled_at__gte=OuterRef("pending_at")
    )
    rows = _to_care_for(access).filter(
        ~Exists(later),
        organization__in=access.listed_ids(),
        outcome__in=sorted(SENDABLE_AGAIN),
        pending_at__gte=timezone.now() - SENDABLE_FOR,
    )
    return list(rows.order_by("-id")[:limit])


def registrations_of(*, access: Access, customer_id: UUID, limit: int = 20) -> list[Registration]:
    """A customer's registrations, for whoever may see the customer."""
    rows = Registration.objects.filter(customer_id=customer_id, organization__in=access.organization_ids())
    return list(rows.select_related("requested_by", "vehicle", "customer").order_by("-id")[:limit])


def open_registration_of(customer: Customer) -> Registration | None:
    standing = Registration.objects.filter(customer=customer, outcome__in=sorted(OPEN)).select_related("requested_by")
    return standing.only("reference", "created_at", "requested_by__name", "requested_by__email").first()


def confirmed_since(customer_id: UUID, moment: datetime) -> Registration | None:
    """The first of the customer's registrations that was confirmed at this moment or later."""
    confirmed = {"customer": customer_id, "outcome": Outcome.CONFIRMED.value}
    found = texts_where(Registration, ("reference",), confirmed, since=("settled_at", moment))
    return Registration.objects.only("reference").get(reference=found[0][0]) if found else None


def overtaken_by(registration: Registration, *, since: datetime | None = None) -> Registration | None:
    """Another one of the same customer, confirmed since this one was asked for, or since then."""
    other = confirmed_since(registration.customer_id, since or registration.pending_at)
    return other if other is not None and other.pk != registration.pk else None


def same_model_of(customer: Customer, maker: str, model: str) -> str:
    """What a vehicle of the customer of the same maker and model is called; empty where there is none."""
    wanted = (_spelled(maker), _spelled(model))
    if not all(wanted):
        return ""
    owned = {"customer": customer, "deleted_at": None, "is_gone": False}
    cars = texts_where(Vehicle, ("maker", "model", "title"), owned)
    return next((title for maker, model, title in cars if (_spelled(maker), _spelled(model)) == wanted), "")


def _spelled(name: str) -> str:
    return name.strip().casefold()


def candidate_vehicles(registration: Registration) -> list[Vehicle]:
    """The vehicles a senior chooses from, the likely ones first; what was there before the press cannot be the one."""
    likely, before = set(registration.candidate_ids), registration.baseline_ids or set()
    free = Vehicle.objects.filter(customer=registration.customer_id, registration__isnull=True)
    free = free.exclude(id__in=before).defer("output")
    return sorted(free, key=lambda vehicle: str(vehicle.id) not in likely)


@dataclass(frozen=True)
class Alarm:
    """An alarm that no senior has seen yet: of a registration, or of a vehicle that no registration accounts for."""

    reference: str
    text: str
    since: datetime
    customer: Customer
    organization: Organization
    stray: int | None = None


def alarms(*, access: Access, permission: Permission, limit: int = 20) -> list[Alarm]:
    """The latest first."""
    ids = access.listed_ids(permission)
    raised = Registration.objects.filter(organization__in=ids, alarm_since__isnull=False)
    strays = Stray.objects.filter(organization__in=ids, acknowledged_at__isnull=True)
    found = [
        Alarm(row.reference, row.alarm, row.alarm_since, row.customer, row.organization)
        for row in raised.select_related("customer", "organization").order_by("-alarm_since")[:limit]
        if row.alarm_since
    ] + [
        Alarm(row.reference, row.alarm, row.found_at, row.customer, row.organization, row.pk)
        for row in strays.select_related("customer", "organization").order_by("-found_at")[:limit]
    ]
    return sorted(found, key=lambda alarm: alarm.since, reverse=True)[:limit]


def stray_get(*, access: Access, number: int) -> Stray:
    found = Stray.objects.select_related("customer", "organization").filter(pk=number).first()
    if found is None or not access.allows(Permission.CUSTOMER_VIEW, found.organization_id):
        raise NotFound("There is no such finding in your organisations.", outside=f"stray {number}" if found else "")
    access.require(Permission.REGISTRATIONS_VIEW_ALL, found.organization_id)
    return found


def vehicle_of(stray: Stray) -> Vehicle | None:
    """The vehicle as we keep it, unless it is kept as somebody else's."""
    return Vehicle.objects.filter(pk=stray.vehicle_id, customer=stray.customer_id).defer("output").first()


@dataclass(frozen=True)
class Backlog:
    """What of an organisation is not settled."""

    open: int = 0
    oldest: datetime | None = None
    review: int = 0
    looked_for: int = 0


def backlogs(*, access: Access, permission: Permission) -> dict[UUID, Backlog]:
    """By organisation; one without anything unsettled is left out."""
    is_open = Q(outcome__in=sorted(OPEN))
    is_looked_for = Q(outcome__in=sorted(SENDABLE_AGAIN), next_check_at__isnull=False)
    rows = Registration.objects.filter(
        organization__in=access.listed_ids(permission), outcome__in=sorted(OPEN | SENDABLE_AGAIN)
    )
    counted = (
        rows.order_by()
        .values_list("organization_id")
        .annotate(
            open=Count("id", filter=is_open),
            oldest=Min("created_at", filter=is_open),
            review=Count("id", filter=Q(outcome=Outcome.REVIEW)),
            looked_for=Count("id", filter=is_looked_for),
        )
    )
    return {organization_id: Backlog(*numbers) for organization_id, *numbers in counted}


@dataclass(frozen=True)
class Chores:
    """When the background last did what."""

    worker_at: datetime | None
    settled_by_hand_at: datetime | None
    swept_at: datetime | None
    sweep_note: str


def chores() -> Chores:
    known = Chore.objects.in_bulk()
    none = Chore()
    worker, by_hand, sweep = (known.get(name, none) for name in (WORKER, SETTLED_BY_HAND, SWEEP))
    return Chores(worker.done_at, by_hand.done_at, sweep.done_at, sweep.note)
