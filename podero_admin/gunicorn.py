"""How gunicorn serves the dashboard: `gunicorn --config python:podero_admin.gunicorn`; arguments after it win."""

import ctypes
import gc
import subprocess
import sys
from typing import Any

bind = "127.0.0.1:8000"
wsgi_app = "podero_admin.wsgi"
worker_class = "gthread"
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


def on_starting(_server: Any) -> None:
    """Try it once in a process of its own: workers that refuse to start would be started anew for ever."""
    tried = subprocess.run([sys.executable, "-c", "import podero_admin.wsgi"], check=False)
    if tried.returncode:
        sys.exit(tried.returncode)


def post_worker_init(worker: Any) -> None:
    """Half of the threads, however many there are, may wait for Podero; the others go on serving pages."""
    from podero_admin.gateway import share_threads  # noqa: PLC0415 - Django is set up by now, and not before

    _share_memory()
    share_threads(worker.cfg.threads)
    _spare_collector()


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
