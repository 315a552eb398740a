"""Measure on SQLite and PostgreSQL, print the tables, keep them in `var/bench.md` and the query plans beside them."""

import argparse
import multiprocessing
import os
import pickle
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from podero_admin.sandbox.demo import ALPENSTROM, NORDVOLT
from podero_admin.sandbox.world import World
from tests.bench import databases, report, serving
from tests.redis_number import redis_number

ROOT = Path(__file__).resolve().parents[2]
ENTRY = """[[organization]]
id = "{id}"
name = "{name}"
api_url = "http://127.0.0.1:{port}/api/partners/v2.0"
token_url = "http://127.0.0.1:{port}/oauth2/token/"
client_id = "{client}"
client_secret = "{client}-sandbox"
environment = "sandbox"
default_price_zone = "{zone}"
"""
ORGANIZATIONS = ((ALPENSTROM, "Alpenstrom GmbH", "alpenstrom", "AT"), (NORDVOLT, "Nordvolt AB", "nordvolt", "SE_3"))


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    world = World.demo(seed=1, users=given.customers, now=datetime.now(tz=UTC))
    kinds = given.database or [kind for kind in databases.KINDS if kind == "sqlite" or databases.answers()]
    if not given.database and len(kinds) < len(databases.KINDS):
        print("No PostgreSQL answers, so only SQLite is measured. TEST_DATABASE_URL names one.", file=sys.stderr)
    found = [_measured(kind, world, given) for kind in kinds]
    text = report.markdown(result for result, _ in found)
    folder = ROOT / "var"
    folder.mkdir(exist_ok=True)
    (folder / "bench.md").write_text(
        f"# Measured on {datetime.now(tz=UTC):%Y-%m-%d %H:%M} UTC\n\n{text}", encoding="utf-8"
    )
    (folder / "bench-plans.md").write_text(report.plans_markdown(found), encoding="utf-8")
    print(text)
    return 0


def _measured(kind: str, world: World, given: argparse.Namespace) -> tuple[Any, Any]:
    """In a child, since Django knows one configuration per process; the child inherits the world, which takes long to make."""
    cache = given.cache if kind == "postgresql" else ""
    with (
        tempfile.TemporaryDirectory(prefix="podero-bench-") as name,
        databases.fresh(kind, Path(name)) as url,
        redis_number(cache) as cache_url,
    ):
        folder, ports = Path(name), (serving.free_port(), serving.free_port())
        entries = [
            ENTRY.format(id=id_, name=name, client=client, zone=zone, port=ports[1])
            for id_, name, client, zone in ORGANIZATIONS
        ]
        (folder / "organizations.toml").write_text("\n".join(entries), encoding="utf-8")
        environment = serving.environment(folder=folder, database_url=url, cache_url=cache_url, port=ports[0])
        child = multiprocessing.get_context("fork").Process(
            target=_child, args=(folder, ports, environment, world, given)
        )
        child.start()
        child.join()
        if child.exitcode:
            sys.exit(f"The run on {kind} ended with {child.exitcode}.")
        return pickle.loads((folder / "result.pickle").read_bytes())


def _child(
    folder: Path, ports: tuple[int, int], environment: dict[str, str], world: World, given: argparse.Namespace
) -> None:
    os.environ.update(environment)
    import django

    django.setup()
    from tests.bench.run import Options, run

    options = Options(
        rounds=7 if given.quick else given.rounds,
        unmeasured=2 if given.quick else 5,
        events=given.events,
        vehicles=given.vehicles,
        presses=100 if given.quick else given.presses,
        looks=500 if given.quick else 6000,
        known_to_sandbox=min(9000, given.customers // 2),
        latency=given.latency_ms / 1000,
        steady=given.steady,
    )
    result = run(folder=folder, port=ports[0], sandbox_port=ports[1], world=world, options=options)
    (folder / "result.pickle").write_bytes(pickle.dumps(result))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds and 100 registrations: to look, not to quote")
    parser.add_argument("--database", action="append", choices=databases.KINDS, help="only this one")
    parser.add_argument(
        "--cache", default="", help="a Redis as cache beside PostgreSQL, as installed for real (else: the database)"
    )
    parser.add_argument("--customers", type=int, default=60_000, help="with five vehicles for every three")
    parser.add_argument(
        "--vehicles", type=int, default=0, help="at least so many: more of the same, without their answers (1000000)"
    )
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--presses", type=int, default=1000, help="registrations in a row")
    parser.add_argument("--latency-ms", type=float, default=150.0, help="what the API takes to answer a registration")
    parser.add_argument(
        "--steady", type=int, default=0, help="seconds of twenty pages a second, whatever they take (600)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
