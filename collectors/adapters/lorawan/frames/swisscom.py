"""Swisscom Multisense: version, mode, status and battery, then items of a type and a value (big-endian), on port 3."""

from typing import Final

from collectors.adapters.lorawan.frames.codec import Codec
from collectors.adapters.lorawan.layout import SKIP, Field, Item, Key, fixed, item, note_items
from collectors.adapters.sheet import Sheet
from collectors.lorawan.uplink import Uplink

PORT: Final = 3
HEADER: Final = 4  # bytes
_BATTERY: Final = Field(metric="battery_v", at=3, scale=0.006, offset=2.0)
_TEMPERATURE: Final = Field(metric="temperature_c", width=2, signed=True, scale=0.01)
_HUMIDITY: Final = Field(metric="humidity_pct", scale=0.5)
ITEMS: Final[dict[Key, Item]] = {
    1: item(2, _TEMPERATURE),
    2: item(1, _HUMIDITY),
    3: SKIP[2],  # how often a door opened or closed
    4: item(2, Field(metric="motions_total", width=2)),
    5: SKIP[6],
    6: item(16, _TEMPERATURE),  # now, and seven before at intervals that are not told
    7: item(8, _HUMIDITY),
}


def read(uplink: Uplink, sheet: Sheet, _name: str) -> str:
    """Note movements, climate and battery."""
    if uplink.fport != PORT:
        return "settings, or what a device says of itself"
    fixed(sheet, uplink.payload, HEADER, (_BATTERY,))
    note_items(sheet, uplink.payload, ITEMS, 1, "big", HEADER)
    return ""


CODEC: Final = Codec(vendor="Swisscom", names=("swisscom", "multisense"), read=read)
