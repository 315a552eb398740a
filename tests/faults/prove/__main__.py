"""`python -m tests.faults.prove`: real processes, seeded trouble, and one line that says whether anything was lost."""

import argparse
import os
import random
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.faults.prove import stage as staging
from tests.faults.prove.stage import Stage


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(1))  # and end what was started
    with prepared(options) as stage:
        from tests.faults.prove.proving import Proof

        return Proof(stage, options).run()


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m tests.faults.prove", description=__doc__)
    made.add_argument("--registrations", type=int, default=1000)
    made.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    made.add_argument("--database", default="", help="a PostgreSQL server's URL; without it SQLite")
    made.add_argument("--fault-share", type=float, default=0.4)
    made.add_argument("--only", default="", help="part of a trouble's name: meet no others")
    made.add_argument("--kills", type=int, default=5, help="SIGKILLs at each boundary")
    made.add_argument("--races", type=int, default=100)
    made.add_argument("--settlers", type=int, default=8)
    made.add_argument("--settled", type=int, default=100, help="registrations that wait for the settlers")
    made.add_argument("--shake-every", type=int, default=50, help="presses between two troubles of the house; 0: none")
    made.add_argument("--threads", type=int, default=8, help="agents who press at the same time")
    made.add_argument("--keep", action="store_true", help="leave the run's folder and database behind")
    return made


@contextmanager
def prepared(options: argparse.Namespace) -> Iterator[Stage]:
    """A folder, two ports and a database of this run's own; everything ended and removed with the block."""
    var, name = Path(tempfile.mkdtemp(prefix="podero-admin-prove-")), f"podero_admin_prove_{os.getpid()}"
    url = staging.database_of(options.database, name) if options.database else ""
    stage = Stage(*free_ports(), var, database_url=url, users=users_of(options), seed=options.seed)
    try:
        stage.write_organizations()
        os.environ.update(stage.environment())
        os.environ["DJANGO_SETTINGS_MODULE"] = "podero_admin.settings"
        yield stage
    finally:
        stage.stop()
        close_connections()
        if not options.keep:
            if options.database:
                staging.drop_database(options.database, name)
            shutil.rmtree(var, ignore_errors=True)


def close_connections() -> None:
    from django.db import connections

    connections.close_all()


def users_of(options: argparse.Namespace) -> int:
    from tests.faults.prove.places import PRESS, SETTLE

    kills = options.kills * (len(PRESS) + len(SETTLE))
    return int(options.registrations + options.races + kills + options.settled + 20)


def free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


if __name__ == "__main__":
    sys.exit(main())
