"""RestoTracker SCD18: a tracker of things. Its heartbeat (port 1) counts how often the thing was moved.

A thing that moves does not say that somebody is there, so its state is not presence. Frames with the places and radio
neighbours of the tracker (ports 2 and up) are left alone.
"""

from typing import Final

from collectors.adapters.lorawan.frames.codec import Codec
from collectors.adapters.lorawan.layout import Field, fixed
from collectors.adapters.sheet import Sheet
from collectors.lorawan.uplink import Uplink

PORT: Final = 1
FIELDS: Final = (
    Field(metric="battery_v", at=2, shift=4, scale=0.1, offset=2.2),
    Field(metric="motions_total", at=5, width=4),
)


def read(uplink: Uplink, sheet: Sheet, _name: str) -> str:
    """Note movements and battery."""
    if uplink.fport != PORT:
        return "where a thing is, or what its tracker says of itself"
    fixed(sheet, uplink.payload, 9, FIELDS, "big")
    return ""


CODEC: Final = Codec(vendor="RestoTracker", names=("restotracker", "scd18"), read=read)
