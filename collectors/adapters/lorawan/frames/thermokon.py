"""Thermokon MCS LRW and kin: items of a tag of one byte (two from 80 on) and a value (big-endian).

Format: Thermokon data sheet, revision C.
"""

from typing import Final

from collectors.adapters.lorawan.frames.codec import Codec
from collectors.adapters.lorawan.layout import SKIP, Field, Item, Key, item, note_items
from collectors.adapters.sheet import Sheet
from collectors.lorawan.uplink import Uplink

ITEMS: Final[dict[Key, Item]] = {
    0x10: item(2, Field(metric="temperature_c", width=2, signed=True, scale=0.1)),
    0x11: item(1, Field(metric="humidity_pct", signed=True)),
    0x12: item(2, Field(metric="co2_ppm", width=2)),
    0x13: SKIP[2],
    0x30: SKIP[2],
    0x31: SKIP[2],
    0x32: SKIP[2],
    0x40: item(2, Field(metric="light_lux", width=2)),
    # One byte for both: the lowest bit says whether somebody is there, the others how often somebody moved.
    0x41: item(1, Field(metric="occupied", mask=0x01), Field(metric="motions", shift=1)),
    0x50: SKIP[1],
    0x51: SKIP[2],
    0x54: item(1, Field(metric="battery_v", scale=0.02)),
    0x63: SKIP[1],
    (0x84, 0x13): SKIP[2],
    (0x84, 0x14): SKIP[2],
    (0x85, 0x40): item(2, Field(metric="battery_v", width=2, scale=0.001)),
    (0x95, 0x00): SKIP[1],
    (0x95, 0x10): SKIP[2],
    (0xC1, 0x03): SKIP[1],
}
SETTINGS: Final = (0xC0, 0xC1, 0xC2)  # first byte of their tags; a value has two bytes


class _Items(dict[Key, Item]):
    def get(self, key: Key, default: Item | None = None) -> Item | None:  # type: ignore[override]
        found = super().get(key)
        return (
            SKIP[2] if found is None and isinstance(key, tuple) and key[0] in SETTINGS else found or default
        )


_ALL: Final = _Items(ITEMS)


def read(uplink: Uplink, sheet: Sheet, _name: str) -> str:
    """Note what the items say."""
    note_items(sheet, uplink.payload, _ALL, lambda first: 1 if first < 0x80 else 2, "big")
    return "settings of a device"


CODEC: Final = Codec(vendor="Thermokon", names=("thermokon",), read=read)
