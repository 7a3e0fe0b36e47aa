"""What a broker does with messages that were sent and not acknowledged: their numbers, and what it says of them.

De-duplication rests on these facts (collectors/mqtt.py, besok/store/message_dedup.py), so they are
measured, not believed: `python -m tests.torture --redelivery`.
"""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from cli.stack import ports
from tests.torture.house import Server, broker_of

QUIET_S = 0.7  # nothing comes for so long: that was all
SAVED_S = 7  # in which Mosquitto has written its queues to disk


class Came(NamedTuple):
    """A delivery."""

    packet_id: int
    again: bool
    said: str


class Listener:
    """A client with a lasting session that acknowledges what it is told to and ends without a goodbye."""

    def __init__(self, port: int, topic: str) -> None:
        self.came: list[Came] = []
        self._client = _client("listener", port)
        self._client.on_message = lambda c, u, m: self.came.append(Came(m.mid, m.dup, m.payload.decode()))
        self._client.subscribe(topic, 1)
        self.settle()

    def acknowledge(self, *said: str) -> None:
        """Let the broker forget these."""
        for came in self.came:
            if came.said in said:
                self._client.ack(came.packet_id, 1)
        self.settle()

    def crash(self) -> None:
        """End as one that is killed."""
        sock = self._client.socket()
        if isinstance(sock, socket.socket):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        _run(self._client, lambda: False, QUIET_S)

    def settle(self) -> None:
        """Wait until nothing comes any more."""
        seen = -1
        while seen != len(self.came):
            seen = len(self.came)
            _run(self._client, lambda: False, QUIET_S)


def facts(folder: Path, kind: str) -> Iterator[str]:
    """What the broker of this kind does, a line for each case."""
    broker, port = broker_of(folder, kind)
    broker.start()
    try:
        listener = Listener(port, "t")
        yield _publish(port, "t", "abcde")
        yield f"first time: {_told(listener)}"
        listener.acknowledge("b")
        listener.crash()
        yield f"after the client's crash, b acknowledged: {_told(listener := Listener(port, 't'))}"
        listener.crash()
        time.sleep(SAVED_S)
        for how, end in (("restart", broker.stop), ("kill -9", broker.kill)):
            listener = _after(broker, port, end)
            yield f"after the broker's {how}: {_told(listener)}"
            listener.crash()
        yield from _sharing(port, broker)
    finally:
        broker.stop()


def _after(broker: Server, port: int, end: Callable[[], None]) -> Listener:
    end()
    broker.start()
    return Listener(port, "t")


def _sharing(port: int, broker: Server) -> Iterator[str]:
    """Whether a shared subscription delivers, and outlives a restart before its subscribers are back."""
    shared = Listener(port, "$share/g/s")
    yield _publish(port, "s", "fg")
    yield f"shared subscription: {_told(shared)}"
    shared.acknowledge(*"acdefg")
    shared.crash()
    broker.stop()
    broker.start()
    yield "restarted, no subscriber back yet: " + _publish(port, "s", "hi")
    yield f"shared subscription after that: {_told(Listener(port, '$share/g/s'))}"


def _told(listener: Listener) -> str:
    listener.settle()
    return (
        ", ".join(f"{c.said} as {c.packet_id}{' again' if c.again else ''}" for c in listener.came)
        or "nothing"
    )


def _publish(port: int, topic: str, texts: str) -> str:
    """Publish each letter as a message; what the broker said."""
    codes: list[str] = []
    client = _client("sensor", port)
    client.on_publish = lambda c, u, mid, code, p: codes.append(str(code))
    for text in texts:
        client.publish(topic, text, qos=1)
    _run(client, lambda: len(codes) == len(texts), 10)
    client.disconnect()
    return f"{', '.join(texts)} published: {', '.join(sorted(set(codes)))}"


def _client(name: str, port: int) -> paho.Client:
    lasting = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    lasting.SessionExpiryInterval = 3600
    client = paho.Client(
        CallbackAPIVersion.VERSION2, name, protocol=MQTTProtocolVersion.MQTTv5, manual_ack=True
    )
    client.connect(ports.HOST, port, clean_start=False, properties=lasting)
    _run(client, client.is_connected, 10)
    return client


def _run(client: paho.Client, done: Callable[[], bool], limit_s: float) -> None:
    deadline = time.monotonic() + limit_s
    while not done() and time.monotonic() < deadline:
        client.loop(0.05)
