"""MClimate HT-PIR Lite and CO2-PIR Lite: presence, movements since the last frame, climate, battery.

A frame with answers to settings ends with the same bytes as one without.
Format: MClimate command descriptions.
"""

from typing import Final

from besok.model.errors import Unreadable
from collectors.adapters.lorawan.frames.codec import Codec
from collectors.adapters.lorawan.layout import Field, note
from collectors.adapters.sheet import Sheet
from collectors.lorawan.uplink import Uplink

KEEP_ALIVE: Final = 0x81
_COMMON: Final = (
    Field(metric="occupied", at=1, shift=2, mask=0x01),
    Field(metric="temperature_c", at=1, width=2, mask=0x3FF, scale=0.1, offset=-40),
    Field(metric="humidity_pct", at=3, scale=100 / 256),
    Field(metric="battery_v", at=4, scale=2.2 / 255, offset=1.6),
)
# model: size, fields
FRAMES: Final[dict[str, tuple[int, tuple[Field, ...]]]] = {
    "htpirlite": (6, (*_COMMON, Field(metric="motions", at=5))),
    # Carbon dioxide: the low eight bits, then five high ones at the top of the next byte.
    "co2pirlite": (8, (*_COMMON, Field(metric="motions", at=7))),
}


def read(uplink: Uplink, sheet: Sheet, name: str) -> str:
    """Note the keep-alive, which is the whole frame or its end."""
    size, fields = FRAMES[name]
    data = uplink.payload[-size:]
    if len(data) < size or data[0] != KEEP_ALIVE:
        raise Unreadable("the frame does not hold the values of such a device")
    note(sheet, data, fields, "big")
    if name == "co2pirlite":
        sheet.note("co2_ppm", (data[6] >> 3) << 8 | data[5])
    return ""


CODEC: Final = Codec(vendor="MClimate", names=tuple(FRAMES), read=read)
