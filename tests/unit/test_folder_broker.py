"""The folder as a queue: in order, once each, and a damaged message stops nobody."""

import os
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

from podero_admin import folder_broker


@pytest.fixture
def queue(tmp_path: Path) -> Any:
    options = {"folder": tmp_path / "broker", "polling_interval": 0.01}
    with Connection(f"{folder_broker.SCHEME}://localhost//", transport_options=options) as connection:
        yield connection.SimpleQueue("nudges")


def folder(queue: Any) -> Path:
    return Path(queue.channel.folder)


def test_messages_come_out_once_and_in_order(queue: Any) -> None:
    for number in range(5):
        queue.put({"number": number})
    assert queue.qsize() == 5
    assert [queue.get(timeout=10).payload["number"] for _ in range(5)] == list(range(5))
    with pytest.raises(queue.Empty):
        queue.get(timeout=0.05)
    assert list(folder(queue).iterdir()) == []


def test_another_queue_sees_nothing_of_it(queue: Any, tmp_path: Path) -> None:
    queue.put({"number": 1})
    with pytest.raises(Empty):
        queue.channel._get("others")


def test_a_damaged_message_is_passed_over(queue: Any) -> None:
    queue.put({"number": 1})
    (path,) = folder(queue).iterdir()
    path.write_text('{"cut', encoding="utf-8")
    queue.put({"number": 2})
    assert queue.get(timeout=10).payload == {"number": 2}


def test_a_half_written_message_is_not_taken(queue: Any) -> None:
    folder(queue).mkdir(parents=True)
    (folder(queue) / "1-a.nudges.part").write_text("{", encoding="utf-8")
    with pytest.raises(queue.Empty):
        queue.get(timeout=0.05)


def test_a_message_that_another_worker_takes_at_this_moment_is_left_to_it(queue: Any, monkeypatch: Any) -> None:
    queue.put({"number": 1})
    rename = Path.rename

    def too_late(path: Path, target: Path) -> Path:
        rename(path, path.with_suffix(".theirs"))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", too_late)
    with pytest.raises(Empty):
        queue.channel._get("nudges")


def test_a_message_that_waited_for_long_is_not_swept_away_while_it_is_read(queue: Any, monkeypatch: Any) -> None:
    queue.put({"number": 1})
    (path,) = folder(queue).iterdir()
    os.utime(path, (0, 0))
    read = Path.read_text

    def swept(path: Path, **options: Any) -> str:
        folder_broker.sweep(path.parent)
        return read(path, **options)

    monkeypatch.setattr(Path, "read_text", swept)
    assert queue.get(timeout=10).payload == {"number": 1}


def test_what_a_killed_worker_left_is_swept_away(queue: Any) -> None:
    folder(queue).mkdir(parents=True)
    (left, fresh) = (folder(queue) / f"{name}.nudges.taken" for name in ("left", "fresh"))
    for path in (left, fresh):
        path.write_text("{}", encoding="utf-8")
    os.utime(left, (0, 0))
    folder_broker.sweep(folder(queue))
    assert list(folder(queue).iterdir()) == [fresh]


def test_purging_empties_it(queue: Any) -> None:
    queue.put({"number": 1})
    assert queue.clear() == 1
    assert queue.qsize() == 0
