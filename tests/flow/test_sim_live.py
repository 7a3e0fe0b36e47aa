"""Live simulation against a real broker: everything arrives, through restarts too, and nothing before its time."""

import json
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from benchmarks import servers
from besok.model.broker import leave
from besok.model.settings import Settings
from besok.model.site import Sensor, SiteFile
from cli.stack import ports, program
from sensors_sim import live, stream, truth
from sensors_sim.publisher import Publisher
from tests.at_work import running
from tests.flow.servers import connected
from tests.patience import ANSWER_S, wait_for
from tests.small_sites import library, portal, space

START, END = datetime(2026, 11, 24, 12, 0, tzinfo=UTC), datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


@pytest.fixture
def branch(house: str) -> SiteFile:
    """A library with two counters and a camera, under the name of this test's own site."""
    arch = Sensor(device="eye", portal="arch", channel="flow:2")
    return library(
        house,
        spaces=(space("room", "reading", capacity=30),),
        portals=(portal("door", "outside", house), portal("arch", house, "room")),
        sensors=(Sensor(device="eye", portal="door"), arch, Sensor(device="cam", space="room")),
        capacity=300,
    )


def mqtt(broker: tuple[str, int]) -> Settings:
    return Settings(mqtt_host=broker[0], mqtt_port=broker[1])


class Ear:
    """Listens to a site; `heard` are the different messages by topic, `last` the latest on each."""

    def __init__(self, broker: tuple[str, int], house: str) -> None:
        self.heard: Counter[tuple[str, bytes]] = Counter()
        self.last: dict[str, bytes] = {}
        self.client = paho.Client(
            CallbackAPIVersion.VERSION2, f"ear-{house}", protocol=MQTTProtocolVersion.MQTTv5
        )
        self.client.reconnect_delay_set(1, 1)
        self.client.on_message = self._hear
        self.client.on_connect = lambda client, *_: client.subscribe(f"besok/v1/{house}/#", qos=1)
        self.listens = threading.Event()
        self.client.on_subscribe = lambda *_: self.listens.set()
        lasting = Properties(PacketTypes.CONNECT)
        lasting.SessionExpiryInterval = 600
        self.client.connect(*broker, clean_start=False, properties=lasting)

    def _hear(self, client: object, userdata: object, message: paho.MQTTMessage) -> None:
        self.heard[message.topic, message.payload] += 1
        self.last[
            message.topic.rpartition("/")[0].rpartition("/")[2] + "/" + message.topic.rpartition("/")[2]
        ] = message.payload

    def data(self) -> set[tuple[str, bytes]]:
        return {(topic, payload) for topic, payload in list(self.heard) if not topic.endswith("/status")}


@contextmanager
def listening(broker: tuple[str, int], house: str) -> Iterator[Ear]:
    ear = Ear(broker, house)
    ear.client.loop_start()
    assert ear.listens.wait(ANSWER_S)
    try:
        yield ear
    finally:
        leave(ear.client)


@contextmanager
def simulating(site_file: SiteFile, settings: Settings, **options: Any) -> Iterator[threading.Thread]:
    """`simulate live` in a thread, which is asked to stop in the end and must then be gone within seconds."""
    with running(
        "sensors", lambda s, stop: live.run(site_file, s, stop=stop, **options), settings
    ) as at_work:
        yield at_work.thread


def expected(site_file: SiteFile, start: datetime = START, end: datetime = END) -> set[tuple[str, bytes]]:
    return {(m.topic, m.payload) for lot in stream.messages(site_file, start, end) for m in lot}


def test_everything_arrives_and_devices_come_and_go(
    branch: SiteFile, broker: tuple[str, int], house: str
) -> None:
    with listening(broker, house) as ear:
        with simulating(branch, mqtt(broker), start=START, end=END) as thread:
            wait_for(lambda: not thread.is_alive())
        wait_for(lambda: ear.data() == expected(branch))
        assert (f"besok/v1/{house}/eye/status", b"online") in ear.heard
        wait_for(lambda: [ear.last[f"{d}/status"] for d in ("eye", "cam")] == [b"offline"] * 2)


def test_a_broker_that_restarts_loses_nothing(branch: SiteFile, house: str, tmp_path: Path) -> None:
    with servers.broker() as running:
        at = (ports.HOST, running.port)
        server = running.program()
        with listening(at, house) as ear, simulating(branch, mqtt(at), start=START, end=END, speed=1200):
            wait_for(lambda: len(ear.data()) > 20)
            again = program.start(server, tmp_path / "log")  # which ends the one that runs first
            try:
                wait_for(lambda: ear.data() == expected(branch), 40)
            finally:
                program.stop(again, server)


def test_what_a_killed_broker_may_have_forgotten_is_said_again(broker: tuple[str, int], house: str) -> None:
    said = [(f"besok/v1/{house}/eye/flow", b'{"in": %d}' % n) for n in range(50)]
    with listening(broker, house) as ear, Publisher(mqtt(broker), [(house, "eye")]) as publisher:
        for topic, payload in said:
            publisher.send(topic, payload, threading.Event())
        wait_for(lambda: ear.data() == set(said) and publisher.settle(0))
        line = publisher._client.socket()
        assert line
        line.shutdown(socket.SHUT_RDWR)
        wait_for(lambda: all(ear.heard[message] > 1 for message in said))


def test_nothing_is_sent_before_its_time(branch: SiteFile, broker: tuple[str, int], house: str) -> None:
    now = [START + timedelta(minutes=10)]
    with (
        listening(broker, house) as ear,
        simulating(branch, mqtt(broker), start=START, end=END, clock=lambda: now[0]),
    ):
        wait_for(lambda: ear.data() == expected(branch, end=now[0]))
        now[0] += timedelta(minutes=5)
        wait_for(lambda: ear.data() == expected(branch, end=now[0]))


def test_it_starts_with_the_business_day_unless_told(
    branch: SiteFile, broker: tuple[str, int], house: str
) -> None:
    dawn = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    now = dawn + timedelta(minutes=20)
    with listening(broker, house) as ear, simulating(branch, mqtt(broker), clock=lambda: now):
        wait_for(lambda: ear.data() == expected(branch, dawn, now))


def test_it_ends_when_asked_though_there_is_no_broker(branch: SiteFile) -> None:
    (port,) = ports.free()
    with simulating(branch, mqtt((ports.HOST, port)), start=START, end=END) as thread:
        assert thread.is_alive()


def test_a_client_leaves_though_its_thread_ends_before_it_is_joined(
    broker: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    current = threading.current_thread

    with connected(broker, "leaving") as client:
        thread = next(each for each in threading.enumerate() if each.name == "paho-mqtt-client-leaving")

        # What paho asks between looking for its thread and joining it
        def when_it_has_ended() -> threading.Thread:
            while current() is not thread and thread.is_alive():
                pass
            return current()

        with monkeypatch.context() as patch:
            patch.setattr(threading, "current_thread", when_it_has_ended)
            leave(client)
    assert not client.is_connected()


def test_the_truth_is_written_on_request(
    branch: SiteFile, broker: tuple[str, int], tmp_path: Path, house: str
) -> None:
    file = tmp_path / "truth.jsonl"
    with simulating(branch, mqtt(broker), start=START, end=END, truth=file) as thread:
        wait_for(lambda: not thread.is_alive())
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    found = truth.people(branch, START, END)
    assert [line["time"] for line in lines] == [f"{t:%Y-%m-%dT%H:%M:%SZ}" for t in found.times[1:]]
    assert [list(line["people"].values()) for line in lines] == found.people[1:].tolist()
    assert lines[-1]["visits"][house] > 0
