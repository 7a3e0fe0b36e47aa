"""What the measurements share: private servers, a house with many doors, a queue of messages, and who drains it."""

import base64
import json
import os
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import paho.mqtt.client as paho
import psutil
import psycopg
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from benchmarks import servers
from benchmarks.servers import wait_until
from besok.model import sitefile
from besok.model.broker import leave
from besok.model.decode_context import Codec
from besok.model.settings import Settings
from besok.store import codecs, sites
from besok.store.database import Database
from besok.store.migrate import migrate
from cli.stack import ports, postgres, program

DOORS = 40
EVERYTHING = "#"
ROOM = timedelta(days=60)  # in which all the queues lie, one after the other
PORTION = 20_000  # messages under way to the broker; it has ids for 65,535
PATIENCE_S = 300
INFLIGHT = Settings().mqtt_inflight
LAST = "besok/v1/house/last-{run}/flow"  # the queue's last message: who has it has all

Maker = Callable[[int, datetime], tuple[str, bytes]]  # (number of the door, time) -> topic and payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """A private broker, and a private database that keeps what it commits (fsync)."""

    port: int
    url: str
    postgres: int  # process id
    began: datetime = field(default_factory=lambda: datetime.now(UTC).replace(second=0, microsecond=0))
    runs: list[str] = field(default_factory=list)  # each queue has a name of its own


@contextmanager
def rig() -> Iterator[Rig]:
    """Servers with a house of placed doors, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="besok-bench-") as name:
        os.chmod(name, 0o755)  # noqa: PTH101 - the server's account must be able to enter
        cluster = postgres.Cluster(
            folder=Path(name), port=ports.free()[0], user=program.unprivileged("postgres")
        )
        server = cluster.program()
        process = program.start(server, Path(name) / "log")
        try:
            wait_until(cluster.ready, process, "postgres", limit_s=60)
            migrate(cluster.url())
            with Database(cluster.url()) as db:
                sites.apply(db, sitefile.parse(house(), "house.toml"))
            with servers.broker() as broker:
                yield Rig(port=broker.port, url=cluster.url(), postgres=process.pid)
        finally:
            program.stop(process, server)


def house() -> str:
    """Return a site file: one room with DOORS doors for each kind of counter."""
    hours = "\n".join(f'{day} = "always"' for day in
                      ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))  # fmt: skip
    lines = ['[[sites]]\nid = "house"\nkind = "library"\nname = { sv = "Huset", en = "The house" }',
             f'timezone = "Europe/Stockholm"\ncapacity = 400\nlate_days = 3650\n[sites.opening]\n{hours}',
             '[[sites.spaces]]\nid = "hall"\nname = { sv = "Hall", en = "Hall" }\nstorey = 0']  # fmt: skip
    for n in range(DOORS):
        for portal, device in (
            (f"door-{n}", f'"door-{n}"'),
            (f"gate-{n}", f'"{eui(n)}"\nsource = "lorawan"'),
        ):
            lines.append(
                f'[[sites.portals]]\nid = "{portal}"\nname = {{ sv = "D", en = "D" }}\nouter = "outside"'
                f'\ninner = "hall"\n[[sites.sensors]]\nportal = "{portal}"\ndevice = {device}'
            )
    return "\n".join(lines)


def eui(door: int) -> str:
    """Return the LoRaWAN identity of a door's counter."""
    return f"24e124{door:010x}"


def native(door: int, at: datetime) -> tuple[str, bytes]:
    """One minute of a door in our own format: two readings."""
    minute = int(at.timestamp()) // 60
    item = {"time": at.isoformat(), "period_s": 60, "in": (minute + door) % 7, "out": (minute + door) % 5}
    return f"besok/v1/house/door-{door}/flow", json.dumps(item).encode()


def milesight(door: int, at: datetime) -> tuple[str, bytes]:
    """Return the totals of a Milesight VS133 as The Things Stack v3 passes them on: two readings."""
    minute = int(at.timestamp()) // 60
    going_in, out = 3 * (minute % 10_000_000) + door, 3 * (minute % 10_000_000)
    stamp = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.014773143Z")
    raw = struct.pack("<BBIBBI", 3, 0xD2, going_in, 4, 0xD2, out)
    device = {"device_id": f"vs133-{door}", "application_ids": {"application_id": "house"},
              "dev_eui": eui(door).upper(), "join_eui": "24E124C0002A0001", "dev_addr": f"260B{door:04X}"}  # fmt: skip
    uplink = {
        "session_key_id": "AYwWGXr2OmGQmYkCJ5rz0A==",
        "f_port": 85,
        "f_cnt": minute % 65_536,
        "frm_payload": base64.b64encode(raw).decode(),
        "decoded_payload": {"line_1_total_in": going_in, "line_1_total_out": out},
        "rx_metadata": [
            {
                "gateway_ids": {"gateway_id": f"roof-{n}", "eui": f"24E124FFFEF{n:05X}"},
                "time": stamp,
                "timestamp": 2463457000,
                "rssi": -71,
                "channel_rssi": -71,
                "snr": 9.5,
                "uplink_token": "ChIKEAoEZ3R3MRIInFyOAAAaBcQQ6L3Vlgk=",
            }
            for n in range(2)
        ],
        "settings": {
            "data_rate": {"lora": {"bandwidth": 125000, "spreading_factor": 7, "coding_rate": "4/5"}},
            "frequency": "868300000",
            "timestamp": 2463457000,
        },
        "received_at": stamp,
        "consumed_airtime": "0.061696s",
        "version_ids": {"brand_id": "milesight-iot", "model_id": "vs133", "band_id": "EU_863_870"},
        "network_ids": {"net_id": "000013", "tenant_id": "house", "cluster_id": "eu1"},
    }
    message = {"end_device_ids": device, "correlation_ids": [f"gs:uplink:{minute}"], "received_at": stamp}
    return f"v3/house@ttn/devices/vs133-{door}/up", json.dumps({**message, "uplink_message": uplink}).encode()


def frame(door: int, at: datetime) -> tuple[str, bytes]:
    """Return the same from a network server that decodes nothing."""
    topic, payload = milesight(door, at)
    message = json.loads(payload)
    del message["uplink_message"]["decoded_payload"]
    return topic, json.dumps(message).encode()


# "layout" and "codec": bytes, read by our layout or by a codec that the operator has added
FORMATS: dict[str, Maker] = {"native": native, "milesight": milesight, "layout": frame, "codec": frame}
CODEC = Codec(
    vendor="Milesight",
    model="VS133",
    source="""
function decodeUplink(input) {
  var fields = {};
  for (var at = 0; at < input.bytes.length; at += 6) {
    var total = Buffer.from(input.bytes.slice(at + 2, at + 6)).readUInt32LE(0);
    fields["line_1_total_" + (input.bytes[at] == 3 ? "in" : "out")] = total;
  }
  return { data: fields };
}""",
)


@contextmanager
def codecs_of(rig: Rig, name: str) -> Iterator[None]:
    """Have the codec in the database while messages of that format are measured."""
    with Database(rig.url) as db:
        if name == "codec":
            codecs.add(db, [CODEC], author="benchmark", now=datetime.now(UTC))
        yield
        if name == "codec":
            codecs.remove(db, CODEC.vendor, CODEC.model)


def fill(rig: Rig, make: Maker, messages: int, consumers: tuple[str, ...]) -> str:
    """Return a queue of `messages`, minute by minute and door by door, for each of `consumers`; the name of the run.

    Each run lies after the one before it, as what waits at a broker is newer than what is stored: every reading is new.
    """
    run = str(len(rig.runs))
    rig.runs.append(run)
    for name in consumers:
        subscribe(rig, name)
    start = rig.began - ROOM + timedelta(minutes=(messages // DOORS + 1) * len(rig.runs))
    with client(rig, "publisher") as sender:
        infos: list[paho.MQTTMessageInfo] = []
        for n in range(messages):
            if len(infos) == PORTION:
                infos.pop().wait_for_publish(PATIENCE_S)
                infos.clear()
            minute, door = divmod(n, DOORS)
            infos.append(sender.publish(*make(door, start + timedelta(minutes=minute)), qos=1))
        infos.append(sender.publish(LAST.format(run=run), b'{"in": 1}', qos=1))
        for info in infos:
            info.wait_for_publish(PATIENCE_S)
    return run


@contextmanager
def client(rig: Rig, name: str, *, clean: bool = True) -> Iterator[paho.Client]:
    """Yield a connected client with a session that lasts, its network thread running."""
    c = paho.Client(CallbackAPIVersion.VERSION2, name, protocol=MQTTProtocolVersion.MQTTv5, manual_ack=True)
    c.max_inflight_messages_set(5000)
    there = threading.Event()
    c.on_connect = lambda *args: there.set()
    c.connect(ports.HOST, rig.port, clean_start=clean, properties=session())
    c.loop_start()
    try:
        there.wait(10)
        yield c
    finally:
        leave(c)


def session() -> Properties:
    """Return an hour of session, and as many messages under way as the collector takes."""
    lasting = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    lasting.SessionExpiryInterval = 3600
    lasting.ReceiveMaximum = INFLIGHT
    return lasting


def subscribe(rig: Rig, name: str) -> None:
    """Let the broker keep a new, empty queue for `name`."""
    granted = threading.Event()
    with client(rig, name) as c:
        c.on_subscribe = lambda *args: granted.set()
        c.subscribe(EVERYTHING, 1)
        granted.wait(10)


@contextmanager
def contender(rig: Rig, what: str, messages: int) -> Iterator[subprocess.Popen[bytes]]:
    """Yield a ready process of `benchmarks._contender`: a line to its stdin starts it, the end of its stdin ends it."""
    env = {**os.environ, "BESOK_DATABASE_URL": rig.url, "BESOK_MQTT_PORT": str(rig.port), "BESOK_MQTT_CLIENT_ID": what,
           "BESOK_MQTT_TOPICS": EVERYTHING, "BESOK_LOG_LEVEL": "WARNING"}  # fmt: skip
    command = [sys.executable, "-m", "benchmarks._contender", what, str(messages)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, cwd=program.ROOT
    )
    assert process.stdin
    assert process.stdout
    try:
        process.stdout.readline()
        yield process
        process.stdin.close()
        process.wait(30)
    finally:
        process.kill()
        process.wait()


class Drained(NamedTuple):
    """What it took to drain a queue: seconds of the clock and, of the collector, of all processors."""

    seconds: float
    cpu_s: float = 0.0


def drain_paho(rig: Rig, run: str, messages: int) -> Drained:
    """paho-mqtt receives and acknowledges the queue, doing nothing else."""
    with contender(rig, "paho", messages + 1) as process:
        start = time.perf_counter()
        _go(process)
        assert process.stdout
        process.stdout.readline()
        return Drained(time.perf_counter() - start)


def drain_mosquitto_sub(rig: Rig, run: str, messages: int) -> Drained:
    """Mosquitto's own client, written in C, does the same."""
    session = ["-i", "mosquitto_sub", "-c", "-x", "3600", "-D", "connect", "receive-maximum", str(INFLIGHT)]
    wanted = ["-q", "1", "-t", EVERYTHING, "-C", str(messages + 1)]
    command = ["mosquitto_sub", "-V", "mqttv5", "-p", str(rig.port), *session, *wanted]
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, timeout=PATIENCE_S)
    return Drained(time.perf_counter() - start)


def drain_collector(rig: Rig, run: str, messages: int) -> Drained:
    """Run the collector, until the last message of the queue is committed, and with it all."""
    with contender(rig, "collector", messages) as process, psycopg.connect(rig.url, autocommit=True) as conn:
        start, cpu = time.perf_counter(), _cpu(process.pid, rig.postgres)
        _go(process)
        while not conn.execute(
            "select 1 from device where external_id = %s", (f"house/last-{run}",)
        ).fetchone():
            assert time.perf_counter() - start < PATIENCE_S, (
                "the collector does not come to the end of the queue"
            )
            time.sleep(0.01)
        return Drained(time.perf_counter() - start, _cpu(process.pid, rig.postgres) - cpu)


def _cpu(*pids: int) -> float:
    """Seconds that the processors have worked for these processes and those they started."""
    found = [p for pid in pids for p in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True))]
    return sum(p.cpu_times().user + p.cpu_times().system for p in found)


def _go(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin
    process.stdin.write(b"go\n")
    process.stdin.flush()


CONTENDERS: dict[str, Callable[[Rig, str, int], Drained]] = {
    "paho": drain_paho,
    "mosquitto_sub": drain_mosquitto_sub,
    "collector": drain_collector,
}
