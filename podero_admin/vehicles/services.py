"""Keep what Podero tells of vehicles, and ask it anew."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from podero_admin import gateway
from podero_admin.audit.actions import Action
from podero_admin.audit.services import Subject, looked_at, record
from podero_admin.core.access import Access, Permission
from podero_admin.core.errors import PoderoAway
from podero_admin.core.statements import add_unless_there, held, write_over, written_with_the_next
from podero_admin.directory.attention import customer_answered, customer_opened
from podero_admin.directory.models import Customer
from podero_admin.organizations.models import Organization
from podero_admin.podero import ElectricVehicle
from podero_admin.podero.errors import NotFound as UnknownToPodero
from podero_admin.podero.errors import PoderoError
from podero_admin.vehicles.mapping import STATUSES, read_object, vehicle_values
from podero_admin.vehicles.models import Reading, Vehicle
from podero_admin.vehicles.readings import LISTED, changes, ok_until, reading, turned_to_error
from podero_admin.vehicles.selectors import vehicle_get
from podero_admin.vehicles.statuses import is_known_value
from podero_admin.vehicles.urgency import URGENCY_GONE, rank_of

logger = logging.getLogger(__name__)
BATCH = 1000
GONE_SENTENCE = "Podero no longer knows this vehicle. What is shown here is the last that it told."


@transaction.atomic(savepoint=False)
def vehicles_store(
    *,
    customer: Customer,
    vehicles: Sequence[ElectricVehicle],
    complete: bool,
    asked_at: datetime,
    if_new: Mapping[str, Any] | None = None,
) -> list[Vehicle]:
    """Keep what an answer says of one customer's vehicles; with a complete list, those that it misses are gone.

    A vehicle of another customer or organisation is never touched, and an older answer never overwrites a newer one.
    `if_new` are further columns of what is probably not known here yet.
    """
    told = {vehicle.id: vehicle for vehicle in vehicles if vehicle.id and _is_of(vehicle, customer)}
    known = {} if if_new else _held(customer, told, complete=complete)
    news = News()
    stored = [
        _store(customer, each, known.get(each.id), asked_at, news=news, if_new=if_new or {}) for each in told.values()
    ]
    if complete:
        listed = {vehicle.id for vehicle in vehicles}  # also one whose owner is said to be somebody else
        _lose([row for row in known.values() if row.id not in listed], asked_at, news)
    news.write()
    return [row for row in stored if row]


def vehicles_lose_with_customers() -> int:
    """Customers whom Podero no longer lists have no vehicles there any more: nobody shall wait for those. How many.

    A scan, since an answer that was under way may bring one back after the list.
    """
    lost = 0
    for organization in Organization.objects.filter(directory_fetched_at__isnull=False):
        # SQLite takes its index for a list of values, not for a bare flag.
        theirs = Vehicle.objects.filter(
            customer__organization=organization, customer__is_gone__in=[True], is_gone=False
        )
        while some := list(theirs.values_list("id", flat=True)[:BATCH]):
            _lose_all(some, at=organization.directory_fetched_at or timezone.now())
            lost += len(some)
    return lost


@transaction.atomic
def _lose_all(vehicle_ids: Sequence[UUID], *, at: datetime) -> None:
    rows = Vehicle.objects.select_for_update().filter(id__in=vehicle_ids, is_gone=False).order_by("id")
    news = News()
    for row in rows.only("organization_id", "maker", "is_gone", "urgency", "fetched_at"):
        news.lose(row, at=max(at, row.fetched_at))
    news.write()


@dataclass
class News:
    """What an answer changes: rows with the columns to be written over, and what is told of it."""

    changed: list[tuple[Vehicle, tuple[str, ...]]] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)

    def set(self, row: Vehicle, values: Mapping[str, Any]) -> None:
        """Only what differs: mostly that is the moment alone."""
        names = tuple(name for name, value in values.items() if getattr(row, name) != value)
        for name in names:
            setattr(row, name, values[name])
        if names:
            self.changed.append((row, names))

    def lose(self, row: Vehicle, *, at: datetime) -> None:
        """Podero does not have it any more."""
        self.readings.append(reading(row, {LISTED: (True, False)}, at=at))
        self.set(row, {"is_gone": True, "urgency": URGENCY_GONE, "fetched_at": at})

    def write(self) -> None:
        write_over(self.changed)
        Reading.objects.bulk_create(self.readings)


def _held(customer: Customer, told: Iterable[UUID], *, complete: bool) -> dict[UUID, Vehicle]:
    """The customer's own rows: two who hold each other's would block. What else is told is new, or somebody else's."""
    if complete:
        return {row.id: row for row in held(Vehicle, "customer", customer.id)}
    own = Vehicle.objects.select_for_update().filter(customer=customer)
    return {row.id: row for row in own.filter(id__in=told)}


def _lose(missing: Iterable[Vehicle], asked_at: datetime, news: News) -> None:
    """What a complete list misses is gone, unless it was told of since."""
    for row in missing:
        if row.fetched_at < asked_at and not row.is_gone:
            news.lose(row, at=asked_at)


def _is_of(vehicle: ElectricVehicle, customer: Customer) -> bool:
    owner_id = vehicle.owner.id if vehicle.owner else None
    if owner_id in {None, customer.id}:
        return True
    logger.warning(
        "Podero shows vehicle %s under customer %s, but its owner is %s: skipped", vehicle.id, customer.id, owner_id
    )
    return False


def _store(
    customer: Customer,
    vehicle: ElectricVehicle,
    row: Vehicle | None,
    asked_at: datetime,
    *,
    news: News,
    if_new: Mapping[str, Any],
) -> Vehicle | None:
    values = vehicle_values(vehicle) | {"is_gone": False, "fetched_at": asked_at, "customer_key": customer.sort_name}
    for name in STATUSES:
        _note_unknown(name, values[name])
    if row is None:
        keys = {"id": vehicle.id, "organization_id": customer.organization_id, "customer": customer}
        new = Vehicle(**keys, **values, **if_new)
        if add_unless_there(new):
            return new
        row = _held(customer, [new.id], complete=False).get(new.id)
    if row is None:
        logger.warning(
            "Podero shows vehicle %s under customer %s, but here it belongs to another: skipped",
            vehicle.id,
            customer.id,
        )
        return None
    if row.fetched_at > asked_at:
        return row
    news.readings += _difference(row, vehicle, values)
    news.set(row, values | ok_until(row, values))
    return row


def _difference(row: Vehicle, vehicle: ElectricVehicle, values: Mapping[str, Any]) -> list[Reading]:
    found = changes(read_object(row.output), vehicle.raw) if row.output != values["output"] else {}
    if row.is_gone:
        found[LISTED] = (False, True)
    at, became = values["fetched_at"], turned_to_error(row, values)
    return [reading(row, found, at=at, became=became)] if found else []


@lru_cache(maxsize=200)
def _note_unknown(field: str, value: str) -> None:
    """Once per process and value."""
    if not is_known_value(field, value):
        logger.warning("Podero sent a value of %s that has no words here yet: %r", field, value)


def customer_vehicles_fetch(
    *, access: Access, customer: Customer, seconds: float | None = None
) -> list[ElectricVehicle]:
    """Ask Podero for all vehicles of a customer, deleted ones included, and keep them; `seconds` limits the wait."""
    access.require(Permission.VEHICLE_VIEW, customer.organization_id)
    asked_at = timezone.now()
    try:
        vehicles = (
            gateway.podero_client(customer.organization_id, seconds=seconds)
            .list_electric_vehicles(customer.id, include_deleted=True)
            .value
        )
    except PoderoError as error:
        raise PoderoAway(f"The vehicles of this customer could not be fetched. {error}") from error
    with transaction.atomic():
        written_with_the_next()
        vehicles_store(customer=customer, vehicles=vehicles, complete=True, asked_at=asked_at)
        customer_answered(customer, asked_at=asked_at, rank=rank_of(vehicles, now=asked_at))
    return list(vehicles)


def vehicle_refresh(*, access: Access, vehicle_id: UUID) -> Vehicle:
    """Ask Podero for this vehicle; whatever it says, and whether it answers at all, is an event."""
    vehicle = vehicle_get(access=access, vehicle_id=vehicle_id)
    access.require(Permission.VEHICLE_REFRESH, vehicle.organization_id)
    asked_at = timezone.now()
    try:
        told = (
            gateway.podero_client(vehicle.organization_id).get_electric_vehicle(vehicle.customer_id, vehicle.id).value
        )
    except UnknownToPodero:
        return _mark_gone(access, vehicle, asked_at)
    except PoderoError as error:
        with transaction.atomic():
            _record_refresh(access, vehicle, outcome="failed", reason=str(error))
        raise PoderoAway(
            f"This vehicle could not be fetched. {error} What is shown is the last that Podero told."
        ) from error
    return _keep(access, vehicle, told, asked_at)


@transaction.atomic
def _keep(access: Access, vehicle: Vehicle, told: ElectricVehicle, asked_at: datetime) -> Vehicle:
    answered = [told] if told.id == vehicle.id else []
    stored = vehicles_store(customer=vehicle.customer, vehicles=answered, complete=False, asked_at=asked_at)
    if not stored:
        _record_refresh(access, vehicle, outcome="failed", reason="Podero answered with another vehicle.")
        return vehicle
    _record_refresh(access, stored[0], outcome="done", reason="")
    return stored[0]


@transaction.atomic
def _mark_gone(access: Access, vehicle: Vehicle, asked_at: datetime) -> Vehicle:
    own = _held(vehicle.customer, [vehicle.id], complete=False)
    news = News()
    _lose(own.values(), asked_at, news)
    news.write()
    _record_refresh(access, vehicle, outcome="done", reason=GONE_SENTENCE)
    return own.get(vehicle.id, vehicle)


def _subject(vehicle: Vehicle) -> Subject:
    return Subject("vehicle", vehicle.id, _called(vehicle))


def _called(vehicle: Vehicle) -> str:
    """As people tell cars apart: many are of one model."""
    return f"{vehicle.title} of {vehicle.customer.name}"


def _record_refresh(access: Access, vehicle: Vehicle, *, outcome: str, reason: str) -> None:
    record(
        Action.VEHICLE_REFRESHED,
        access=access,
        organization_id=vehicle.organization_id,
        subject=_subject(vehicle),
        outcome=outcome,
        reason=reason,
        customer_id=vehicle.customer_id,
        vehicle_id=vehicle.id,
    )


def vehicle_look(*, access: Access, vehicle_id: UUID) -> Vehicle:
    """The vehicle for its page; that it was looked at is noted."""
    vehicle = vehicle_get(access=access, vehicle_id=vehicle_id)
    looked_at(
        access=access,
        organization_id=vehicle.organization_id,
        customer_id=vehicle.customer_id,
        vehicle_id=vehicle.id,
        label=_called(vehicle),
    )
    customer_opened(vehicle.customer)
    return vehicle


def vehicle_position(*, access: Access, vehicle_id: UUID) -> Vehicle:
    """The vehicle for a page that shows its position: by role, and an event."""
    vehicle = vehicle_get(access=access, vehicle_id=vehicle_id)
    access.require(Permission.POSITION_VIEW, vehicle.organization_id)
    with transaction.atomic():
        record(
            Action.VEHICLE_POSITION_SHOWN,
            access=access,
            organization_id=vehicle.organization_id,
            subject=_subject(vehicle),
            customer_id=vehicle.customer_id,
            vehicle_id=vehicle.id,
        )
    return vehicle
