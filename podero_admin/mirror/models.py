"""What the mirror may ask of each organisation's Podero, shared by all workers, and how far a full pass has come."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from podero_admin.organizations.models import Organization


class Allowance(models.Model):
    """When the next call may go out. Its row is the lock under which a lane takes its turn."""

    organization = models.OneToOneField(
        Organization, on_delete=models.CASCADE, primary_key=True, related_name="allowance"
    )
    free_at = models.DateTimeField(help_text="The first moment that nobody has taken.")
    turns = models.PositiveSmallIntegerField(default=0, help_text="Counted so that each rank has its turn.")
    paused_until = models.DateTimeField(null=True, help_text="Podero asked for a pause, or refuses us.")
    pause_reason = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"the allowance of {self.organization_id}"


class Lane(models.Model):
    """One call at a time: as many lanes as calls may be under way. A worker that dies loses its lane after a while."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="lanes")
    number = models.PositiveSmallIntegerField()
    leased_until = models.DateTimeField()
    holder = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organization", "number"], name="lane_once"),
        ]

    def __str__(self) -> str:
        return f"lane {self.number} of {self.organization_id}"


class Pass(models.Model):
    """Everybody who was due when it began is asked about once; who cannot be is counted, and left for later."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="passes")
    is_full = models.BooleanField(help_text="Everybody was made due for it; otherwise it works off what was due.")
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    total = models.PositiveIntegerField()
    left = models.PositiveIntegerField()
    failed = models.PositiveIntegerField(default=0)
    noted_at = models.DateTimeField(help_text="When `left` was counted.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organization"], condition=Q(ended_at__isnull=True), name="one_open_pass"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "-begun_at"], name="pass_latest"),
        ]

    def __str__(self) -> str:
        return f"a pass over {self.total} customers of {self.organization_id}"

    @property
    def done(self) -> int:
        return self.total - self.left
