"""Reading in bulk: every packet of a stream is taken whole and once, however the stream is cut."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import CallbackAPIVersion
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion

from collectors.bulk import BulkClient, Published, publishes

PINGRESP = b"\xd0\x00"


def varint(n: int) -> bytes:
    found = bytearray()
    while True:
        n, byte = n >> 7, n & 0x7F
        found.append(byte | (0x80 if n else 0))
        if not n:
            return bytes(found)


def packet(m: Published, properties: bytes = b"") -> bytes:
    """A PUBLISH as MQTT 5 lays it down (OASIS, section 3.3)."""
    head = 0x30 | (0x02 if m.mid else 0) | (0x08 if m.duplicate else 0) | (0x01 if m.retained else 0)
    body = struct.pack("!H", len(m.topic)) + m.topic + (struct.pack("!H", m.mid) if m.mid else b"")
    body += varint(len(properties)) + properties + m.payload
    return bytes([head]) + varint(len(body)) + body


def published(topic: bytes = b"a/b", payload: bytes = b"{}", mid: int = 7) -> Published:
    return Published(topic, payload, mid, False, False)


MESSAGES = st.builds(
    Published,
    st.binary(max_size=200),
    st.binary(max_size=300),
    st.integers(0, 65_535),
    st.just(False),
    st.booleans(),
)


@given(st.lists(st.tuples(MESSAGES, st.binary(max_size=150)), max_size=6), st.integers(1, 400))
def test_a_stream_cut_anywhere_gives_its_messages(sent: list[tuple[Published, bytes]], size: int) -> None:
    stream = b"".join(packet(m, properties) for m, properties in sent)
    data, found = bytearray(), []
    for at in range(0, len(stream), size):
        data += stream[at : at + size]
        messages, end = publishes(data)
        del data[:end]
        found += messages
    assert found == [m for m, _ in sent]
    assert not data


@given(st.binary(max_size=40))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    assert publishes(bytearray(b"\x32" + data))[1] <= len(data) + 1


BROKEN = {
    "a topic longer than the packet": b"\x32\x07\x00\xff" + b"abcde",
    "no room for its number": b"\x32\x04\x00\x01a\x00",
    "no properties": b"\x32\x05\x00\x01a\x00\x07",
    "properties longer than the packet": b"\x32\x06\x00\x01a\x00\x07\x7f",
    "quality of service 2": b"\x34\x06\x00\x01a\x00\x07\x00",
    "a number of 0": b"\x32\x06\x00\x01a\x00\x00\x00",
    "nothing at all": b"\x32\x00",
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_broken_is_left_for_paho(data: bytes) -> None:
    good = packet(published())
    assert publishes(bytearray(good + data)) == ([published()], len(good))


@contextmanager
def connected() -> Iterator[tuple[BulkClient, socket.socket, list[list[Published]]]]:
    """A client at one end of a pair of sockets; we are the broker at the other."""
    lots: list[list[Published]] = []
    client = BulkClient(
        CallbackAPIVersion.VERSION2,
        "c",
        protocol=MQTTProtocolVersion.MQTTv5,
        manual_ack=True,
        on_messages=lots.append,
    )
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    client._sock = theirs
    with ours:
        try:
            yield client, ours, lots
        finally:
            theirs.close()


def test_one_read_hands_on_all_and_leaves_other_packets_to_paho() -> None:
    a, b = published(mid=1), published(b"x", b"y" * 200, mid=2)
    with connected() as (client, broker, lots):
        broker.sendall(packet(a) + packet(b) + PINGRESP + packet(a) + packet(b)[:9])
        assert client.loop_read() == MQTTErrorCode.MQTT_ERR_SUCCESS
        assert lots == [[a, b], [a]]
        broker.sendall(packet(b)[9:])
        client.loop_read()
        assert lots == [[a, b], [a], [b]]
        assert client.loop_read() == MQTTErrorCode.MQTT_ERR_SUCCESS  # nothing came
        assert len(lots) == 3


def test_a_batch_is_acknowledged_in_one_write() -> None:
    with connected() as (client, broker, _):
        client.acknowledge([])
        client.acknowledge([1, 513])
        client.loop_write()
        assert broker.recv(100) == b"\x40\x02\x00\x01\x40\x02\x02\x01"


@pytest.mark.parametrize("data", [b"", b"\x32\x09\x00", b"\x32\xff\xff\xff\xff\xff", *BROKEN.values()])
def test_a_stream_that_ends_or_breaks_ends_the_connection(data: bytes) -> None:
    with connected() as (client, broker, lots):
        broker.sendall(data)
        broker.shutdown(socket.SHUT_WR)
        while client.socket() is not None:
            client.loop_read()
        assert lots == []
