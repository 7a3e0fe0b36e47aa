"""The sensors' side: sends letters at quality of service 1, remembers what was acknowledged, repeats the rest."""

import threading
import time
from collections import deque
from collections.abc import Iterable
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

from cli.stack import ports
from tests.torture.world import Kind, Letter

UNDER_WAY = 200  # letters sent and not acknowledged, at most
CONNECT_S = 5  # patience with a broker that accepts and then says nothing
NOBODY_LISTENS = 0x10  # "no matching subscribers", said with an acknowledgement
AGAIN_S = 0.1  # between attempts to connect


class Sender(threading.Thread):
    """Sends `letters` to the broker on `port`, `rate` a second, over as many connections as it takes.

    What was not acknowledged when a connection broke, or acknowledged with the remark that nobody listens, is sent
    again with the same content. A message that has nothing to be known by is not: nobody could tell its second copy
    from another message. It may be there or not.
    """

    def __init__(self, port: int, letters: Iterable[Letter], rate: float) -> None:
        super().__init__(name="sender")
        self._port, self._rate = port, rate
        self._fresh = iter(letters)
        self._again: deque[Letter] = deque()
        self._under_way: dict[int, Letter] = {}
        self._stop_now = threading.Event()
        self.letters: list[Letter] = []
        self.readings = 0  # sent at least once
        self.connections = 0
        self._opened = 0.0  # when the present one was made
        self.ended = False  # whether all is said and acknowledged

    def stop(self) -> None:
        """End, whatever there is still to say."""
        self._stop_now.set()

    def run(self) -> None:
        """Send until all is acknowledged, or stopped."""
        while not self._stop_now.is_set() and not self.ended:
            client = self._connect()
            if client is None:
                self._stop_now.wait(AGAIN_S)
                continue
            self.connections += 1
            self._opened = time.monotonic()
            self.ended = self._talk(client)
            self._take_back()
            client.disconnect()

    def _connect(self) -> paho.Client | None:
        client = paho.Client(
            CallbackAPIVersion.VERSION2, "torture-sensors", protocol=MQTTProtocolVersion.MQTTv5
        )
        client.max_inflight_messages_set(UNDER_WAY)
        client.on_publish = self._acknowledged
        deadline = time.monotonic() + CONNECT_S
        try:
            client.connect(ports.HOST, self._port, clean_start=True)
            while not client.is_connected() and time.monotonic() < deadline:
                if client.loop(0.05) != MQTTErrorCode.MQTT_ERR_SUCCESS:
                    return None
        except OSError:
            return None
        return client if client.is_connected() else None

    def _talk(self, client: paho.Client) -> bool:
        """Send on this connection until it breaks (False) or all is acknowledged (True)."""
        due = time.monotonic()
        last = None
        while not self._stop_now.is_set():
            while len(self._under_way) < UNDER_WAY and due <= time.monotonic():
                last = self._next()
                if last is None:
                    break
                due = max(due + 1 / self._rate, time.monotonic() - 0.1)
                info = client.publish(last.topic, last.payload, qos=1)
                last.sent.append(time.monotonic())
                self._under_way[info.mid] = last
            if last is None and not self._under_way:
                return self._next_is_none()
            if client.loop(0.002) != MQTTErrorCode.MQTT_ERR_SUCCESS:
                return False
        return False

    def _next_is_none(self) -> bool:
        letter = self._next()
        if letter is not None:
            self._again.appendleft(letter)
        return letter is None

    def _next(self) -> Letter | None:
        if self._again:
            return self._again.popleft()
        letter = next(self._fresh, None)
        if letter is not None:
            self.letters.append(letter)
            self.readings += len(letter.facts)
        return letter

    def _acknowledged(self, client: paho.Client, _: object, mid: int, code: Any, properties: Any) -> None:
        letter = self._under_way.pop(mid, None)
        if letter is None:
            return
        if code.value == NOBODY_LISTENS:
            letter.unheard += 1
            self._not_taken(letter)
        elif code.value >= 0x80:
            letter.refused += 1
            self._not_taken(letter)
        else:
            letter.acked, letter.opened = time.monotonic(), self._opened

    def _take_back(self) -> None:
        """What is under way when the connection breaks."""
        for letter in sorted(self._under_way.values(), key=lambda letter: letter.number):
            self._not_taken(letter)
        self._under_way.clear()

    def _not_taken(self, letter: Letter) -> None:
        """Send it again, if a second copy can be told from another message."""
        if letter.kind in (Kind.BARE, Kind.ALIKE):
            letter.given_up = True
        else:
            self._again.append(letter)
