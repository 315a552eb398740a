"""`make test`: the suite on every database that is there, and a list of what was left out."""

import argparse
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUICK = ("tests/unit", "tests/pages", "tests/test_architecture.py")
EVERYTHING = ("tests",)
# What takes longest comes first, so that nobody waits for one test at the end.
ABOUT_THE_DATABASE = (
    "tests/faults/prove",
    "tests/faults/test_mirror.py",
    "tests/pages",
    *(
        f"tests/unit/{room}"
        for room in ("registrations", "mirror", "vehicles", "directory", "audit", "accounts", "core", "organizations")
    ),
)


@dataclass
class Suite:
    """What ran, how long it took, and whether all was well."""

    codes: list[int] = field(default_factory=list)

    def run(self, title: str, paths: tuple[str, ...], *arguments: str, workers: int = 2, **environment: str) -> None:
        there = [path for path in paths if (ROOT / path).exists()]
        print(f"\n== {title}: {' '.join(there)}", flush=True)
        started = time.monotonic()
        command = [sys.executable, "-m", "pytest", "-q", "-m", "not bench", "-n", str(workers), "--dist", "loadfile"]
        command += [*arguments, *there]
        done = subprocess.run(command, cwd=ROOT, env=_environment() | environment, check=False)
        self.codes.append(done.returncode)
        print(f"== {title}: {'FAILED' if done.returncode else 'ok'} in {time.monotonic() - started:.0f} s", flush=True)

    @property
    def code(self) -> int:
        return 1 if any(self.codes) else 0


def _environment() -> dict[str, str]:
    """Without the database: SQLite is what runs when none is named."""
    return {name: value for name, value in os.environ.items() if name not in {"TEST_DATABASE_URL", "PODERO_VAR_DIR"}}


def left_out() -> list[str]:
    missing = []
    if not os.environ.get("TEST_DATABASE_URL"):
        missing.append("PostgreSQL (TEST_DATABASE_URL is not set)")
    if not os.environ.get("TEST_BROKER_URL"):
        missing.append("Redis (TEST_BROKER_URL is not set)")
    if not any(shutil.which(name) for name in BROWSERS):
        missing.append("a real browser (no Chromium is installed)")
    return missing


def quick(suite: Suite) -> None:
    suite.run("SQLite, units and pages with coverage", QUICK, "--cov", "--cov-report=term:skip-covered")


def beside_quick() -> tuple[str, ...]:
    """Every other folder with tests, whatever is added later; the longest first."""
    folders = sorted((ROOT / "tests").iterdir(), key=lambda folder: (folder.name != "faults", folder.name))
    folders = [folder for folder in folders if any(folder.rglob("test_*.py"))]
    return tuple(path for folder in folders if (path := f"tests/{folder.name}") not in QUICK)


def full(suite: Suite, *, after_check: bool = False) -> None:
    # More workers than cores: they wait for a browser, for processes that are killed, for a server's answer.
    suite.run("SQLite", beside_quick() if after_check else EVERYTHING, workers=3)
    database = os.environ.get("TEST_DATABASE_URL", "")
    if database:
        suite.run("PostgreSQL", ABOUT_THE_DATABASE, workers=3, TEST_DATABASE_URL=database)
    for missing in left_out():
        print(f"Left out: {missing}.", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only units and pages, with coverage")
    parser.add_argument("--after-check", action="store_true", help="leave out what `make check` has just run")
    given, suite = parser.parse_args(), Suite()
    if given.quick:
        quick(suite)
    else:
        full(suite, after_check=given.after_check)
    return suite.code


if __name__ == "__main__":
    sys.exit(main())
