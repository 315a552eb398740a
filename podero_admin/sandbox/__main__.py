"""`python -m podero_admin.sandbox`: the stand-in alone, until Ctrl-C or SIGTERM."""

import argparse
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from podero_admin.sandbox.server import serve, tls_of
from podero_admin.sandbox.world import World


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    if bool(options.tls_port) != bool(options.certificate and options.key):
        parser.error("--tls-port, --certificate and --key go together")
    world = World.demo(seed=options.seed, users=options.users, ledger=options.ledger)
    world.settings.latency = options.latency_ms / 1000
    world.settings.token_body = options.token_body
    ending = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ending.set())
    try:
        running = [serve(world, port=options.port, host=options.host)]
        if options.tls_port:
            tls = tls_of(options.certificate, options.key)
            running.append(serve(world, port=options.tls_port, host=options.host, tls=tls))
    except OSError as error:
        print(f"The sandbox cannot listen on {options.host}:{options.port}: {error.strerror}.", file=sys.stderr)  # noqa: T201
        return 1
    addresses = " and ".join(each.base_url for each in running)
    print(f"Sandbox of the Podero API on {addresses} with {options.users} customers", flush=True)  # noqa: T201
    ending.wait()
    for each in running:
        each.stop()
    return 0


def _from_to(least: int, most: int) -> Callable[[str], int]:
    def number(raw: str) -> int:
        if not raw.isdecimal() or not least <= int(raw) <= most:
            raise argparse.ArgumentTypeError(f"{raw} is no whole number from {least} to {most}")
        return int(raw)

    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m podero_admin.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    port, users = _from_to(0, 65_535), _from_to(0, 1_000_000)
    parser.add_argument("--port", type=port, default=8001)
    parser.add_argument("--users", type=users, default=60, help="customers in all, over two organisations")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--ledger", type=Path, help="file to which every registration is appended, and from which they are remembered"
    )
    parser.add_argument("--tls-port", type=port, help="a second port, for the same customers, that speaks TLS")
    parser.add_argument("--certificate", type=Path, help="for --tls-port, as PEM")
    parser.add_argument("--key", type=Path, help="of the certificate, as PEM")
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--token-body", choices=("json", "form", "both"), default="both")
    return parser


if __name__ == "__main__":
    sys.exit(main())
