"""PipIoT PeopleSense, a proximity sensor at a passage: who passes, not which way.

The frame has a count whose beginning is not documented, and how many passed in each of the last time bins. The bins are
what was counted since the last frame, whatever the count does, so their sum is noted.
"""

from typing import Final

from besok.model.errors import Unreadable
from collectors.adapters.lorawan.frames.codec import Codec
from collectors.adapters.lorawan.layout import Field, fixed
from collectors.adapters.sheet import Sheet
from collectors.lorawan.uplink import Uplink

BIN_BITS: Final = 10
# kind of frame: size, bins, bit with which the bins say that they are complete
FRAMES: Final = {0: (12, 6, 0), 1: (12, 5, 8)}
NOT_DATA: Final = {2: "a test of the radio", 3: "an alert that repeats the count"}
_BATTERY: Final = Field(metric="battery_v", at=1, scale=0.05)


def read(uplink: Uplink, sheet: Sheet, _name: str) -> str:
    """Note how many passed and the battery."""
    data = uplink.payload
    kind = data[0] >> 4
    if kind in NOT_DATA:
        return NOT_DATA[kind]
    size, bins, ready_bit = FRAMES.get(kind, (0, 0, 0))
    if not size:
        raise Unreadable(f"a frame of kind {kind} is not known here")
    fixed(sheet, data, size, (_BATTERY,), "big")
    bits = int.from_bytes(data[:size], "big")
    if kind == 1:
        sheet.note("temperature_c", int.from_bytes(data[11:12], "big", signed=True))
    if not bits >> ready_bit & 1:
        sheet.problems.append("its time bins are not complete, so nobody knows since when it has counted")
        return ""
    first = size * 8 - 32 - BIN_BITS
    sheet.note("passages", sum(bits >> (first - BIN_BITS * n) & 0x3FF for n in range(bins)))
    return ""


CODEC: Final = Codec(vendor="PipIoT", names=("pipiot", "peoplesense"), read=read)
