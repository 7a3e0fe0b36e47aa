"""Yosensi YO sensors, payload version 2: a header, then measurements that say their type, age, address and size.

A people counter sends, at the addresses 00 to 03, people from left to right and right to left since the last frame and
their sums; another device's only counter counts movements. Values are big-endian and signed.
Format: https://yosensi.io (payload V2).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from besok.model.errors import Unreadable
from collectors.adapters.lorawan.frames.codec import Codec
from collectors.adapters.sheet import Sheet
from collectors.lorawan.uplink import Uplink

VERSION: Final = 2
HEADER: Final = 4  # bytes: version, number of the frame, seconds between making and sending it
COUNTER: Final = 24
# by type: metric, factor
LEVELS: Final = {
    2: ("battery_v", 0.001),
    3: ("temperature_c", 1.0),
    4: ("humidity_pct", 1.0),
    6: ("light_lux", 1000.0),
    27: ("co2_ppm", 1.0),
    28: ("sound_db", 1.0),
}
COUNTS: Final = {b"\x00": "in", b"\x01": "out", b"\x02": "in_total", b"\x03": "out_total"}


@dataclass(frozen=True, slots=True)
class Measurement:
    """One value: its type, when it was taken after the frame was begun, where in the device, and how wide it is."""

    kind: int
    after_s: int
    address: bytes
    value: float
    width: int


def read(uplink: Uplink, sheet: Sheet, _name: str) -> str:
    """Note counts, sums and room climate, each at its own time."""
    data = uplink.payload
    if len(data) <= HEADER or data[0] != VERSION:
        raise Unreadable("the frame is not one of payload version 2")
    begun = _earlier(sheet.time, int.from_bytes(data[2:4], "big"))
    found: list[Measurement] = []
    try:
        for one in _measurements(data):
            found.append(one)  # noqa: PERF402 - what was read before a frame breaks off counts
    except Unreadable as exc:
        sheet.problems.append(str(exc))
    counters = [m for m in found if m.kind == COUNTER]
    for one in found:
        time = _earlier(begun, -one.after_s)
        if one.kind in LEVELS:
            metric, factor = LEVELS[one.kind]
            sheet.note(metric, round(one.value * factor, 6), time=time)
        elif one.kind == COUNTER and len(counters) > 1 and one.address in COUNTS:
            sheet.note(COUNTS[one.address], one.value, time=time, wraps=1 << (8 * one.width))
        elif one.kind == COUNTER and len(counters) == 1:
            sheet.note("motions", one.value, time=time)
    return "nothing about people, air or light"


def _measurements(data: bytes) -> Iterator[Measurement]:
    at = HEADER
    while at < len(data):
        head = data[at : at + 3]
        address, width = (head[2] >> 4, (head[2] & 0x0F) + 1) if len(head) == 3 else (0, 1)
        end = at + 3 + address + width
        if end > len(data):
            raise Unreadable(
                f"the frame breaks off: a measurement at byte {at + 1} has {len(data) - at} bytes"
            )
        raw = int.from_bytes(data[at + 3 + address : end], "big", signed=True)
        places = head[0] & 0x03
        yield Measurement(
            head[0] >> 2, head[1], data[at + 3 : at + 3 + address], round(raw / 10**places, 6), width
        )
        at = end


def _earlier(time: datetime | None, seconds: int) -> datetime | None:
    return time and time - timedelta(seconds=seconds)


CODEC: Final = Codec(vendor="Yosensi", names=("yosensi",), read=read)
