"""The proving machine's short form, on the database that the suite runs on."""

import os
import subprocess
import sys

import pytest

from podero_admin.demo.processes import ROOT

SHORT = "--registrations 100 --kills 1 --races 20 --settled 10 --settlers 4 --shake-every 25 --threads 6"
CROWDS = (
    "--readers 6 --readers-seconds 1 --readers-pace 0.05,0.2 --readers-scaled --writers 6 --writers-seconds 4 "
    "--mutations 40 --posts 100"
)

pytestmark = pytest.mark.faults


def test_one_press_makes_one_vehicle_whatever_happens() -> None:
    given = ["--seed", os.environ.get("PROVE_SEED", "3"), "--database", os.environ.get("TEST_DATABASE_URL", "")]
    command = [sys.executable, "-m", "tests.faults.prove", *SHORT.split(), *CROWDS.split(), *given]
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "TEST_BROKER_URL") if name in os.environ}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True, timeout=900)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
