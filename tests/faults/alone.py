"""A program of ours in a process and an environment of its own, until it ends by itself."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 200.0


def environment_of(folder: Path, **values: str) -> dict[str, str]:
    """What a program of ours needs to start with its data in this folder; `values` are further variables, and win."""
    return {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "a-key-for-tests-only-a-key-for-tests-only-a-key-for-tests",
        "PUBLIC_URL": "http://127.0.0.1",
        "ALLOWED_HOSTS": "127.0.0.1",
        "ALLOW_INSECURE_UPSTREAM": "true",
        "PODERO_ORGANIZATIONS": str(settings.PODERO_ORGANIZATIONS),
        "PODERO_VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/alone.sqlite3",
    } | values


def run_alone(arguments: Iterable[str], folder: Path, **values: str) -> subprocess.CompletedProcess[str]:
    """Python with these arguments, in an environment of its own."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment_of(folder, **values),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
