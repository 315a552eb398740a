"""The append-only tables: events in a chain, its head, and access records. No foreign key: people and things may go."""

import json
from datetime import datetime
from typing import Any, ClassVar, NoReturn, TypeVar

from django.db import models
from django.utils import timezone

from podero_admin.audit import actions
from podero_admin.audit.chain import CLOCKS_DIFFER
from podero_admin.core.drawing import span
from podero_admin.fields import FIELDS

START = "0" * 64
Row = TypeVar("Row", bound=models.Model)


class AppendOnlyError(RuntimeError):
    """Somebody tried to change or remove what is only ever added."""

    def __init__(self) -> None:
        super().__init__("The audit log only grows: nothing in it is changed or removed.")


class AppendOnlyQuerySet(models.QuerySet[Row]):
    """Reads; the only way to add a row is to save a new one."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise AppendOnlyError

    async def _arefuse(self, *_: Any, **__: Any) -> NoReturn:
        raise AppendOnlyError

    update = delete = _raw_delete = _update = _refuse
    bulk_create = bulk_update = get_or_create = update_or_create = _refuse
    aupdate = adelete = abulk_create = abulk_update = aget_or_create = aupdate_or_create = _arefuse


class AppendOnly(models.Model):
    """A row that is saved once."""

    class Meta:
        abstract = True

    def save(self, *_: Any, **__: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError
        super().save(force_insert=True)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise AppendOnlyError


class Event(AppendOnly):
    """One thing that was done or refused, as it was at that moment."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    organization_id = models.UUIDField(null=True)
    organization_name = models.CharField(max_length=200, blank=True)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200, blank=True)
    actor_role = models.CharField(max_length=20, blank=True)
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=200, blank=True)
    object_label = models.CharField(max_length=300, blank=True)
    customer_id = models.UUIDField(null=True)
    vehicle_id = models.UUIDField(null=True)
    outcome = models.CharField(max_length=20)
    reason = models.CharField(max_length=2000, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    client_address = models.CharField(max_length=64, blank=True)
    changes = models.TextField(default="{}")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects: ClassVar[models.Manager["Event"]] = AppendOnlyQuerySet["Event"].as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-number"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["actor_id", "number"], name="event_by_actor"),
            models.Index(fields=["organization_id", "number"], name="event_by_organization"),
            models.Index(fields=["action", "number"], name="event_by_action"),
            models.Index(fields=["outcome", "number"], name="event_by_outcome"),
            models.Index(fields=["object_id", "number"], name="event_by_object"),
            models.Index(fields=["customer_id", "number"], name="event_by_customer"),
            models.Index(fields=["vehicle_id", "number"], name="event_by_vehicle"),
            models.Index(fields=["request_id", "number"], name="event_by_request"),
            models.Index(fields=["at", "number"], name="event_by_time"),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.sentence}"

    @property
    def sentence(self) -> str:
        return actions.sentence(
            self.action,
            actor=self.actor_name,
            object_label=self.object_label,
            outcome=self.outcome,
            reason=self.reason,
        )

    @property
    def label(self) -> str:
        return actions.action_label(self.action)

    @property
    def badge(self) -> actions.OutcomeBadge:
        return actions.outcome_badge(self.outcome)

    @property
    def differences(self) -> list[tuple[str, str, str, str]]:
        """Staff's word for a field, if there is one; its name, before and after. Personal values are masked."""
        changes: dict[str, list[Any]] = json.loads(self.changes)
        labels = FIELDS if self.object_type in {"registration", "vehicle"} else {}
        return [
            (labels[name].label if name in labels else "", name, _text(before, name), _text(after, name))
            for name, (before, after) in changes.items()
        ]

    @property
    def registration_reference(self) -> str:
        return self.object_id if self.object_type == "registration" else ""


def _text(value: Any, name: str) -> str:
    if value is None or value == "":
        return "—"
    if name == "outcome" and isinstance(value, str):
        return str(actions.outcome_badge(value).label)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _believed(moment: datetime | None) -> datetime | None:
    """A check cannot have been in the future: a clock was wrong, or somebody wrote it there to put the next one off."""
    return moment if moment and moment - timezone.now() <= CLOCKS_DIFFER else None


class ChainHead(models.Model):
    """The end of the chain: one row, whose lock gives every event its turn, and what the last check found."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=START)
    at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    fully_checked_at = models.DateTimeField(null=True)
    checked_number = models.BigIntegerField(default=0)
    checked_problem = models.CharField(max_length=300, blank=True)
    #: The newest event whose time lies before that of the one before it.
    out_of_order_number = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_chain_head"),
        ]

    def __str__(self) -> str:
        return f"the chain ends with event {self.number}"

    @property
    def last_check(self) -> datetime | None:
        return _believed(self.checked_at)

    @property
    def last_full_check(self) -> datetime | None:
        return _believed(self.fully_checked_at)

    @property
    def clock_warning(self) -> str:
        """What is odd about the times. Each is of the clock of whoever recorded; a wrong one breaks nothing."""
        ahead = self.at - timezone.now() if self.at else CLOCKS_DIFFER
        if ahead > CLOCKS_DIFFER:
            return f"event #{self.number} bears a time {span(ahead.total_seconds())} ahead of now: a clock is wrong"
        if self.out_of_order_number:
            return f"times are not in order at #{self.out_of_order_number}: a clock was wrong"
        return ""

    @property
    def badge(self) -> actions.OutcomeBadge:
        """What the last check found, ready to be drawn."""
        if self.checked_problem:
            return actions.OutcomeBadge("broken", "Broken", "error", field="chain")
        if self.last_check is None:
            return actions.OutcomeBadge("unchecked", "Not checked yet", "unknown", field="chain")
        return actions.OutcomeBadge("unbroken", "Unbroken", "ok", field="chain")


class AccessRecord(AppendOnly):
    """Who looked at which customer or vehicle; without chain and lock, since looking must stay quick."""

    at = models.DateTimeField()
    organization_id = models.UUIDField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200, blank=True)
    customer_id = models.UUIDField(null=True)
    vehicle_id = models.UUIDField(null=True)
    label = models.CharField(max_length=300, blank=True)
    page = models.CharField(max_length=40, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    objects: ClassVar[models.Manager["AccessRecord"]] = AppendOnlyQuerySet["AccessRecord"].as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization_id", "id"], name="looked_by_organization"),
            models.Index(fields=["actor_id", "id"], name="looked_by_actor"),
            models.Index(fields=["customer_id", "id"], name="looked_by_customer"),
            models.Index(fields=["vehicle_id", "id"], name="looked_by_vehicle"),
            models.Index(fields=["at", "id"], name="looked_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} looked at {self.label or self.vehicle_id or self.customer_id}"
