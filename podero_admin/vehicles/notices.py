"""An incident in one sentence, with what follows from it for whoever is on the phone."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from podero_admin.core.drawing import local
from podero_admin.vehicles.models import Incident

BEFELL = {
    "connection": "lost their connection",
    "monitoring": "lost monitoring",
    "steering": "cannot be steered",
    "lifecycle": "have a lifecycle error",
    "silence": "have gone silent",
}
MAKER = "probably the maker, so do not ask the customer to reconnect"
EVERYBODY = "probably Podero, or the way to it, so do not ask the customer to reconnect"


def notices(incidents: Iterable[Incident], *, names_organization: bool = False) -> list[str]:
    now = timezone.now()
    return [_in_words(incident, now, names_organization=names_organization) for incident in incidents]


def _in_words(incident: Incident, now: datetime, *, names_organization: bool) -> str:
    whose = f" of {incident.organization.name}" if names_organization or not incident.maker else ""
    cars = (incident.name or incident.maker) if incident.maker else "vehicles"
    befell = BEFELL.get(incident.what, f"have trouble with {incident.what}")
    cause = MAKER if incident.maker else EVERYBODY
    return f"{incident.affected} of {incident.of} {cars}{whose} {befell} since {_clock(incident.since, now)}: {cause}."


def _clock(moment: datetime, now: datetime) -> str:
    """The time of day; with the day where that was not today."""
    then, today = local(moment), local(now).date()
    return f"{then:%H:%M}" if then.date() == today else then.strftime("%-d %b, %H:%M")
