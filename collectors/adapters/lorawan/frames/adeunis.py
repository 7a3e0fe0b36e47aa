"""Adeunis MOTION: a code, a status byte, then what the code says (big-endian).

Format: Adeunis MOTION LoRaWAN technical reference manual.
"""

from typing import Final

from collectors.adapters.lorawan.frames.codec import Codec
from collectors.adapters.lorawan.layout import Field, fixed
from collectors.adapters.sheet import Sheet
from collectors.lorawan.uplink import Uplink

_TOTAL: Final = Field(metric="motions_total", at=2, width=2)
_PRESENCE: Final = Field(metric="occupied", at=2)
# code: size of what is noted, fields. The history of shares of time that follows in a frame is not noted.
FRAMES: Final[dict[int, tuple[int, tuple[Field, ...]]]] = {
    0x4E: (6, (_TOTAL, Field(metric="motions", at=4, width=2))),
    0x4F: (4, (_TOTAL,)),
    0x5C: (3, (_PRESENCE,)),
    0x5D: (3, (_PRESENCE,)),
}


def read(uplink: Uplink, sheet: Sheet, _name: str) -> str:
    """Note presence or movements."""
    if uplink.payload[0] in FRAMES:
        fixed(sheet, uplink.payload, *FRAMES[uplink.payload[0]], "big")
    return "settings, an answer to them, or a sign of life"


CODEC: Final = Codec(vendor="Adeunis", names=("adeunismotion",), read=read)
