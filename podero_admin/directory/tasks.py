"""Nudges: an id at most comes in, a service does the work and knows what is due."""

import logging
from uuid import UUID

from celery import shared_task

from podero_admin.core.errors import ApplicationError
from podero_admin.directory.services import customers_refresh, customers_refresh_due, podero_look_again
from podero_admin.organizations.selectors import system_access

logger = logging.getLogger(__name__)


@shared_task(name="directory.refresh")  # type: ignore[untyped-decorator] # celery has no types
def refresh(organization_id: str) -> None:
    try:
        customers_refresh(access=system_access(), organization_id=UUID(organization_id))
    except ApplicationError as refused:
        logger.info("The list of customers of %s was not fetched: %s", organization_id, refused)


@shared_task(name="directory.refresh_due")  # type: ignore[untyped-decorator]
def refresh_due() -> None:
    customers_refresh_due()


@shared_task(name="directory.look_again")  # type: ignore[untyped-decorator]
def look_again() -> None:
    podero_look_again()
