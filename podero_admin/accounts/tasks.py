"""The nightly nudge to forget sessions that have ended: they may hold a form as it was typed."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore


@shared_task(name="accounts.clear_sessions")  # type: ignore[untyped-decorator] # celery has no types
def clear_sessions() -> None:
    SessionStore.clear_expired()
