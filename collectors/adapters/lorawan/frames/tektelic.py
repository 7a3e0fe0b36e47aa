"""TEKTELIC room and home sensors (Smart Room, VIVID, COMFORT, BREEZE): channel, type, value (big-endian) on port 10.

A frame may be as short as `0a00ff` (somebody moves), so it is read only from devices known to be of this make.
Format: TEKTELIC technical reference manuals.
"""

from typing import Final

from collectors.adapters.lorawan.frames.codec import Codec
from collectors.adapters.lorawan.layout import SKIP, Field, Item, Key, consumed, item, note_items
from collectors.adapters.sheet import Sheet
from collectors.lorawan.uplink import Uplink

PORT: Final = 10
OUI: Final = "647fda"

ITEMS: Final[dict[Key, Item]] = {
    (0x00, 0xBA): item(2, Field(metric="battery_v", width=2, scale=0.001)),
    (0x00, 0xD3): item(1, Field(metric="battery_pct")),
    (0x00, 0xBD): SKIP[2],
    (0x00, 0xFF): item(2, Field(metric="battery_v", width=2, scale=0.01)),
    (0x01, 0x00): SKIP[1],
    (0x02, 0x00): SKIP[1],
    (0x03, 0x67): item(2, Field(metric="temperature_c", width=2, signed=True, scale=0.1)),
    (0x04, 0x68): item(1, Field(metric="humidity_pct", scale=0.5)),
    (0x05, 0x02): SKIP[2],
    (0x07, 0x71): SKIP[6],
    (0x08, 0x04): SKIP[2],
    (0x09, 0x00): SKIP[1],
    (0x0A, 0x00): item(1, Field(metric="occupied", codes={0xFF: 1})),
    (0x0B, 0x67): SKIP[2],  # the processor's temperature
    (0x0B, 0xE4): item(2, Field(metric="co2_ppm", width=2)),
    (0x0C, 0x00): SKIP[1],
    (0x0C, 0x73): SKIP[2],
    (0x0D, 0x04): item(2, Field(metric="motions", width=2)),
    (0x0E, 0x00): SKIP[1],
    (0x0E, 0xE4): SKIP[2],  # the same, not smoothed
    (0x0F, 0x04): SKIP[2],
    (0x10, 0x02): SKIP[1],
    (0x11, 0x02): SKIP[2],
    (0x11, 0xD3): SKIP[1],
    (0x12, 0x04): SKIP[4],
}


def claims(uplink: Uplink) -> bool:
    """Accept frames of known items to the last byte on TEKTELIC's port, from a TEKTELIC device."""
    return uplink.fport == PORT and uplink.device.startswith(OUI) and bool(consumed(uplink.payload, ITEMS, 2))


def read(uplink: Uplink, sheet: Sheet, _name: str) -> str:
    """Note what the items say; other ports carry settings and their answers."""
    if uplink.fport != PORT:
        return "settings, an answer to them, or what a device says of itself"
    note_items(sheet, uplink.payload, ITEMS, 2, "big")
    return "nothing about people, air or light"


CODEC: Final = Codec(vendor="TEKTELIC", names=("tektelic",), read=read, claims=claims)
