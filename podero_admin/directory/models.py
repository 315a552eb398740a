"""Customer: an end user of an organisation, as the list of Podero last told us."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone

from podero_admin.directory.ranks import Rank
from podero_admin.organizations.models import Organization


class Customer(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="customers", verbose_name="organisation"
    )
    email = models.CharField("e-mail", max_length=320, blank=True)
    first_name = models.CharField(max_length=300, blank=True)
    last_name = models.CharField(max_length=300, blank=True)
    external_user_id = models.CharField("customer number", max_length=300, blank=True)
    name = models.CharField(
        max_length=620, help_text="First and last name, or else the e-mail, the number, or 'No name'."
    )
    role = models.CharField(max_length=50)
    sort_name = models.CharField(
        max_length=200, blank=True, help_text="Last and first name, folded: what lists are ordered by."
    )
    folded = models.TextField(blank=True, help_text="All words one can search for, folded.")
    search_key = models.BigIntegerField(
        help_text="A number made of the id, by which the search index of SQLite knows the row."
    )
    is_gone = models.BooleanField("no longer in Podero's list", default=False)
    deleted_at = models.DateTimeField(null=True, blank=True)
    raw = models.TextField(default="{}", help_text="The user as Podero sent it (JSON).")
    digest = models.CharField(max_length=32, help_text="Of `raw`, so that only changed rows are written.")
    fetched_at = models.DateTimeField(help_text="When Podero last told us something new of this customer.")
    created_at = models.DateTimeField(auto_now_add=True)

    # The mirror: what is known of the customer's vehicles, and when to ask for them next.
    vehicles_asked_at = models.DateTimeField(null=True, help_text="When Podero last answered with all the vehicles.")
    opened_at = models.DateTimeField(null=True, help_text="When somebody last opened the customer or a vehicle.")
    look_rank = models.SmallIntegerField(default=Rank.REST.value, help_text="What is due is asked for in this order.")
    look_due_at = models.DateTimeField(null=True, default=timezone.now, help_text="Empty for those who are gone.")
    look_claimed_until = models.DateTimeField(null=True, help_text="Somebody asks for them, or died in doing so.")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "is_gone", "sort_name", "id"], name="customer_by_name_in_org"),
            models.Index(fields=["is_gone", "sort_name", "id"], name="customer_by_name"),
            models.Index(fields=["organization", "external_user_id"], name="customer_by_number"),
            models.Index(fields=["search_key"], name="customer_by_search_key"),
            models.Index(fields=["organization", "look_rank", "look_due_at", "id"], name="customer_due"),
            models.Index(fields=["organization", "is_gone", "vehicles_asked_at"], name="customer_by_age"),
        ]

    def __str__(self) -> str:
        return self.name
