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
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.faults.prove import databases
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
    add_crowds(made)
    made.add_argument("--keep", action="store_true", help="leave the run's folder and database behind")
    return made


def add_crowds(made: argparse.ArgumentParser) -> None:
    """The parts that are no matter of one registration; each is left out unless it is asked for."""
    made.add_argument("--readers", type=int, default=0, help="agents who read while Podero is away")
    made.add_argument("--readers-seconds", type=float, default=40, help="how long it is away, in each of six ways")
    made.add_argument("--readers-pace", default="1,4", help="seconds between two pages of one agent, from and to")
    made.add_argument("--readers-scaled", action="store_true", help="with the scaled time limits of all else")
    made.add_argument("--ways", default="", help="part of a way's name: be away in no other")
    made.add_argument("--judge-times", action="store_true", help="a page that takes over a second is a problem")
    made.add_argument("--writers", type=int, default=0, help="agents who write all the time")
    made.add_argument("--writers-seconds", type=float, default=300)
    made.add_argument("--mutations", type=int, default=0, help="mutated answers of the API")
    made.add_argument("--posts", type=int, default=0, help="malformed posts of forms")


@contextmanager
def prepared(options: argparse.Namespace) -> Iterator[Stage]:
    """A folder, ports and a database of this run's own; everything ended and removed with the block."""
    port, sandbox_port, tls_port = free_ports()
    with folder_and_database("prove", options) as (var, url):
        stage = Stage(
            port, sandbox_port, var, database_url=url, users=users_of(options), seed=options.seed, tls_port=tls_port
        )
        with in_its_environment(stage):
            stage.write_organizations()
            yield stage


@contextmanager
def folder_and_database(kind: str, options: argparse.Namespace) -> Iterator[tuple[Path, str]]:
    """Of this run alone; without a server's URL there is no database, and its address is empty."""
    var, name = Path(tempfile.mkdtemp(prefix=f"podero-admin-{kind}-")), f"podero_admin_{kind}_{os.getpid()}"
    url = databases.database_of(options.database, name) if options.database else ""
    try:
        yield var, url
    finally:
        close_connections()
        if not options.keep:
            if options.database:
                databases.drop_database(options.database, name)
            shutil.rmtree(var, ignore_errors=True)


@contextmanager
def in_its_environment(stage: Stage) -> Iterator[None]:
    """What this process knows is what the stage's processes know; they end with the block."""
    try:
        os.environ.pop("BROKER_URL", None)
        os.environ.update(stage.environment())
        os.environ["DJANGO_SETTINGS_MODULE"] = "podero_admin.settings"
        yield
    finally:
        stage.stop()


def close_connections() -> None:
    from django.db import connections

    connections.close_all()


def users_of(options: argparse.Namespace) -> int:
    from tests.faults.prove.crowds import crowd_customers
    from tests.faults.prove.places import PRESS, SETTLE

    kills = options.kills * (len(PRESS) + len(SETTLE))
    # twice what the parts take, so that the others are there to be read, and some to spare
    crowds = crowd_customers(options)
    return int(options.registrations + options.races + kills + options.settled + 2 * crowds + 60)


def free_ports() -> list[int]:
    """For the dashboard, the sandbox, and the sandbox over TLS."""
    with ExitStack() as stack:
        taken = [stack.enter_context(socket.socket()) for _ in range(3)]
        for each in taken:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in taken]


if __name__ == "__main__":
    sys.exit(main())
