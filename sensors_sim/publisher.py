"""The MQTT connection of all simulated devices: MQTT 5, quality of service 1, with resending after broker restarts.

What has not been acknowledged is kept while the broker is away and sent again when it is back; more than a few hundred
messages wait with whoever makes them. A broker that is killed forgets what it acknowledged in its last seconds, so
those are sent again too: the same readings, which count once.
"""

import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Sequence
from typing import Any, Final

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode

from besok.model.broker import configure_client, leave
from besok.model.broker_link import Link
from besok.model.settings import Settings
from sensors_sim.formats import native

log = logging.getLogger(__name__)

KEEPALIVE_S: Final = 30
WINDOW: Final = 500  # messages under way
REPEAT_S: Final = 10.0  # twice what Mosquitto, saving every 5 s as we run it, may forget
REPEAT_LIMIT: Final = 100_000  # messages
FAREWELL_S: Final = 3.0  # how long the last messages may take


class Publisher:
    """Publishes for `devices`, given as (site, device), which are online while it lives."""

    def __init__(
        self,
        settings: Settings,
        devices: Sequence[tuple[str, str]] = (),
        *,
        repeat_s: float = REPEAT_S,
        farewell: bytes = native.OFFLINE,
    ) -> None:
        """Prepare a connection, which waits for a broker that is away. Raises SettingsError for bad certificates.

        What was sent in the last `repeat_s` seconds is sent again to a broker that comes back; 0 where a duplicate
        would count twice. `farewell` is what the devices say at the end; with nothing the broker forgets them.
        """
        self._settings, self._devices, self._repeat_s = settings, devices, repeat_s
        self._farewell = farewell
        self._link = Link(settings)
        self._room = threading.Condition()
        self._under_way = 0
        self._recent: deque[tuple[float, str, bytes]] = deque(maxlen=REPEAT_LIMIT)  # when, topic, payload
        self._client = self._make_client()

    def __enter__(self) -> "Publisher":
        s = self._settings
        self._client.connect_async(s.mqtt_host, s.mqtt_port, KEEPALIVE_S)
        self._client.loop_start()
        return self

    def __exit__(self, *_: object) -> None:
        """Let all devices say farewell, wait a moment for the acknowledgements, and leave."""
        if self._client.is_connected():
            self._say(self._farewell)
            self.settle(FAREWELL_S)
        leave(self._client)

    def send(self, topic: str, payload: bytes, stop: threading.Event, *, retain: bool = False) -> None:
        """Publish one message, retained if `retain`. Waits while too many are under way, but not once `stop` is set."""
        with self._room:
            while self._under_way >= WINDOW and not stop.is_set():
                self._room.wait(0.2)
        if not stop.is_set():
            self._remember(topic, payload)
            self._publish(topic, payload, retain=retain)

    def settle(self, limit_s: float) -> bool:
        """Wait until everything has been acknowledged; False if that takes longer than `limit_s` seconds."""
        with self._room:
            return self._room.wait_for(lambda: self._under_way == 0, limit_s)

    def _remember(self, topic: str, payload: bytes) -> None:
        now = time.monotonic()
        with self._room:
            # While the broker is away nothing gets old: it may have forgotten all of this.
            while self._client.is_connected() and self._recent and now - self._recent[0][0] > self._repeat_s:
                self._recent.popleft()
            if self._repeat_s:
                self._recent.append((now, topic, payload))

    def _repeat(self) -> None:
        """Resend what was published in the seconds before the broker went away."""
        with self._room:
            recent = [(topic, payload) for _, topic, payload in self._recent]
        for topic, payload in recent:
            self._publish(topic, payload)

    def _publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        with self._room:
            self._under_way += 1
        self._client.publish(topic, payload, qos=1, retain=retain)

    def _say(self, status: bytes) -> None:
        for site, device in self._devices:
            self._publish(native.topic(site, device, "status"), status, retain=True)

    def _make_client(self) -> paho.Client:
        s = self._settings
        name = f"besok-simulator-{uuid.uuid4().hex[:8]}"  # two simulators may run at once
        client = paho.Client(CallbackAPIVersion.VERSION2, name, protocol=MQTTProtocolVersion.MQTTv5)
        configure_client(client, s)
        client.max_inflight_messages_set(WINDOW)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._link.failed
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        return client

    # What follows runs in the network thread.

    def _on_connect(self, _c: paho.Client, _u: Any, _f: Any, code: ReasonCode, _p: object) -> None:
        if code.is_failure:
            self._link.refused(code)
            return
        self._link.made()
        self._say(native.ONLINE)
        self._repeat()

    def _on_disconnect(
        self, _c: paho.Client, _u: Any, flags: paho.DisconnectFlags, code: ReasonCode, _p: object
    ) -> None:
        self._link.ended(flags, code, had=True)

    def _on_publish(self, _c: paho.Client, _u: Any, _mid: int, code: ReasonCode, _p: object) -> None:
        if code.is_failure:
            log.error("The broker refuses a message: %s", code, extra={"action": "mqtt_message_refused"})
        with self._room:
            self._under_way -= 1
            self._room.notify_all()
