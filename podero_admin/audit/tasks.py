"""The periodic nudge to check the chain."""

from celery import shared_task

from podero_admin.audit.services import verify_chain


@shared_task(name="audit.verify")  # type: ignore[untyped-decorator]
def verify() -> None:
    """What is new since the last check; once a day everything."""
    verify_chain(full=False)
