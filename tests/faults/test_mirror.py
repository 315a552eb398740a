"""Two workers fill the mirror and one is killed on the way: in the end every vehicle is there, within the budget."""

import os
import subprocess
import sys

import pytest

from podero_admin.demo.processes import ROOT

BROKERS = ["", *filter(None, [os.environ.get("TEST_BROKER_URL")])]
SHORT = "--users 300 --per-second 25 --deadline 5 --limit 90"

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("broker", BROKERS, ids=lambda url: url.partition(":")[0] or "folder")
def test_a_worker_that_is_killed_loses_nothing(broker: str) -> None:
    given = ["--broker", broker, "--database", os.environ.get("TEST_DATABASE_URL", "")]
    command = [sys.executable, "-m", "tests.faults.fill", *SHORT.split(), *given]
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True, timeout=200)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert "Killed worker-1" in done.stdout
    assert "300 customers, 500 vehicles; 0 could not be asked about" in done.stdout
