"""The Celery application: tasks are nudges; all state and every due time are in the database."""

import os
from pathlib import Path
from typing import Any

from celery import Celery, bootsteps
from celery.beat import EmbeddedService
from celery.signals import setup_logging, worker_init
from click import Option

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "podero_admin.settings")

from django.conf import settings

app = Celery("podero_admin")
app.conf.update(
    broker_url=settings.BROKER_URL or "filesystem://",
    broker_connection_retry_on_startup=True,
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    task_default_queue="podero_admin",
    task_serializer="json",
    accept_content=["json"],
    timezone="UTC",
    worker_hijack_root_logger=False,
    worker_prefetch_multiplier=1,
    worker_enable_remote_control=bool(settings.BROKER_URL),
    worker_send_task_events=False,
    beat_scheduler="celery.beat:Scheduler",
    task_always_eager=getattr(settings, "TASKS_EAGER", False),
    beat_schedule={
        "settle": {"task": "registrations.settle", "schedule": 2.0, "options": {"expires": 10}},
        "directory": {"task": "directory.refresh_due", "schedule": 60.0, "options": {"expires": 60}},
        "audit-verify": {"task": "audit.verify", "schedule": 900.0, "options": {"expires": 600}},
    },
)
if not settings.BROKER_URL:
    folder = Path(settings.BROKER_FOLDER)
    for name in ("queue", "processed", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    app.conf.broker_transport_options = {
        "data_folder_in": str(folder / "queue"),
        "data_folder_out": str(folder / "queue"),
        "processed_folder": str(folder / "processed"),
        "control_folder": str(folder / "control"),
    }
app.autodiscover_tasks()


class SchedulerStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Runs the scheduler as a thread of the worker, so that ending the worker ends both (Celery's own -B is a child process)."""

    def __init__(self, worker: Any, scheduler: bool = False, **options: Any) -> None:  # noqa: FBT001, FBT002 - Celery's calling convention
        super().__init__(worker, **options)
        self.enabled = scheduler
        self.service: Any = None

    def include_if(self, worker: Any) -> bool:  # noqa: ARG002
        return self.enabled

    def start(self, worker: Any) -> None:
        self.service = EmbeddedService(worker.app, thread=True)
        self.service.daemon = True
        self.service.start()

    def stop(self, worker: Any) -> None:  # noqa: ARG002
        if self.service:
            self.service.stop()


app.user_options["worker"].add(
    Option(["--scheduler"], is_flag=True, default=False, help="Run the periodic scheduler inside this worker (one of them only)."),
)
app.steps["worker"].add(SchedulerStep)


@setup_logging.connect
def _use_our_logging(**_: Any) -> None:
    """Django's LOGGING is in force already; Celery must not replace it."""


@worker_init.connect
def _load_organizations(**_: Any) -> None:
    from podero_admin.organizations.services import organizations_load_at_start  # noqa: PLC0415 - apps must be ready

    organizations_load_at_start()
