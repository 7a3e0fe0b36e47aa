"""Brokers with accounts, and clients that use them or try to get around them."""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from servers import Server

from besok.model.broker import leave
from besok.model.sitefile import parse
from cli.broker import mosquitto_files
from cli.broker.account_folder import Folder
from cli.broker.accounts import Publisher, accounts
from cli.stack import mosquitto, ports, program
from tests.patience import ANSWER_S, wait_for
from tests.sitetext import door, sensor, site, space
from tests.torture import rabbitmq

HOUSE = "".join(
    (
        site(), space("hall", ("Hall", "Hall")), door("front", ("Entré", "Front")),
        door("back", ("Baksidan", "Back")), sensor("front"), sensor("back"),
    )
)  # fmt: skip
GATEWAY = Publisher(name="ttn", topics=("v3/+/devices/+/up",))
FRONT, BACK, COLLECTOR = "lib.front", "lib.back", "besok-collector"


@dataclass(frozen=True, kw_only=True)
class Guarded:
    """A running broker with accounts."""

    port: int
    folder: Folder


@dataclass(kw_only=True)
class Seen:
    """What a client was told."""

    refused: bool = False
    session: bool = False
    messages: list[tuple[str, bytes]] = field(default_factory=list)
    connected: threading.Event = field(default_factory=threading.Event)
    subscribed: threading.Event = field(default_factory=threading.Event)


def write_accounts(folder: Folder, hashes: dict[str, str] | None = None) -> None:
    """Write the accounts of the house."""
    known = hashes or {}
    found = accounts(parse(HOUSE).sites, [GATEWAY], former=[*known])
    folder.write(found, known)


@contextmanager
def guarded_mosquitto(path: Path) -> Iterator[Guarded]:
    """Run Mosquitto with the accounts of the house."""
    folder = Folder(path=path)
    write_accounts(folder)
    user = program.unprivileged("mosquitto", "postgres")
    access = mosquitto_files.conf(str(path / "mosquitto"))
    broker = mosquitto.Broker(folder=path / "mosquitto", port=ports.free()[0], user=user, access=access)
    server = Server(broker.program(), broker.ready, path / "log")
    try:
        yield Guarded(port=broker.port, folder=folder)
    finally:
        server.end()


@contextmanager
def guarded_rabbitmq(path: Path) -> Iterator[Guarded]:
    """Run RabbitMQ with the accounts of the house, imported."""
    folder = Folder(path=path)
    write_accounts(folder)
    port, node_port, mapper_port = ports.free(3)
    with rabbitmq.temporary(port, node_port, mapper_port, "mqtt.allow_anonymous = false") as broker:
        for file in (path, path / "rabbitmq.json"):
            if broker.user:
                shutil.chown(file, broker.user)
        command = (str(rabbitmq.CTL), "-q", "import_definitions", str(path / "rabbitmq.json"))
        env = {**os.environ, **broker.program().env}
        done = subprocess.run(
            program.wrapped(command, broker.user),
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=ANSWER_S,
        )
        assert not done.returncode, done.stdout + done.stderr
        yield Guarded(port=broker.port, folder=folder)


@contextmanager
def client(
    broker: Guarded,
    account: str,
    *,
    client_id: str = "",
    clean: bool = True,
    password: str = "",
    topic: str = "",
) -> Iterator[tuple[paho.Client, Seen]]:
    """Connect as an account, under a client id that is its own unless another is given, and subscribe to a topic."""
    seen = Seen()
    c = paho.Client(CallbackAPIVersion.VERSION2, client_id or account, protocol=MQTTProtocolVersion.MQTTv5,
                    reconnect_on_failure=False)  # fmt: skip
    if account:
        c.username_pw_set(account, password or broker.folder.password(account))

    def connected(_: object, __: object, flags: paho.ConnectFlags, code: ReasonCode, ___: object) -> None:
        seen.refused, seen.session = code.is_failure, flags.session_present
        if topic and not seen.refused:
            c.subscribe(topic, 1)
        seen.connected.set()

    def gone(*_: object) -> None:
        seen.connected.set()
        seen.subscribed.set()

    c.on_connect, c.on_disconnect = connected, gone
    c.on_subscribe = lambda *_: seen.subscribed.set()
    c.on_message = lambda _, __, m: seen.messages.append((m.topic, bytes(m.payload)))
    lasting = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    lasting.SessionExpiryInterval = 3600
    c.connect(ports.HOST, broker.port, clean_start=clean, properties=lasting)
    c.loop_start()
    try:
        wait_for(seen.connected.is_set)
        if topic:
            wait_for(seen.subscribed.is_set)
        yield c, seen
    finally:
        leave(c)


def publish(broker: Guarded, account: str, topic: str, *payloads: bytes, retain: bool = False) -> None:
    """Publish as an account, and wait until the broker has answered for each message or has hung up."""
    with client(broker, account) as (c, seen):
        assert not seen.refused
        for payload in payloads:
            _settled(c, c.publish(topic, payload, qos=1, retain=retain))


def _settled(c: paho.Client, info: paho.MQTTMessageInfo) -> None:
    wait_for(lambda: not c.is_connected() or info.is_published())  # without a connection that raises
