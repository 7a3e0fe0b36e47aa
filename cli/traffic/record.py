"""Recording of real traffic on some topics, without personal data and beside all other clients.

The recorder is a client of its own with a session that ends with it, and it acknowledges nothing for anybody else: the
collector's queue is not touched.
"""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from besok.model import broker_link
from besok.model import topics as topic_filters
from besok.model.broker import configure_client, leave
from besok.model.decode_context import DecodeContext
from besok.model.errors import RecordingError
from besok.model.readings import Message
from besok.model.settings import Settings
from cli.traffic.recording import Writer
from collectors.privacy import redacted

log = logging.getLogger(__name__)

KEEPALIVE_S: Final = 30
FLUSH_S: Final = 1.0  # what a killed recorder loses at most


@dataclass(slots=True)
class Count:
    """The progress of a recording: messages, redacted ones, and gaps."""

    messages: int = 0
    stripped: int = 0
    missing: int = 0


def run(
    settings: Settings,
    topics: Sequence[str],
    file: Path,
    *,
    stop: threading.Event,
    known: DecodeContext,
    for_s: float | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Count:
    """Record `topics` (filters) into the new `file` for `for_s` seconds, or until `stop` is set.

    Names that are not `known` become pseudonyms. Raises RecordingError for filters or files that cannot be used, also
    while it runs (a full disk).
    """
    for topic in topics:
        if wrong := topic_filters.problem(topic):
            raise RecordingError(f"the topics {topic!r} cannot be recorded: {wrong}")
    until = None if for_s is None else time.monotonic() + for_s
    writer = Writer(file, topics)
    recorder = _Recorder(settings, topics, writer, stop, clock, known)
    try:
        recorder.start()
        while not stop.is_set() and (until is None or time.monotonic() < until):
            stop.wait(FLUSH_S if until is None else max(0, min(FLUSH_S, until - time.monotonic())))
            recorder.flush()
    finally:
        recorder.end()
    if recorder.failed:
        raise RecordingError(f"{file} cannot be written any more: {recorder.failed}") from recorder.failed
    return recorder.count


class _Recorder:
    """The connection; messages are written in its network thread, so that a slow disk slows the broker's sending."""

    def __init__(
        self,
        settings: Settings,
        topics: Sequence[str],
        writer: Writer,
        stop: threading.Event,
        clock: Callable[[], datetime],
        known: DecodeContext,
    ) -> None:
        self.count = Count()
        self.failed: OSError | None = None
        self._settings, self._topics, self._stop, self._clock = settings, topics, stop, clock
        self._known = known
        self._writer, self._lock = writer, threading.Lock()
        self._away = False
        self._link = broker_link.Link(settings)
        self._client = self._make_client()

    def start(self) -> None:
        s = self._settings
        self._client.connect_async(s.mqtt_host, s.mqtt_port, KEEPALIVE_S)
        self._client.loop_start()

    def flush(self) -> None:
        with self._lock:
            self._try(self._writer.flush)

    def end(self) -> None:
        leave(self._client)
        with self._lock:
            self._try(self._writer.close)

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except OSError as exc:
            self.failed = self.failed or exc
            self._stop.set()

    def _make_client(self) -> paho.Client:
        s = self._settings
        name = f"besok-recorder-{uuid.uuid4().hex[:8]}"
        client = paho.Client(CallbackAPIVersion.VERSION2, name, protocol=MQTTProtocolVersion.MQTTv5)
        configure_client(client, s)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._link.failed
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        return client

    # What follows runs in the network thread.

    def _on_connect(self, client: paho.Client, _u: Any, _f: Any, code: ReasonCode, _p: object) -> None:
        if code.is_failure:
            self._link.refused(code)
            return
        self._link.made()
        self.count.missing += self._away
        self._away = False
        client.subscribe([(topic, SubscribeOptions(qos=2)) for topic in self._topics])

    def _on_disconnect(
        self, _c: paho.Client, _u: Any, flags: paho.DisconnectFlags, code: ReasonCode, _p: object
    ) -> None:
        self._away = self._away or code.is_failure
        self._link.ended(flags, code, had=True)

    def _on_subscribe(self, _c: paho.Client, _u: Any, _mid: int, codes: list[ReasonCode], _p: object) -> None:
        for topic, code in zip(self._topics, codes, strict=False):
            if code.is_failure:
                why = broker_link.reason(code.value, str(code))
                log.error(
                    "The broker refuses the topics %s: %s",
                    topic,
                    why,
                    extra={"action": "mqtt_no_subscription"},
                )
            else:
                log.info("Recording %s", topic, extra={"action": "recording_topics"})

    def _on_message(self, _client: paho.Client, _userdata: Any, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            return  # no sensor has such a topic, and no adapter could be asked about it
        payload = bytes(message.payload)
        received = Message(topic=topic, payload=payload, received=self._clock(), retained=message.retain)
        plain = redacted(received, self._known)
        self.count.messages += 1
        self.count.stripped += plain != received
        with self._lock:
            if not self.failed:
                self._try(lambda: self._writer.add(plain))
