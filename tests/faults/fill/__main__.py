"""`python -m tests.faults.fill`: fill the mirror with real workers, kill one on the way, and hold it against the sandbox.

By hand, what the issue asks for:

    python -m tests.faults.fill --users 60000 --per-second 150 --at-once 8 --threads 8 \\
        --database postgres://postgres@127.0.0.1:5432/postgres --broker redis://127.0.0.1:6379/0
"""

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.faults.fill.fleet import Fleet
from tests.faults.prove.__main__ import folder_and_database, free_ports, in_its_environment
from tests.redis_number import redis_number


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(1))  # and end what was started
    with prepared(options) as fleet:
        from tests.faults.fill.filling import Filling

        return Filling(fleet, options).run()


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m tests.faults.fill", description="Fill the mirror, and check it.")
    made.add_argument("--users", type=int, default=300)
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--database", default="", help="a PostgreSQL server's URL; without it SQLite")
    made.add_argument("--broker", default="", help="a Redis server's URL; without it the folder broker")
    made.add_argument("--workers", type=int, default=2)
    made.add_argument("--threads", type=int, default=4, help="of each worker; the mirror uses half of them")
    made.add_argument("--per-second", type=float, default=20.0, help="MIRROR_PER_SECOND")
    made.add_argument("--at-once", type=int, default=4, help="MIRROR_AT_ONCE")
    made.add_argument(
        "--deadline", type=float, default=40.0, help="PODERO_DEADLINE; below 40 dead workers count sooner"
    )
    made.add_argument("--latency-ms", type=float, default=0.0, help="how long the sandbox takes for an answer")
    made.add_argument("--no-kill", dest="kill", action="store_false", help="let every worker live")
    made.add_argument("--kill-at", type=float, default=0.3, help="kill when so much is done")
    made.add_argument("--limit", type=float, default=3600.0, help="seconds after which the run is given up")
    made.add_argument("--look-every", type=float, default=0.5, help="seconds between two looks at how far it is")
    made.add_argument("--keep", action="store_true", help="leave the run's folder and database behind")
    return made


@contextmanager
def prepared(options: argparse.Namespace) -> Iterator[Fleet]:
    """A folder, ports, a database and a Redis number of this run's own; all ended and removed with the block."""
    port, sandbox_port, tls_port = free_ports()
    with redis_number(options.broker) as broker, folder_and_database("fill", options) as (var, url):
        fleet = Fleet(port, sandbox_port, var, tls_port=tls_port, database_url=url, users=options.users, seed=options.seed, broker_url=broker,
                      per_second=options.per_second, at_once=options.at_once, deadline=options.deadline,
                      threads=options.threads)  # fmt: skip
        with in_its_environment(fleet):
            fleet.write()
            yield fleet


if __name__ == "__main__":
    sys.exit(main())
