"""What an agent wanted registered, each attempt to send it, and what became of it; what was found beside that."""

import json
import uuid
from typing import Any

from django.db import models
from django.db.models import Q

from podero_admin.accounts.models import Staff
from podero_admin.directory.models import Customer
from podero_admin.organizations.models import Organization
from podero_admin.registrations.outcomes import OPEN, Outcome
from podero_admin.vehicles.models import Vehicle

WORKER, SETTLED_BY_HAND, SWEEP = "worker", "settle", "sweep"
CHOICES = [(outcome.value, outcome.value.replace("_", " ")) for outcome in Outcome]


class Registration(models.Model):
    """One press. Its outcome moves only as `outcomes.TRANSITIONS` says; triggers in the database hold that."""

    reference = models.CharField(max_length=12, unique=True)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="registrations")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="registrations")
    requested_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="registrations")
    submission_key = models.CharField(max_length=64, unique=True)
    submission_digest = models.CharField(max_length=64)
    outcome = models.CharField(max_length=10, choices=CHOICES, default=Outcome.PENDING)
    seen = models.CharField(max_length=30, blank=True)
    typed = models.TextField(help_text="the form as it was typed, JSON")
    payload = models.TextField(help_text="what is sent, without the tag, JSON")
    is_tagged = models.BooleanField(default=True)
    is_duplicate_confirmed = models.BooleanField(default=False)
    baseline = models.TextField(
        blank=True, help_text="ids of the vehicles that the customer had, JSON; empty: not known"
    )
    vehicle = models.OneToOneField(Vehicle, on_delete=models.PROTECT, null=True, related_name="registration")
    attempt_number = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField()
    pending_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    checks = models.PositiveIntegerField(default=0)
    complete_checks = models.PositiveIntegerField(default=0)
    last_check_at = models.DateTimeField(null=True)
    last_check_error = models.CharField(max_length=500, blank=True)
    next_check_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    messages = models.TextField(blank=True, help_text="what Podero said of the fields, JSON")
    candidates = models.TextField(blank=True, help_text="ids of vehicles that may be the one, JSON")
    alarm = models.CharField(max_length=500, blank=True)
    alarm_since = models.DateTimeField(
        null=True, help_text="when the alarm was raised; empty once a senior has seen it"
    )
    decided_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    decision_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(outcome__in=sorted(OPEN)), name="one_open_registration_per_customer"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=[outcome.value for outcome in Outcome]), name="registration_outcome_known"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "id"]),
            models.Index(fields=["organization", "outcome", "id"]),
            models.Index(fields=["requested_by", "outcome"]),
            models.Index(fields=["next_check_at"], condition=Q(next_check_at__isnull=False), name="registration_due"),
            models.Index(
                fields=["organization", "alarm_since"],
                condition=Q(alarm_since__isnull=False),
                name="registration_alarmed",
            ),
            models.Index(
                fields=["outcome", "pending_at"],
                condition=Q(outcome__in=["pending", "sending"]),
                name="registration_under_way",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def sent_payload(self) -> dict[str, Any]:
        return dict(json.loads(self.payload))

    @property
    def typed_values(self) -> dict[str, Any]:
        return dict(json.loads(self.typed))

    @property
    def baseline_ids(self) -> set[str] | None:
        return set(json.loads(self.baseline)) if self.baseline else None

    @property
    def candidate_ids(self) -> list[str]:
        return list(json.loads(self.candidates)) if self.candidates else []

    @property
    def field_messages(self) -> dict[str, list[str]]:
        return dict(json.loads(self.messages)) if self.messages else {}


class Attempt(models.Model):
    """One POST of a registration; its id is the request id that Podero was given."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    payload = models.TextField(help_text="exactly what is sent, JSON")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    duration_ms = models.PositiveIntegerField(null=True)
    answer = models.TextField(blank=True)
    seen = models.CharField(max_length=30, blank=True)
    outcome = models.CharField(max_length=10, choices=CHOICES, blank=True)
    explanation = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["registration", "number"], name="attempt_number_once")]

    def __str__(self) -> str:
        return f"{self.registration_id} attempt {self.number}"


class Stray(models.Model):
    """A vehicle at Podero with a reference of ours that no registration here accounts for; told once."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="strays")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="strays")
    vehicle_id = models.UUIDField(help_text="as Podero names it; the vehicle may not be among ours")
    reference = models.CharField(max_length=12)
    alarm = models.CharField(max_length=500)
    found_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vehicle_id", "reference"], name="stray_found_once")]
        indexes = [
            models.Index(
                fields=["organization", "found_at"], condition=Q(acknowledged_at__isnull=True), name="stray_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} on vehicle {self.vehicle_id}"


class Chore(models.Model):
    """Work in the background that is done again and again: when it was last done, and who has it now."""

    name = models.CharField(max_length=20, primary_key=True)
    done_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.name
