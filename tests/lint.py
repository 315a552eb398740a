"""The checks of `make check` that run no test: each prints one line, and all of them run even when one fails."""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
MANAGE = (sys.executable, "manage.py")
CHECKS = {
    "format": (str(BIN / "ruff"), "format", "--check", "."),
    "lint": (str(BIN / "ruff"), "check", "."),
    "import contracts": (str(BIN / "lint-imports"), "--no-cache"),
    "templates": (str(BIN / "djlint"), "templates", "--lint", "--quiet"),
    "types": (str(BIN / "mypy"),),
    "deployment": (*MANAGE, "check", "--deploy", "--fail-level", "WARNING"),
    "migrations": (*MANAGE, "makemigrations", "--check", "--dry-run"),
}


def production(folder: str) -> dict[str, str]:
    """The environment of a real installation, as the two example files have it, with the secrets where they say."""
    example = (ROOT / "organizations.example.toml").read_text(encoding="utf-8")
    organizations, secret = Path(folder) / "organizations.toml", Path(folder) / "secret"
    organizations.write_text(example.replace("/run/secrets/alpenstrom", str(secret)), encoding="utf-8")
    secret.write_text(secrets.token_urlsafe(20), encoding="ascii")
    return {
        "ALPENSTROM_CLIENT_ID": "alpenstrom",
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", folder),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "PUBLIC_URL": "https://podero.intranet.example.com",
        "ALLOWED_HOSTS": "podero.intranet.example.com",
        "DATABASE_URL": f"sqlite:///{folder}/podero_admin.sqlite3",
        "PODERO_ORGANIZATIONS": str(organizations),
        "PODERO_VAR_DIR": folder,
        "EMBED_ORIGINS": "https://intranet.example.com",
    }


def passes(name: str, command: tuple[str, ...], environment: dict[str, str]) -> bool:
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    verdict = "FAILED" if done.returncode else "ok"
    print(f"{name:<18} {verdict}  {time.monotonic() - started:.1f} s", flush=True)
    if done.returncode:
        print(f"{done.stdout}{done.stderr}", flush=True)
    return not done.returncode


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        environment = production(folder)
        verdicts = [passes(name, command, environment) for name, command in CHECKS.items()]
    return 0 if all(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
