"""Sensative Strips: presence, climate, light. Port 1 tells how things are, port 2 what the device remembers.

A frame begins with a number; items follow, a type (its highest bit is of no matter here) and a value (big-endian). On
port 2 each item is preceded by its age in seconds.
Format: Sensative Strips LoRa payload.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from besok.model.errors import Unreadable
from collectors.adapters.lorawan.frames.codec import Codec
from collectors.adapters.lorawan.layout import SKIP, Field, Item, item, note
from collectors.adapters.sheet import Sheet
from collectors.lorawan.uplink import Uplink

NOW, MEMORY = 1, 2  # ports
HEADER: Final = 2  # bytes


def _temperature(at: int = 0) -> Field:
    return Field(metric="temperature_c", at=at, width=2, signed=True, scale=0.1)


_HUMIDITY: Final = Field(metric="humidity_pct", scale=0.5)
_LIGHT: Final = Field(metric="light_lux", width=2)
TYPES: Final[dict[int, Item]] = {
    0: SKIP[0],
    1: item(1, Field(metric="battery_pct")),
    2: item(2, _temperature()),
    3: SKIP[1],
    4: SKIP[2],
    5: SKIP[1],
    6: item(1, _HUMIDITY),
    7: item(2, _LIGHT),
    8: item(2, _LIGHT),
    **dict.fromkeys(range(9, 17), SKIP[1]),
    17: SKIP[2],  # how often a door opened
    18: item(1, Field(metric="occupied")),
    19: SKIP[2],
    20: SKIP[2],
    21: SKIP[1],
    22: SKIP[1],
    80: item(3, _HUMIDITY, _temperature(1)),
    81: SKIP[3],
    82: item(3, _temperature(1)),
    110: SKIP[8],
    112: SKIP[2],
    113: SKIP[2],
    114: SKIP[2],
}


def read(uplink: Uplink, sheet: Sheet, _name: str) -> str:
    """Note how things are, or were."""
    if uplink.fport not in (NOW, MEMORY):
        return "settings, or an answer to them"
    for found, time, body in _items(uplink.payload, uplink.fport == MEMORY, sheet.time):
        note(sheet, body, found.fields, "big", time=time)
    return "nothing about people, air or light"


def _items(data: bytes, aged: bool, time: datetime | None) -> Iterator[tuple[Item, datetime | None, bytes]]:
    at = HEADER
    while at < len(data):
        begins = at + (4 if aged else 0)
        found = TYPES.get(data[begins] & 0x7F) if begins < len(data) else None
        size = found.size if found is not None and isinstance(found.size, int) else 0
        if found is None or begins + 1 + size > len(data):
            raise Unreadable(f"the item at byte {at + 1} of {len(data)} is not known here, or breaks off")
        age_s = int.from_bytes(data[at:begins], "big")
        yield (
            found,
            time and time - timedelta(seconds=min(age_s, 10**8)),
            data[begins + 1 : begins + 1 + size],
        )
        at = begins + 1 + size


CODEC: Final = Codec(vendor="Sensative", names=("sensative",), read=read)
