"""Vehicle: what Podero last told us of a car, verbatim, beside the columns that lists need; Reading: what changed."""

import secrets
import uuid
from datetime import UTC, datetime

from django.db import models
from django.db.models import Q

from podero_admin.directory.folding import sort_key
from podero_admin.directory.models import Customer
from podero_admin.organizations.models import Organization

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_ORDERS = {
    "urgency": ("urgency", "stale_after"),
    "age": ("reported_key",),
    "customer": ("customer_key",),
    "maker": ("title_key",),
}
_FILTERS = ("connection_status", "monitoring_status", "steering_status", "price_zone", "is_connected")
#: All that is counted of one organisation, read from the index alone.
COUNTED = ("organization", "maker", "urgency", "connection_status", "steering_status", "stale_after")


def new_search_key() -> int:
    """Drawn by lot, since the number says nothing and 63 bits never meet."""
    return secrets.randbits(63)


def _indexes() -> list[models.Index]:
    """For every order with and without an organisation, for every filter in the first order, and for the counts."""
    orders = [models.Index(fields=[*columns, "id"], name=f"vehicle_{name}") for name, columns in _ORDERS.items()]
    in_organization = [
        models.Index(fields=["organization", *columns, "id"], name=f"vehicle_{name}_in_org")
        for name, columns in _ORDERS.items()
    ]
    filtered = [
        models.Index(fields=[column, "urgency", "stale_after", "id"], name=f"vehicle_{column}") for column in _FILTERS
    ]
    of_maker = models.Index(fields=["maker", "urgency", "stale_after", "id"], name="vehicle_of_maker")
    counted = models.Index(fields=COUNTED, name="vehicle_counted")
    searched = models.Index(fields=["search_key"], name="vehicle_by_search_key")
    return [*orders, *in_organization, *filtered, of_maker, counted, searched]


class Vehicle(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="vehicles", verbose_name="organisation"
    )
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="vehicles")
    output = models.TextField(help_text="The vehicle as Podero sent it (JSON, verbatim).")
    sent = models.TextField(blank=True, help_text="What was sent when it was registered here (JSON).")
    actions = models.TextField(blank=True, help_text="What is to be done (JSON): lists do not say, so it is kept.")
    registered_reference = models.CharField("registration", max_length=20, blank=True)

    maker = models.CharField(max_length=255, blank=True)
    model = models.CharField(max_length=255, blank=True)
    year = models.IntegerField(null=True, blank=True)
    title = models.CharField(max_length=520)
    note = models.CharField(max_length=300, blank=True)
    price_zone = models.CharField(max_length=50, blank=True)
    connection_status = models.CharField(max_length=50)
    monitoring_status = models.CharField(max_length=50)
    steering_status = models.CharField(max_length=50)
    settled_health = models.CharField("health without its age", max_length=20)
    charge = models.CharField(max_length=20)
    is_connected = models.BooleanField("connected")
    action_needed = models.BooleanField()
    battery_level = models.IntegerField(null=True, blank=True)

    reported_at = models.DateTimeField("car last reported", null=True, blank=True)
    stale_after = models.DateTimeField("reading old from", default=NEVER)
    fetched_at = models.DateTimeField("Podero last asked")
    created_at = models.DateTimeField("created at Podero", null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    is_gone = models.BooleanField("no longer at Podero", default=False)
    # Empty while it is ok, and where it was never seen to be.
    connection_ok_until = models.DateTimeField(null=True, blank=True)
    monitoring_ok_until = models.DateTimeField(null=True, blank=True)
    steering_ok_until = models.DateTimeField(null=True, blank=True)

    # What searches go by.
    folded = models.TextField(blank=True, help_text="All words one can search for, folded.")
    search_key = models.BigIntegerField(
        default=new_search_key, help_text="A number by which the search index of SQLite knows the row."
    )

    # What lists are ordered by: never null, short.
    urgency = models.SmallIntegerField()
    reported_key = models.DateTimeField(default=NEVER)
    customer_key = models.CharField(max_length=200, blank=True)
    title_key = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = _indexes()

    def __str__(self) -> str:
        return self.title


def maker_key(maker: str) -> str:
    """By which readings and incidents of one maker are found, whatever the accents and capitals."""
    return sort_key(maker)[:100]


class Incident(models.Model):
    """Many cars at once: of one maker, or of a whole organisation. One that is over stays, as what was told."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    maker = models.CharField(max_length=100, blank=True, help_text="Folded; empty: whatever the maker.")
    name = models.CharField(max_length=255, blank=True, help_text="The maker as Podero writes it.")
    what = models.CharField(max_length=20, help_text="The status that turned to error, or silence.")
    since = models.DateTimeField(help_text="When the first of them was seen.")
    affected = models.IntegerField()
    of = models.IntegerField(help_text="How many could have been.")
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "maker", "what"], condition=Q(ended_at=None), name="one_incident_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["organization", "maker"], condition=Q(ended_at=None), name="incident_open")]

    def __str__(self) -> str:
        return f"{self.affected} of {self.of} {self.name or 'vehicles'}: {self.what}"


class Reading(models.Model):
    """What changed of a vehicle between two answers. Rows are added, and removed when they are old; never altered."""

    vehicle = models.ForeignKey(Vehicle, on_delete=models.CASCADE, related_name="readings", db_index=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(help_text="When Podero was asked.")
    before_at = models.DateTimeField(help_text="When it was asked before: until then all was as before.")
    changes = models.TextField(help_text="Field: [before, after] (JSON).")
    became = models.CharField(max_length=60, blank=True, help_text="The statuses that turned to error.")
    maker = models.CharField(max_length=100, blank=True, help_text="Folded; only where a status turned to error.")

    class Meta:
        indexes = [
            models.Index(fields=["vehicle", "-id"], name="reading_of_vehicle"),
            models.Index(fields=["organization", "maker", "at"], condition=~Q(became=""), name="reading_maker_in_org"),
            models.Index(fields=["maker", "at"], condition=~Q(became=""), name="reading_maker"),
        ]

    def __str__(self) -> str:
        return f"what changed of {self.vehicle_id} at {self.at}"
