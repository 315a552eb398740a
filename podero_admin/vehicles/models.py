"""Vehicle: what Podero last told us of a car, verbatim, beside the columns that lists and filters need."""

import secrets
import uuid
from datetime import UTC, datetime

from django.db import models

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


def new_search_key() -> int:
    """Drawn by lot, since the number says nothing and 63 bits never meet."""
    return secrets.randbits(63)


def _indexes() -> list[models.Index]:
    """For every order with and without an organisation, and for every filter in the first order."""
    orders = [models.Index(fields=[*columns, "id"], name=f"vehicle_{name}") for name, columns in _ORDERS.items()]
    in_organization = [
        models.Index(fields=["organization", *columns, "id"], name=f"vehicle_{name}_in_org")
        for name, columns in _ORDERS.items()
    ]
    filtered = [
        models.Index(fields=[column, "urgency", "stale_after", "id"], name=f"vehicle_{column}") for column in _FILTERS
    ]
    searched = [models.Index(fields=["search_key"], name="vehicle_by_search_key")]
    return [*orders, *in_organization, *filtered, *searched, *_of_makers(), *_of_errors()]


def _of_makers() -> list[models.Index]:
    """For the filter in the first order, and to list the makers of an organisation step by step."""
    return [
        models.Index(fields=["maker", "urgency", "stale_after", "id"], name="vehicle_of_maker"),
        models.Index(fields=["organization", "maker"], name="vehicle_makers"),
    ]


def _of_errors() -> list[models.Index]:
    """Of the few that have one, so that they can be counted: for the chips."""
    return [
        models.Index(
            fields=["organization", f"{column}_status", "id"],
            condition=models.Q(**{f"{column}_status": "error"}),
            name=f"vehicle_{column}_error",
        )
        for column in ("connection", "steering")
    ]


class Vehicle(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="vehicles", verbose_name="organisation"
    )
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="vehicles")
    output = models.TextField(help_text="The vehicle as Podero sent it (JSON, verbatim).")
    sent = models.TextField(blank=True, help_text="What was sent when it was registered here (JSON).")
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
