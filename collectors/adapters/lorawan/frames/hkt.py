"""HKT people counters: `hkt`, two bytes, the kind of frame, its value (big-endian).

A and B are the two directions through the beam; the absolute counts (32 bits) are what counts.
"""

from typing import Final

from besok.model.errors import Unreadable
from collectors.adapters.lorawan.frames.codec import Codec
from collectors.adapters.lorawan.layout import Field, fixed
from collectors.adapters.sheet import Sheet
from collectors.lorawan.uplink import Uplink

MAGIC: Final = b"hkt"
HEADER: Final = 6  # bytes, the kind of frame included
COUNTS: Final = (
    Field(metric="in", width=2),
    Field(metric="out", at=2, width=2),
    Field(metric="in_total", at=4, width=4),
    Field(metric="out_total", at=8, width=4),
)
NOT_DATA: Final = {
    0x01: "the version of a device",
    0x04: "how a device reports",
    0x06: "the threshold of a device",
    0x83: "a device tells whether its beam is disturbed",
    0x84: "a device tells whether it hangs on its wall",
}


def claims(uplink: Uplink) -> bool:
    """Accept frames of counts: other devices of this make begin with the same letters."""
    return uplink.payload[:3] == MAGIC and len(uplink.payload) == HEADER + 12 and uplink.payload[5] == 7


def read(uplink: Uplink, sheet: Sheet, _name: str) -> str:
    """Note counts or battery."""
    data = uplink.payload
    if data[:3] != MAGIC or len(data) <= HEADER:
        raise Unreadable("the frame does not begin as one of these devices")
    kind, body = data[5], data[HEADER:]
    if kind == 0x07:
        fixed(sheet, body, 12, COUNTS, "big")
    elif kind == 0x03:
        fixed(sheet, body, 1, (Field(metric="battery_pct"),))
    elif kind not in NOT_DATA:
        raise Unreadable(f"a frame of kind {kind:02x} is not known here")
    return NOT_DATA.get(kind, "")


CODEC: Final = Codec(vendor="HKT", names=("hkt",), read=read, claims=claims)
