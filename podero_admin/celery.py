"""The Celery application: tasks are nudges; all state and every due time are in the database."""

import os
from pathlib import Path
from typing import Any

from celery import Celery, bootsteps
from celery.beat import EmbeddedService, Scheduler
from celery.schedules import crontab
from celery.signals import celeryd_after_setup, setup_logging, worker_init
from click import Option

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "podero_admin.settings")

from django.conf import settings

from podero_admin import folder_broker
from podero_admin.env import refuse_to_start

app = Celery("podero_admin")
app.conf.update(
    broker_url=settings.BROKER_URL or f"{folder_broker.SCHEME}://localhost//",
    broker_transport_options={} if settings.BROKER_URL else {"folder": settings.BROKER_FOLDER, "polling_interval": 0.2},
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=2.0,
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2},
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    task_default_queue="podero_admin",
    task_serializer="json",
    accept_content=["json"],
    timezone="UTC",
    worker_hijack_root_logger=False,
    worker_prefetch_multiplier=1,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    beat_scheduler="celery.beat:Scheduler",
    beat_schedule={
        "settle": {"task": "registrations.settle", "schedule": 2.0, "options": {"expires": 10}},
        "sweep": {"task": "registrations.sweep", "schedule": 300.0, "options": {"expires": 300}},
        "look-again": {"task": "directory.look_again", "schedule": 5.0, "options": {"expires": 5}},
        "mirror": {"task": "mirror.nudge", "schedule": 2.0, "options": {"expires": 5}},
        "incidents": {"task": "vehicles.find_incidents", "schedule": 60.0, "options": {"expires": 60}},
        "gone": {"task": "vehicles.lose_with_customers", "schedule": 60.0, "options": {"expires": 60}},
        "readings": {"task": "vehicles.purge_readings", "schedule": crontab(hour=1, minute=30)},
        "sessions": {"task": "accounts.clear_sessions", "schedule": crontab(hour=1, minute=45)},
        "directory": {"task": "directory.refresh_due", "schedule": 60.0, "options": {"expires": 60}},
        "audit-verify": {"task": "audit.verify", "schedule": 900.0, "options": {"expires": 600}},
    },
)
app.autodiscover_tasks()


class SchedulerStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Runs the scheduler as a thread, so that ending the worker ends both (Celery's own -B is a child process)."""

    def __init__(self, worker: Any, *, with_scheduler: bool = False, **options: Any) -> None:
        super().__init__(worker, **options)
        self.enabled = with_scheduler
        self.service: Any = None

    def include_if(self, worker: Any) -> bool:  # noqa: ARG002
        return self.enabled

    def start(self, worker: Any) -> None:
        self.service = EmbeddedService(worker.app, thread=True, scheduler_cls=Scheduler)
        self.service.start()

    def stop(self, worker: Any) -> None:  # noqa: ARG002
        if self.service:
            self.service.service.stop()  # a daemon thread: nobody waits until its nap is over
            self.service = None

    terminate = stop


app.user_options["worker"].add(
    Option(
        ["--with-scheduler"], is_flag=True, help="Run the periodic scheduler inside this worker (in one of them only)."
    ),
)
app.steps["worker"].add(SchedulerStep)


@setup_logging.connect  # type: ignore[untyped-decorator] # celery has no types
def _use_our_logging(**_: Any) -> None:
    """Django's LOGGING is in force already; Celery must not replace it."""


@worker_init.connect  # type: ignore[untyped-decorator]
def _prepare(**_: Any) -> None:
    from podero_admin.core.checks import problems_in_words  # noqa: PLC0415 - apps must be ready
    from podero_admin.organizations.services import organizations_load_at_start  # noqa: PLC0415 - apps must be ready

    if problems := problems_in_words():
        refuse_to_start(problems)
    folder_broker.sweep(Path(settings.BROKER_FOLDER))
    organizations_load_at_start()


@celeryd_after_setup.connect  # type: ignore[untyped-decorator]
def _share_threads(instance: Any, **_: Any) -> None:
    """By now it is known how many threads there are."""
    from podero_admin.mirror.seats import share_threads  # noqa: PLC0415 - beside the other starts

    share_threads(instance.concurrency)
