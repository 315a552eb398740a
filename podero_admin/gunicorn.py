"""How gunicorn serves the dashboard: `gunicorn --config python:podero_admin.gunicorn`; arguments after it win."""

import ctypes
import gc
from typing import Any

bind = "127.0.0.1:8000"
wsgi_app = "podero_admin.wsgi"
worker_class = "gthread"
preload_app = True
workers = 2
threads = 8
timeout = 120
graceful_timeout = 50
COLLECT_AFTER = (5_000, 20, 20)
M_ARENA_MAX = -8  # as malloc.h has it
ARENAS = 2
keepalive = 5
control_socket_disable = True
loglevel = "warning"

# Who is believed about client, scheme and host is decided in one place: TRUSTED_PROXIES, by our own middleware.
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""


def when_ready(_server: Any) -> None:
    """All is loaded, and workers are about to be made of this process: they share what is never written to again."""
    from django.db import connections  # noqa: PLC0415 - Django is set up by now, and not before

    connections.close_all()
    _share_memory()
    _spare_collector()


def post_worker_init(worker: Any) -> None:
    """Half of the threads, however many there are, may wait for Podero; the others go on serving pages."""
    from podero_admin.gateway import share_threads  # noqa: PLC0415 - as above

    share_threads(worker.cfg.threads)


def _share_memory() -> None:
    """Threads share two arenas of the GNU C library; else each keeps for good the most that it ever needed."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(M_ARENA_MAX, ARENAS)


def _spare_collector() -> None:
    """What was loaded stays for good, and a page makes thousands of objects that need no collector to go."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
