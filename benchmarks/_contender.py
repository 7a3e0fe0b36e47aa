"""A process that drains a queue: `paho` receives and acknowledges, `collector` is the collector itself.

It says "ready" when it has loaded what it needs, begins when a line comes, and ends when its stdin does.
"""

import sys
import threading

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from benchmarks._rig import PATIENCE_S, session
from besok.model.broker import leave
from besok.model.settings import Settings
from collectors import collector
from collectors.devices import registry


def main(what: str, messages: int) -> None:
    """Run the one that is named."""
    if what == "collector":
        registry.index()
    print("ready", flush=True)
    sys.stdin.readline()
    if what == "paho":
        receive(Settings(), messages)
        print("done", flush=True)
    else:
        collect(Settings())


def receive(settings: Settings, messages: int) -> None:
    """Receive and acknowledge `messages`."""
    left, done = messages, threading.Event()

    def take(client: paho.Client, userdata: object, message: paho.MQTTMessage) -> None:
        nonlocal left
        client.ack(message.mid, 1)
        left -= 1
        if not left:
            done.set()

    client = paho.Client(
        CallbackAPIVersion.VERSION2,
        settings.mqtt_client_id,
        protocol=MQTTProtocolVersion.MQTTv5,
        manual_ack=True,
    )
    client.on_message = take
    client.connect(settings.mqtt_host, settings.mqtt_port, clean_start=False, properties=session())
    client.loop_start()
    done.wait(PATIENCE_S)
    leave(client)


def collect(settings: Settings) -> None:
    """Collect until stdin ends."""
    stop = threading.Event()
    worker = threading.Thread(target=collector.run, args=(settings, stop))
    worker.start()
    sys.stdin.read()
    stop.set()
    worker.join()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
