"""Keep the mirror fresh, within what may be asked of Podero."""

from podero_admin.mirror.services.budget import organization_pause
from podero_admin.mirror.services.looking import Run, lane_run
from podero_admin.mirror.services.nudging import lanes_nudge, organization_nudge
from podero_admin.mirror.services.passes import pass_begin_full, pass_note

__all__ = [
    "Run",
    "lane_run",
    "lanes_nudge",
    "organization_nudge",
    "organization_pause",
    "pass_begin_full",
    "pass_note",
]
