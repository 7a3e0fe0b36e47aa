"""paho-mqtt reading in bulk: one read of the socket brings hundreds of messages, one write acknowledges a batch.

paho asks the kernel five times for each message and builds a dozen objects, which suits a sensor and not a city. It
stays in charge of everything else: connecting, encryption, keeping alive, subscribing, and every packet that is no
plain PUBLISH or that is broken. What is used of it beyond its public names is `_sock_recv` and `_packet_queue`.
"""

import struct
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode

READ_SIZE = 262_144  # bytes asked of the socket at once
PUBLISH, PUBACK = 0x30, 0x40
_puback = struct.Struct("!BBH").pack


class Published(NamedTuple):
    """A message as received: `mid` is 0 at quality of service 0; the topic may not be valid text."""

    topic: bytes
    payload: bytes
    mid: int
    duplicate: bool
    retained: bool


class BulkClient(paho.Client):
    """A client that delivers all messages of a read together. For MQTT 5, subscribed at quality of service 0 or 1."""

    def __init__(self, *args: Any, on_messages: Callable[[list[Published]], None], **more: Any) -> None:
        """`on_messages` runs in the network thread; it must not raise."""
        super().__init__(*args, **more)
        self._on_messages = on_messages
        self._read = bytearray()  # bytes of a packet that is not yet complete

    def acknowledge(self, mids: Iterable[int]) -> None:
        """Let the broker forget these messages."""
        packets = b"".join([_puback(PUBACK, 2, mid) for mid in mids])
        if packets:
            self._packet_queue(PUBACK, packets, 0, 1)

    def reconnect(self) -> MQTTErrorCode:
        """Connect again; unfinished packets of the old connection are discarded."""
        self._read.clear()
        return super().reconnect()

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Read from the socket; called by paho's network thread when data is there."""
        try:
            received = super()._sock_recv(READ_SIZE)
        except BlockingIOError:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        except OSError:
            received = b""
        if not received:  # paho reads again, finds the connection lost too, and handles it
            return super().loop_read(max_packets)
        self._read += received
        return self._hand_on()

    def _hand_on(self) -> MQTTErrorCode:
        while True:
            messages, end = publishes(self._read)
            del self._read[:end]
            if messages:
                self._on_messages(messages)
            if _span(self._read, 0) is None:  # incomplete
                return MQTTErrorCode.MQTT_ERR_SUCCESS
            if (code := super().loop_read()) or self.socket() is None:
                return code

    def _sock_recv(self, bufsize: int) -> bytes:
        if not self._read:
            return super()._sock_recv(bufsize)
        part = bytes(self._read[:bufsize])
        del self._read[:bufsize]
        return part


def publishes(data: bytearray) -> tuple[list[Published], int]:
    """Return the complete, valid messages at the beginning of `data`, and where they end."""
    messages: list[Published] = []
    at = 0
    with memoryview(data) as view:
        while (span := _span(data, at)) and data[at] & 0xF0 == PUBLISH:
            message = _published(data, view, *span, data[at])
            if message is None:
                break
            messages.append(message)
            at = span[1]
    return messages, at


def _span(data: bytearray, at: int) -> tuple[int, int] | None:
    """Find where the body of the packet at `at` begins and ends; None if it is incomplete.

    A length of more than four bytes is against the protocol: it counts as whole, for paho to close the connection.
    """
    span = _length(data, at + 1, len(data))
    if span is None:
        return (at, at) if len(data) >= at + 5 else None
    return span if span[1] <= len(data) else None


def _length(data: bytearray, at: int, end: int) -> tuple[int, int] | None:
    """Read a length of at most four bytes before `end`: where its data begins and ends; None if it has more."""
    length = 0
    for number, byte in enumerate(data[at : min(at + 4, end)]):
        length |= (byte & 0x7F) << 7 * number
        if byte < 0x80:
            return at + number + 1, at + number + 1 + length
    return None


def _published(data: bytearray, view: memoryview, begin: int, end: int, header: int) -> Published | None:
    """Return the message in a packet's body; None if it is broken or of quality of service 2, which paho handles."""
    quality = header & 0x06
    topic_at = begin + 2
    if topic_at > end or quality > 2:
        return None
    at = topic_end = topic_at + (data[begin] << 8 | data[begin + 1])
    mid = 0
    if quality:
        at += 2
        if at > end:
            return None
        mid = data[topic_end] << 8 | data[topic_end + 1]
    if at >= end:
        return None
    properties = _length(data, at, end)  # of which none matters
    if properties is None or properties[1] > end or (quality and not mid):
        return None
    topic, payload = bytes(view[topic_at:topic_end]), bytes(view[properties[1] : end])
    return Published(topic, payload, mid, header & 0x08 > 0, header & 0x01 > 0)
