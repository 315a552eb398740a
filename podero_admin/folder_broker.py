"""The embedded broker: a queue of files that survives a kill at any moment and needs no server.

Kombu's own file system transport keeps its bindings in a file that a killed process leaves empty, after which nothing
starts any more, and a reader may take a message before it is written. Here a message appears by a rename and is taken
by a rename, and bindings live in memory, since every sender and every worker declares its queue anyway.
"""

import json
import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, virtual

SCHEME = "folder"
LEFTOVER_SECONDS = 60


class Channel(virtual.Channel):
    @property
    def folder(self) -> Path:
        return Path(self.connection.client.transport_options["folder"])

    def _put(self, queue: str, message: Any, **_: Any) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{time.time_ns():020d}-{uuid.uuid4().hex}.{queue}.msg"
        partial = path.with_suffix(".part")
        partial.write_text(json.dumps(message), encoding="utf-8")
        partial.rename(path)

    def _get(self, queue: str, timeout: float | None = None) -> Any:  # noqa: ARG002 - kombu's signature
        for path in self._waiting(queue):
            taken = path.with_suffix(".taken")
            try:
                path.rename(taken)
                os.utime(taken)  # what waited for long was not left behind for long
                content = taken.read_text(encoding="utf-8")
                taken.unlink()
            except FileNotFoundError:  # another worker was quicker
                continue
            try:
                return json.loads(content)
            except ValueError:  # cut by a power failure: a lost nudge, which the next scan makes good
                continue
        raise Empty

    def _waiting(self, queue: str) -> list[Path]:
        return sorted(self.folder.glob(f"*.{queue}.msg"))

    def _size(self, queue: str) -> int:
        return len(self._waiting(queue))

    def _purge(self, queue: str) -> int:
        waiting = self._waiting(queue)
        for path in waiting:
            path.unlink(missing_ok=True)
        return len(waiting)


class Transport(virtual.Transport):
    Channel = Channel
    driver_type = driver_name = SCHEME
    global_state = virtual.BrokerState()  # type: ignore[no-untyped-call] # kombu has few types

    def __init__(self, client: Any, **options: Any) -> None:
        super().__init__(client, **options)  # type: ignore[no-untyped-call]
        self.state = self.global_state

    def driver_version(self) -> str:
        return "1"


def sweep(folder: Path) -> None:
    """Remove what a process that was killed half-way left behind."""
    for pattern in ("*.part", "*.taken"):
        for path in folder.glob(pattern):
            try:
                if path.stat().st_mtime < time.time() - LEFTOVER_SECONDS:
                    path.unlink()
            except FileNotFoundError:
                continue


TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
