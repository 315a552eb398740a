"""The dashboard and the settler with places to die: SIGKILL just before a named statement, or a moment after it.

Nothing of the product is replaced: a wrapper of Django's own counts the statements that pass.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

from django.db.transaction import on_commit

from tests.faults.prove.places import COMMITTED, LATER, PRESS, SETTLE


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Death:
    """Watches the statements of one connection for its place."""

    def __init__(self, place: str, after: tuple[str, ...], before: str) -> None:
        self.delay, self.after, self.before = LATER.get(place), list(after), before

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not self.after and sql.startswith(self.before):
            self.come()
        result = execute(sql, params, many, context)
        if self.after and sql.startswith(self.after[0]):
            self.after.pop(0)
            if not self.after and self.before == COMMITTED:
                on_commit(self.come)
        return result

    def come(self) -> None:
        if self.delay is None:
            die()
        threading.Timer(self.delay or 0, die).start()
        self.before = "never"


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    from django.db import connection

    from podero_admin.wsgi import application as dashboard

    place = environ.get("HTTP_X_DIE_BEFORE", "")
    if not place:
        return dashboard(environ, start_response)
    with connection.execute_wrapper(Death(place, *PRESS[place])):
        answer = dashboard(environ, start_response)
    if place == "confirmed":
        die()
    return answer


def settle(place: str) -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "podero_admin.settings"
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    with connection.execute_wrapper(Death(place, *SETTLE[place])):
        call_command("settle")


if __name__ == "__main__":
    settle(sys.argv[1])
else:
    import podero_admin.wsgi  # noqa: F401 - gunicorn boots it with the worker, not with the first request
