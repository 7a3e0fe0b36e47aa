"""Terabee people flow counters (L-XL on port 1, M on port 82) and people occupancy (port 83).

Totals of 32 bits, big-endian; a counter that says it has stopped or is stuck counts nothing.
Format: Terabee LoRaWAN payload decoders.
"""

from typing import Final

from besok.model.errors import Unreadable
from collectors.adapters.lorawan.frames.codec import Codec
from collectors.adapters.lorawan.layout import Field, fixed
from collectors.adapters.sheet import Sheet
from collectors.lorawan.uplink import Uplink

FLOW_PORTS: Final = (1, 82)
OCCUPANCY_PORT: Final = 83
ASKED_PORT: Final = 2  # the totals, when somebody asks for them
FAULTS: Final = 0x03  # bits: stopped, stuck
TOTALS: Final = (Field(metric="in_total", width=4), Field(metric="out_total", at=4, width=4))
ZONES: Final = (
    Field(metric="people", at=1, part="all"),
    *(Field(metric="people", at=2 + zone, part=str(zone), codes={0xFF: None}) for zone in range(8)),
)


def read(uplink: Uplink, sheet: Sheet, _name: str) -> str:
    """Note totals, or people in view and in each zone that is set."""
    data = uplink.payload
    if uplink.fport in FLOW_PORTS:
        _well(data[8:9])
        fixed(sheet, data, 9, TOTALS, "big")
    elif uplink.fport == OCCUPANCY_PORT:
        _well(data[:1])
        fixed(sheet, data, 10, ZONES, "big")
    elif uplink.fport == ASKED_PORT and data[0] == 2:
        fixed(sheet, data[1:], 8, TOTALS, "big")
    return "settings, or an answer to them"


def _well(flags: bytes) -> None:
    if flags and flags[0] & FAULTS:
        raise Unreadable("the counter says that it has stopped or is stuck: start it again")


CODEC: Final = Codec(vendor="Terabee", names=("terabee",), read=read)
