"""How many messages a second one collector takes from a full queue into the database, beside a client that only reads.

    python -m benchmarks.collect [messages]

A private broker holds the queue, a private database (with fsync) takes the readings. Each message is one minute of
one of 40 doors: two readings. The yardstick is paho-mqtt receiving and acknowledging the same queue, and nothing else.
"""

import json
import logging
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.client as paho
import psycopg
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from pydantic import SecretStr

from collectors import collector
from core.settings import Settings
from ops import mosquitto, ports, postgres, program
from store.migrate import migrate

DOORS = 40
PORTION = 20_000  # messages under way to the broker; it has ids for 65,535
TOPICS = "besok/v1/#"


def main(messages: int) -> None:
    """Measure and print; the last line is JSON."""
    with _database() as url, mosquitto.temporary(*ports.free()) as broker:
        settings = Settings(
            database_url=SecretStr(url), mqtt_port=broker.port, mqtt_client_id="bench", mqtt_topics=TOPICS
        )
        for name in ("bench", "yardstick"):
            _subscribe(settings, name)
        _fill(settings, messages)
        paho_s = _drain(settings, messages)
        collector_s = _collect(settings, url, messages)
    print(f"paho-mqtt, receiving only: {messages / paho_s:10,.0f} messages/s")
    print(f"collector, committed:      {messages / collector_s:10,.0f} messages/s, twice as many readings")
    figures = {"committed_per_s": round(messages / collector_s), "ratio_to_paho": round(paho_s / collector_s, 2)}
    print(json.dumps({"messages": messages, **figures}))


@contextmanager
def _database() -> Iterator[str]:
    """A cluster with fsync, migrated, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="besok-bench-") as name:
        os.chmod(name, 0o755)  # noqa: PTH101 - the server's account must be able to enter
        cluster = postgres.Cluster(folder=Path(name), port=ports.free()[0], user=program.unprivileged("postgres"))
        server = cluster.program()
        process = program.start(server, Path(name) / "log")
        try:
            program.wait_until(cluster.ready, process, "postgres", limit_s=60)
            migrate(cluster.url())
            yield cluster.url()
        finally:
            program.stop(process, server)


def _client(settings: Settings, name: str) -> paho.Client:
    client = paho.Client(CallbackAPIVersion.VERSION2, name, protocol=MQTTProtocolVersion.MQTTv5, manual_ack=True)
    lasting = Properties(PacketTypes.CONNECT)
    lasting.SessionExpiryInterval = 3600
    lasting.ReceiveMaximum = settings.mqtt_inflight
    client.connect(settings.mqtt_host, settings.mqtt_port, clean_start=False, properties=lasting)
    return client


def _subscribe(settings: Settings, name: str) -> None:
    """Let the broker keep a queue for `name`."""
    client = _client(settings, name)
    granted = threading.Event()
    client.on_connect = lambda *args: client.subscribe(TOPICS, 1)
    client.on_subscribe = lambda *args: granted.set()
    client.loop_start()
    granted.wait(10)
    client.disconnect()
    client.loop_stop()


def _fill(settings: Settings, messages: int) -> None:
    """Publish minute by minute, door by door, ending now."""
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.max_inflight_messages_set(5000)
    client.connect(settings.mqtt_host, settings.mqtt_port)
    client.loop_start()
    start = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=messages // DOORS)
    infos: list[paho.MQTTMessageInfo] = []
    for n in range(messages):
        if len(infos) == PORTION:
            infos.pop().wait_for_publish(120)
            infos.clear()
        minute, door = divmod(n, DOORS)
        item = {"time": (start + timedelta(minutes=minute)).isoformat(), "period_s": 60, "in": n % 7, "out": n % 5}
        infos.append(client.publish(f"besok/v1/house/door-{door}/flow", json.dumps(item), qos=1))
    for info in infos:
        info.wait_for_publish(120)
    client.disconnect()
    client.loop_stop()


def _drain(settings: Settings, messages: int) -> float:
    """Seconds that paho takes to receive and acknowledge the queue."""
    client = _client(settings, "yardstick")
    left, done = messages, threading.Event()

    def receive(client: paho.Client, userdata: object, message: paho.MQTTMessage) -> None:
        nonlocal left
        client.ack(message.mid, 1)
        left -= 1
        if not left:
            done.set()

    client.on_message = receive
    start = time.perf_counter()
    client.loop_start()
    done.wait(600)
    seconds = time.perf_counter() - start
    client.disconnect()
    client.loop_stop()
    return seconds


def _collect(settings: Settings, url: str, messages: int) -> float:
    """Seconds that the collector takes until all of it is committed."""
    stop = threading.Event()
    worker = threading.Thread(target=collector.run, args=(settings, stop))
    with psycopg.connect(url, autocommit=True) as conn:
        start = time.perf_counter()
        worker.start()
        while (row := conn.execute("select count(*) from reading").fetchone()) and row[0] < 2 * messages:
            time.sleep(0.1)
        seconds = time.perf_counter() - start
    stop.set()
    worker.join()
    return seconds


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
