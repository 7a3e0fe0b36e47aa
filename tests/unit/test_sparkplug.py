"""Sparkplug B: metrics in Protocol Buffers and in JSON, births and deaths."""

import struct

import pytest
from adapting import EPOCH, TIME, decode, device, said


def varint(value: int) -> bytes:
    found = b""
    while value > 0x7F:
        found, value = found + bytes([value & 0x7F | 0x80]), value >> 7
    return found + bytes([value])


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def text(field: int, value: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(value)) + value


def metric(name: str, kind: int, value: bytes, time: int = 0) -> bytes:
    named = text(1, name.encode()) if name else number(2, 7)
    return text(2, named + (number(3, time) if time else b"") + number(4, kind) + value)


def message(*metrics: bytes) -> bytes:
    return number(1, EPOCH * 1000) + b"".join(metrics) + number(3, 17)


def test_metrics_of_a_device() -> None:
    payload = message(
        metric("in_total", 8, number(11, 4711)),
        metric("Humidity", 3, number(10, 41), time=(EPOCH - 60) * 1000),
        metric("Temperature", 9, varint(12 << 3 | 5) + struct.pack("<f", 21.5)),
        metric("CO2", 10, varint(13 << 3 | 1) + struct.pack("<d", 640)),
        metric("Properties/Serial", 12, text(15, b"A1")),
        metric("Humidity", 9, number(7, 1)),
    )
    decoded = decode("spBv1.0/library/DDATA/gateway/door", payload)
    assert device(decoded) == ("sparkplug", "library/gateway/door")
    assert said(decoded) == {
        "flow:1 in_total": 4711,
        "level:1 humidity_pct": 41,
        "level:1 temperature_c": 21.5,
        "level:1 co2_ppm": 640,
    }
    assert [(TIME - r.time).total_seconds() for r in decoded.readings if r.time] == [0, 60, 0, 0]


def test_numbers_below_zero() -> None:
    payload = message(metric("Temperature", 3, number(10, 0xFFFFFFFB)))
    assert said(decode("spBv1.0/library/NDATA/gateway", payload)) == {"level:1 temperature_c": -5}


def test_births_and_deaths() -> None:
    born = decode("spBv1.0/library/NBIRTH/gateway", message(metric("bdSeq", 8, number(11, 1))))
    assert [(s.device, s.online) for s in born.statuses] == [("library/gateway", True)]
    gone = decode("spBv1.0/library/DDEATH/gateway/door", message())
    assert [(s.device, s.online) for s in gone.statuses] == [("library/gateway/door", False)]


def test_names_in_doubt_and_numbers_for_names_are_told() -> None:
    told = decode("spBv1.0/l/DDATA/g/d", message(metric("Hall/People Count", 8, number(11, 3)))).problems
    assert told[0].startswith('"Hall/People Count" may be of people')
    told = decode("spBv1.0/l/DDATA/g/d", message(metric("", 8, number(11, 3)))).problems
    assert "switch aliases off" in told[0]


@pytest.mark.parametrize("topic", ["spBv1.0/l/NCMD/g", "spBv1.0/STATE/host", "spBv1.0/l/DCMD/g/d"])
def test_what_is_not_data(topic: str) -> None:
    assert decode(topic, message()).not_data


@pytest.mark.parametrize(
    "payload", [b"\xff" * 12, b"\x12\x7f", b"\x0b", b"\x0d\x01", b"{", b'{"metrics": 3}']
)
def test_what_is_refused(payload: bytes) -> None:
    assert decode("spBv1.0/l/DDATA/g/d", payload).problems
