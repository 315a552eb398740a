"""Sessions that have ended are forgotten each night, with whatever was typed in them."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from podero_admin.celery import app

pytestmark = pytest.mark.django_db
KEPT = {"kept_posts": {"/customers/": "comment=blue"}}


def session(ends_in: timedelta) -> str:
    store = SessionStore()
    store.update(KEPT)
    store.set_expiry(ends_in)
    store.save()
    return str(store.session_key)


def test_what_the_scheduler_sends_forgets_those_that_have_ended_and_no_other() -> None:
    session(timedelta(seconds=-1))
    lives = session(timedelta(hours=1))
    app.loader.import_default_modules()  # as a worker does at its start
    app.tasks[app.conf.beat_schedule["sessions"]["task"]]()
    assert list(Session.objects.values_list("session_key", flat=True)) == [lives]
