"""Parametric PCR2, a radar beside a path: people from left to right and from right to left.

Counts on port 14, settings on port 190. The sums (16 bits) run since the device was powered up.
Format: PCR2 application payloads v2 to v4 of Parametric.
"""

from typing import Final

from besok.model.errors import Unreadable
from collectors.adapters.lorawan.frames.codec import Codec
from collectors.adapters.lorawan.layout import SKIP, Field, Item, Key, item, note, note_items
from collectors.adapters.sheet import Sheet
from collectors.lorawan.uplink import Uplink

PORT: Final = 14
SETTINGS_PORT: Final = 190
HEADER: Final = b"\xbe\x01"
_COUNTS: Final = (
    Field(metric="in", at=3, width=2),
    Field(metric="out", at=5, width=2),
    Field(metric="in_total", at=7, width=2),
    Field(metric="out_total", at=9, width=2),
)
# version: size, fields. The temperature is the processor's, and the battery is there only with a solar charger.
EXTENDED: Final = {
    3: (16, _COUNTS),
    4: (17, (*_COUNTS, Field(metric="battery_v", at=11, width=2, scale=0.001, codes={0: None}))),
}
SHORT: Final[dict[Key, Item]] = {
    0x01: SKIP[2],
    0x0A: item(2, Field(metric="in", width=2)),
    0x16: item(2, Field(metric="out", width=2)),
}


def claims(uplink: Uplink) -> bool:
    """Accept the header of the extended form, in a size it has."""
    data = uplink.payload
    if data[:2] != HEADER or len(data) < 3:
        return False
    return uplink.fport == SETTINGS_PORT or (
        uplink.fport == PORT and data[2] in EXTENDED and len(data) == EXTENDED[data[2]][0]
    )


def read(uplink: Uplink, sheet: Sheet, _name: str) -> str:
    """Note counts and sums: left to right is in, right to left is out."""
    data = uplink.payload
    if uplink.fport == SETTINGS_PORT:
        return "the settings of a device"
    if data[:2] != HEADER:
        note_items(sheet, data, SHORT, 1, "big")
        return ""
    size, fields = EXTENDED.get(data[2] if len(data) > 2 else 0, (0, ()))
    if len(data) < size or not size:
        raise Unreadable(
            f"a frame that begins with {data[:3].hex()} and has {len(data)} bytes is not known here"
        )
    note(sheet, data, fields, "big")
    return ""


CODEC: Final = Codec(vendor="Parametric", names=("parametric", "pcr2"), read=read, claims=claims)
