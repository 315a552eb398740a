"""The folder as a queue: in order, once each, and a damaged message stops nobody."""

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
    (path,) = folder(queue).iterdir()
    waiting = queue.channel._waiting("nudges")
    path.unlink()
    monkeypatch.setattr(queue.channel, "_waiting", lambda _queue: waiting)
    with pytest.raises(Empty):
        queue.channel._get("nudges")


def test_purging_empties_it(queue: Any) -> None:
    queue.put({"number": 1})
    assert queue.clear() == 1
    assert queue.qsize() == 0
