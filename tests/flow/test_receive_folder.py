"""Folder drop: files that counters put down, a real broker and a real collector; nothing is lost and nothing twice."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from servers import connected, own_broker

from besok.model.errors import BrokerUnavailable, SettingsError
from besok.model.settings import Settings
from cli.serving import receiver
from collectors.limits import BYTES_LIMIT
from collectors.receive import folder as folder_module
from collectors.receive.folder import STILL_LOOKS, UNFINISHED_LOOKS, Folder
from collectors.receive.metrics import ReceiverCounters
from collectors.receive.publisher import Publisher
from tests.at_work import running
from tests.patience import wait_for

Fixture = Callable[..., Any]
GOING_ON = threading.Event()  # never set
START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)


@pytest.fixture
def publisher(settings: Settings) -> Iterator[Publisher]:
    with Publisher(settings) as running:
        wait_for(lambda: running.connected)
        yield running


@pytest.fixture
def heard(house: str, broker: tuple[str, int]) -> Iterator[list[tuple[str, bytes]]]:
    """What comes to the broker for devices whose name begins with that of `house`."""
    found: list[tuple[str, bytes]] = []

    def note(_: object, __: object, message: Any) -> None:
        if message.topic.startswith(f"besok/in/{house}"):
            found.append((message.topic.removeprefix(f"besok/in/{house}"), message.payload))

    with connected(broker) as client:
        there = threading.Event()
        client.on_message = note
        client.on_subscribe = lambda *_: there.set()
        client.subscribe("besok/in/#", qos=1)
        wait_for(there.is_set)
        yield found


def put(path: Path, content: bytes | str, *, at: int = 0) -> Path:
    """Put a file down, `at` so many seconds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.utime(path, (START.timestamp() + at,) * 2)
    return path


def looks(folder: Folder, publisher: Publisher, number: int = STILL_LOOKS + 1) -> None:
    """Look so often; once more than needed for files that stay as they are."""
    for _ in range(number):
        folder.look(publisher, GOING_ON)


def files(folder: Path) -> set[str]:
    """The files below a folder, by their paths in it."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_each_file_is_a_message_of_the_device_its_folder_names(
    tmp_path: Path, house: str, publisher: Publisher, heard: list[tuple[str, bytes]]
) -> None:
    counters = ReceiverCounters()
    csv = b"UtcTime,GroupID\r\n2026-11-25T08:15:00Z,0\r\nRuleName,In,Out\r\nDoor,1,2\r\n"
    put(tmp_path / house / "2026-11-25" / "counts.csv", csv, at=2)
    put(tmp_path / f"{house}-2" / "push.json", '{"in": 1}\n', at=1)
    put(tmp_path / f"{house}-2" / "push.xml", '<?xml version="1.0" encoding="UTF-8"?><a/>', at=3)
    folder = Folder(tmp_path, counters)
    looks(folder, publisher, STILL_LOOKS)
    assert heard == []
    looks(folder, publisher, 1)
    wait_for(lambda: len(heard) == 3)
    assert [topic for topic, _ in heard] == ["-2", "", "-2"]  # the oldest first
    assert heard[1][1] == csv
    taken = {f"{house}/2026-11-25/counts.csv", f"{house}-2/push.json", f"{house}-2/push.xml"}
    assert files(tmp_path) == {f"done/{name}" for name in taken}
    put(tmp_path / f"{house}-2" / "push.json", '{"in": 2}', at=9)
    looks(folder, publisher)
    assert f"done/{house}-2/push.json.{int(START.timestamp()) + 9}" in files(tmp_path)
    assert counters.files == {"done": 4}


def test_a_file_that_is_being_written_is_waited_for(
    tmp_path: Path, house: str, publisher: Publisher, heard: list[tuple[str, bytes]]
) -> None:
    folder = Folder(tmp_path, ReceiverCounters())
    part = put(tmp_path / house / "day.json.part", '{"in": 1}')
    json_file = put(tmp_path / house / "now.json", '{"in": [1, ')
    lines = put(tmp_path / house / "day.csv", "time,in\n1,")
    looks(folder, publisher, 3 * STILL_LOOKS)
    put(lines, "time,in\n1,2\n")  # as many bytes as before, or more: its time tells
    looks(folder, publisher, STILL_LOOKS)
    assert heard == []
    part.rename(tmp_path / house / "day.json")
    json_file.write_text('{"in": [1, 2]}')
    looks(folder, publisher)
    wait_for(lambda: len(heard) == 3)
    assert {payload for _, payload in heard} == {b'{"in": 1}', b'{"in": [1, 2]}', b"time,in\n1,2\n"}
    put(tmp_path / house / "no-newline.csv", "time,in\n1,2")  # there are counters that end so
    looks(folder, publisher, UNFINISHED_LOOKS + 1)
    wait_for(lambda: len(heard) == 4)


def test_what_is_written_to_a_file_after_it_was_taken_is_not_lost(
    tmp_path: Path, house: str, publisher: Publisher, heard: list[tuple[str, bytes]]
) -> None:
    folder = Folder(tmp_path, ReceiverCounters())
    path = put(tmp_path / house / "day.csv", "time,in\n1,2\n")
    with path.open("a") as writer:
        looks(folder, publisher)
        assert files(tmp_path) == {f"done/{house}/day.csv"}
        writer.write("2,3\n")
    looks(folder, publisher)
    wait_for(lambda: len(heard) == 2)
    assert heard[1][1] == b"time,in\n1,2\n2,3\n"
    assert files(tmp_path) == {f"done/{house}/day.csv"}


FAILED: dict[str, tuple[str, bytes]] = {
    "lost.csv": ("in no device's folder", b"a\n"),
    "HOUSE/picture.jpg": ("was not read", b"{}"),
    "HOUSE/bytes.csv": ("not text", b"\xff\xd8\xff\xe0\0"),
    "HOUSE/counts.csv.gz": ("unpacked", b"abc\n"),
    "HOUSE/empty.csv": ("empty", b""),
    "HOUSE/large.csv": ("split it", b"1\n" * (BYTES_LIMIT // 2 + 1)),
    "a+b/counts.csv": ("no topic may have", b"a\n"),
}


def test_what_cannot_be_taken_is_put_aside_with_the_reason(
    tmp_path: Path, house: str, publisher: Publisher, heard: list[tuple[str, bytes]]
) -> None:
    secret = put(tmp_path / "elsewhere" / "secret.json", "{}")
    root = tmp_path / "drop"
    for name, (_, content) in FAILED.items():
        put(root / name.replace("HOUSE", house), content)
    put(root / house / "good.json", "{}")
    (root / house / "link.json").symlink_to(secret)
    (root / "linked").symlink_to(secret.parent)
    os.mkfifo(root / house / "pipe.json")
    deep = root / house
    for _ in range(12):
        deep /= "d"
        deep.mkdir(parents=True)
    put(deep / "deep.json", "{}")
    counters = ReceiverCounters()
    looks(Folder(root, counters), publisher)
    wait_for(lambda: heard == [("", b"{}")])
    for name, (reason, content) in FAILED.items():
        moved = root / "failed" / name.replace("HOUSE", house)
        assert moved.read_bytes() == content
        assert reason in moved.with_name(f"{moved.name}.reason.txt").read_text()
    assert counters.files == {"failed": len(FAILED), "done": 1}
    assert secret.exists()


def own(settings: Settings, port: int) -> Settings:
    """The same on a broker of the test's own."""
    return settings.model_copy(update={"mqtt_port": port})


def test_files_wait_for_a_broker_that_is_away(
    tmp_path: Path, house: str, settings: Settings, folder: Path
) -> None:
    with own_broker(folder) as (broker, mqtt), Publisher(own(settings, broker.port)) as publisher:
        wait_for(lambda: publisher.connected)
        drop = Folder(tmp_path, ReceiverCounters())
        put(tmp_path / house / "a.json", "{}")
        looks(drop, publisher, STILL_LOOKS)
        with pytest.raises(BrokerUnavailable, match="start `besok collect`"):  # nobody subscribes
            drop.look(publisher, GOING_ON)
        mqtt.end()
        wait_for(lambda: not publisher.connected)
        with pytest.raises(BrokerUnavailable, match="away"):
            drop.look(publisher, GOING_ON)
        mqtt.start()
        wait_for(lambda: publisher.connected)
        with connected(("127.0.0.1", broker.port)) as client:
            there = threading.Event()
            client.on_subscribe = lambda *_: there.set()
            client.subscribe("#", qos=1)
            wait_for(there.is_set)
            drop.look(publisher, GOING_ON)
    assert files(tmp_path) == {f"done/{house}/a.json"}


def test_a_file_that_cannot_be_moved_is_published_once(
    tmp_path: Path,
    house: str,
    publisher: Publisher,
    heard: list[tuple[str, bytes]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    folder = Folder(tmp_path, ReceiverCounters())
    put(tmp_path / "done" / house, "in the way")
    path = put(tmp_path / house / "a.json", '{"in": 1}')
    looks(folder, publisher, 10)
    assert len([r for r in caplog.records if "cannot be moved" in r.getMessage()]) == 1
    put(path, '{"in": 2}', at=5)
    looks(folder, publisher)
    wait_for(lambda: len(heard) == 2)
    assert heard == [("", b'{"in": 1}'), ("", b'{"in": 2}')]


def test_a_crash_before_the_move_counts_nothing_twice(
    tmp_path: Path, house: str, settings: Settings, publisher: Publisher, collect: Fixture, database_url: str
) -> None:
    def push(people: int) -> str:
        begins = START + timedelta(minutes=people)
        record = {
            "from": begins.isoformat(),
            "to": (begins + timedelta(minutes=1)).isoformat(),
            "samples": 60,
        }
        record |= {"samples_expected": 60, "counts": [{"id": 1, "name": "fw", "value": people}]}
        line = {
            "id": 7,
            "name": "Door",
            "info": "XLT_LINE_IN_OUT_COUNT",
            "geometries": [],
            "records": [record],
        }
        sensor = {"serial_number": "80:1F:12:AA:BB:CC", "type": "SINGLE_SENSOR"}
        return json.dumps(
            {"logics_data": {"sensor_info": sensor, "package_info": {"id": 1}, "logics": [line]}}
        )

    def stored() -> list[tuple[Any, ...]]:
        with psycopg.connect(database_url) as conn:
            return conn.execute("select value from reading order by time").fetchall()

    with collect(settings.model_copy(update={"mqtt_topics": f"besok/in/{house}/#"})):
        path = put(tmp_path / house / "a.json", push(7))
        looks(Folder(tmp_path, ReceiverCounters()), publisher)
        wait_for(stored)
        (tmp_path / "done" / house / "a.json").rename(path)  # as if we had died before the move
        put(tmp_path / house / "b.json", push(8), at=1)
        looks(Folder(tmp_path, ReceiverCounters()), publisher)
        wait_for(lambda: (8.0,) in stored())
    assert stored() == [(7.0,), (8.0,)]


def test_the_service_watches_the_folder(
    tmp_path: Path,
    house: str,
    settings: Settings,
    heard: list[tuple[str, bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(folder_module, "POLL_S", 0.01)
    put(tmp_path / house / "a.json", "{}")
    more = {"receive_port": 0, "receive_folder": str(tmp_path)}
    with running("receiver", receiver.serve, settings.model_copy(update=more)):
        wait_for(lambda: files(tmp_path) == {f"done/{house}/a.json"})
    wait_for(lambda: heard)  # the broker tells the publisher first
    assert heard == [("", b"{}")]


def test_a_service_that_cannot_work_says_so_at_its_start(settings: Settings, tmp_path: Path) -> None:
    nothing = settings.model_copy(update={"receive_port": 0})
    with pytest.raises(SettingsError, match="BESOK_RECEIVE_PORT"):
        receiver.serve(nothing, GOING_ON)
    missing = nothing.model_copy(update={"receive_folder": str(tmp_path / "missing")})
    with pytest.raises(SettingsError, match="it must exist"):
        receiver.serve(missing, GOING_ON)
