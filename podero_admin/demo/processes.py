"""The processes of the demonstration: one built environment for all, and all of them ended together."""

import contextlib
import ctypes
import os
import secrets
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TERM", "TMPDIR", "SSL_CERT_FILE")
STOP_SECONDS = 15.0


class Failed(Exception):
    """One sentence about why the demonstration cannot go on."""


class Stopped(Exception):
    """Ctrl-C or SIGTERM."""


@dataclass
class Demo:
    """Where everything is, and the processes that run."""

    port: int
    sandbox_port: int
    var: Path
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def database(self) -> Path:
        return self.var / "podero_admin.sqlite3"

    @property
    def organizations(self) -> Path:
        return self.var / "demo" / "organizations.toml"

    def environment(self) -> dict[str, str]:
        """Built from nothing, so that settings of the shell around cannot leak in."""
        return {name: os.environ[name] for name in PASSED_ON if name in os.environ} | {
            "SECRET_KEY": _secret_key(self.var / "demo" / "secret_key"),
            "PUBLIC_URL": self.address,
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "DATABASE_URL": f"sqlite:///{self.database}",
            "PODERO_ORGANIZATIONS": str(self.organizations),
            "PODERO_VAR_DIR": str(self.var),
            "ALLOW_INSECURE_UPSTREAM": "true",
            "MIRROR_PER_SECOND": "50",  # the sandbox minds it less than Podero would
            "LOG_FORMAT": "console",
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "ignore:::celery.platforms",  # it warns of root, as in a container
        }

    def start(self, name: str, *arguments: str) -> None:
        self.children[name] = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches only us, and we end them in order
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - one thread, before any other starts
        )

    def manage(self, *arguments: str, **extra: str) -> None:
        """Run a management command to its end."""
        name = f"manage.py {arguments[0]}"
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment() | extra, stdin=subprocess.DEVNULL, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        if done.returncode:
            raise Failed(f"{name} failed:\n{done.stdout.strip()[-3000:]}")

    def check_children(self) -> None:
        for name, child in self.children.items():
            if child.poll() is not None:
                raise Failed(f"The {name} ended by itself (code {child.returncode}); its last lines are above.")

    def stop(self) -> None:
        """End everything in the opposite order of the start; what does not listen is killed with its own children."""
        running = [child for child in reversed(self.children.values()) if child.poll() is None]
        for child in running:
            child.terminate()
        until = time.monotonic() + STOP_SECONDS
        for child in running:
            try:
                child.wait(max(until - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
                child.wait()


def _end_with_parent() -> None:
    """Linux only: the kernel ends a child whose parent was killed without a chance to say so."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _secret_key(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50), encoding="ascii")
    return path.read_text(encoding="ascii")
