"""A log as two years leave it: events in a chain that verifies, written in bulk."""

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from podero_admin.accounts.models import Staff
from podero_admin.audit.actions import Action
from podero_admin.audit.chain import digest
from podero_admin.audit.models import ChainHead, Event
from podero_admin.audit.services.record import head_locked
from podero_admin.organizations.models import Organization
from podero_admin.vehicles.models import Vehicle
from tests.bench.seeding import batches

ACTIONS = (
    Action.SIGNED_IN,
    Action.VEHICLE_REFRESHED,
    Action.REGISTRATION_REQUESTED,
    Action.REGISTRATION_SENT,
    Action.REGISTRATION_CONFIRMED,
)
DAYS = 730
ON_THE_MEASURED = 60


@transaction.atomic
def write(*, count: int, staff: list[Staff], organizations: list[Organization], measured: Vehicle) -> None:
    """Add so many events to whatever the chain holds; the newest sixty tell of the vehicle whose page is measured."""
    head = head_locked()
    rows = QuerySet(Event)  # the model's own manager refuses to add in bulk
    for some in batches(_chained(head, count, staff, organizations, measured)):
        rows.bulk_create(some)
        last = some[-1]
        ChainHead.objects.filter(id=1).update(number=last.number, hash=last.hash, at=last.at)


def _chained(
    head: ChainHead, count: int, staff: list[Staff], organizations: list[Organization], measured: Vehicle
) -> Iterator[Event]:
    previous, start = head.hash, timezone.now() - timedelta(days=DAYS)
    contents = _contents(count, staff, organizations, measured)
    for step, content in enumerate(contents, start=1):
        at = max(start + timedelta(days=DAYS) * (step / count), head.at or start)
        event = Event(number=head.number + step, at=at, previous_hash=previous, **content)
        event.hash = previous = digest(previous, vars(event))
        yield event


def _contents(
    count: int, staff: list[Staff], organizations: list[Organization], measured: Vehicle
) -> Iterator[dict[str, Any]]:
    draw = random.Random(2)
    known = list(Vehicle.objects.order_by("id").only("id", "customer_id", "organization_id", "title")[:5000])
    names = {organization.id: organization.name for organization in organizations}
    for step in range(count):
        vehicle = measured if step >= count - ON_THE_MEASURED else draw.choice(known)
        yield _content(draw, draw.choice(staff), vehicle, names[vehicle.organization_id])


def _content(draw: random.Random, actor: Staff, vehicle: Vehicle, organization: str) -> dict[str, Any]:
    changes = {
        "price_zone": [None, "AT"],
        "charge_target_min": [None, draw.randrange(20, 90)],
        "comment": [None, "•••"],
    }
    return {
        "organization_id": vehicle.organization_id,
        "organization_name": organization,
        "actor_id": actor.pk,
        "actor_name": actor.name,
        "actor_role": "agent",
        "action": draw.choice(ACTIONS).value,
        "object_type": "vehicle",
        "object_id": str(vehicle.id),
        "object_label": vehicle.title,
        "customer_id": vehicle.customer_id,
        "vehicle_id": vehicle.id,
        "outcome": "done" if draw.random() < 0.95 else "failed",
        "reason": "",
        "request_id": f"{draw.getrandbits(128):032x}",
        "client_address": f"10.0.{draw.randrange(256)}.{draw.randrange(256)}",
        "changes": json.dumps(changes),
    }


def month(now: datetime | None = None) -> tuple[str, str]:
    """The first and the last day of the month before last, which is in the middle of nothing."""
    day = (now or timezone.now()).date().replace(day=1) - timedelta(days=1)
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=1).isoformat(), last.isoformat()
