"""Wake lanes where somebody is due; a nudge that is lost is made good by the next."""

import logging
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from podero_admin.mirror.selectors import is_anybody_due, pause_of
from podero_admin.mirror.services.passes import pass_begin_if_worth, pass_note
from podero_admin.mirror.services.reach import organizations_away
from podero_admin.organizations.models import Organization

logger = logging.getLogger(__name__)
#: A nudge that nobody took by then is not needed any more: others have come since.
EXPIRES = 5


def lanes_nudge() -> int:
    """A nudge for each lane of every organisation where somebody is due and Podero may be asked; how many."""
    now = timezone.now()
    ids = list(Organization.objects.filter(is_configured=True).values_list("id", flat=True))
    away = organizations_away(ids)
    due = [found for found in ids if found not in away and is_anybody_due(found, by=now) and not pause_of(found)]
    for organization_id in due:
        pass_begin_if_worth(organization_id=organization_id)
        for _ in range(settings.MIRROR_AT_ONCE):
            organization_nudge(organization_id)
    for organization_id in set(ids) - set(due):
        pass_note(organization_id=organization_id)
    return len(due) * settings.MIRROR_AT_ONCE


def organization_nudge(organization_id: UUID) -> None:
    """By the task's name, since tasks stand above services."""
    try:
        current_app.send_task("mirror.look", args=[str(organization_id)], expires=EXPIRES)
    except (OperationalError, OSError):
        logger.warning("The broker does not answer: the mirror of %s is left to the periodic scan", organization_id)
