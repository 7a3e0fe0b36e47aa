"""Cayenne LPP: items of a channel, a type and a value (big-endian). The channel is the part.

Inputs and outputs that only their builder can name are left alone. Nothing in a frame says that it is one of these, so
the model must ("Cayenne LPP").
Format: Cayenne Low Power Payload.
"""

from typing import Final

from besok.model.errors import Unreadable
from collectors.adapters.lorawan.frames.codec import Codec
from collectors.adapters.lorawan.layout import SKIP, Field, Item, note
from collectors.adapters.sheet import Sheet
from collectors.lorawan.uplink import Uplink

TYPES: Final[dict[int, Item]] = {
    0x00: SKIP[1],
    0x01: SKIP[1],
    0x02: SKIP[2],
    0x03: SKIP[2],
    0x64: SKIP[4],
    0x65: Item(size=2, fields=(Field(metric="light_lux", width=2),)),
    0x66: Item(size=1, fields=(Field(metric="occupied"),)),
    0x67: Item(size=2, fields=(Field(metric="temperature_c", width=2, signed=True, scale=0.1),)),
    0x68: Item(size=1, fields=(Field(metric="humidity_pct", scale=0.5),)),
    0x71: SKIP[6],
    0x73: SKIP[2],
    0x74: SKIP[2],
    0x75: SKIP[2],
    0x76: SKIP[4],
    0x78: SKIP[1],
    0x79: SKIP[2],
    0x7D: SKIP[2],
    0x80: SKIP[2],
    0x82: SKIP[4],
    0x83: SKIP[4],
    0x84: SKIP[2],
    0x85: SKIP[4],
    0x86: SKIP[6],
    0x87: SKIP[3],
    0x88: SKIP[9],
    0x8E: SKIP[1],
}


def read(uplink: Uplink, sheet: Sheet, _name: str) -> str:
    """Note presence, climate and light of each channel."""
    data, at = uplink.payload, 0
    while at < len(data):
        found = TYPES.get(data[at + 1]) if at + 1 < len(data) else None
        size = found.size if found is not None and isinstance(found.size, int) else 0
        if found is None or at + 2 + size > len(data):
            raise Unreadable(
                f"the item {data[at : at + 2].hex()} at byte {at + 1} is not known here, or breaks off"
            )
        note(sheet, data[at + 2 : at + 2 + size], found.fields, "big", part=str(data[at]))
        at += 2 + size
    return "inputs and outputs that only their builder can name"


CODEC: Final = Codec(vendor="Cayenne LPP", names=("cayenne", "cayennelpp", "lpp"), read=read)
