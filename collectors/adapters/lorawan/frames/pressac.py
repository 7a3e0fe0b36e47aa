"""Pressac room climate (RCS) and indoor air quality sensors: product, kind of message, battery, age, values.

Which sensors a data message holds is said in a byte of flags; their values follow in a fixed order.
Format: Pressac LoRaWAN sensor payloads.
"""

from datetime import timedelta
from typing import Final

from besok.model.errors import Unreadable
from collectors.adapters.lorawan.frames.codec import Codec
from collectors.adapters.lorawan.layout import Field, fixed, note
from collectors.adapters.sheet import Sheet
from collectors.lorawan.uplink import Uplink

BOOT, DATA, OCCUPANCY = 1, 2, 3
AGE_S: Final = 60  # the age is in minutes, as all times of these devices
_BATTERY: Final = Field(metric="battery_v", at=2, scale=0.2, offset=-0.2, codes={0: None, 0xFF: None})
# bit of the flags: size, fields, in the order in which they follow
SENSORS: Final = (
    (
        0,
        2,
        (
            Field(metric="temperature_c", scale=0.25, offset=-10, codes={0xFF: None}),
            Field(metric="humidity_pct", at=1, scale=0.5, codes={0xFF: None}),
        ),
    ),
    (3, 5, ()),  # dust
    (5, 1, (Field(metric="sound_db", scale=0.5, codes={0xFF: None}),)),
    (4, 2, (Field(metric="light_lux", width=2, codes={0xFFFF: None}),)),
    (2, 2, (Field(metric="co2_ppm", width=2, codes={0xFFFF: None}),)),
)


def read(uplink: Uplink, sheet: Sheet, _name: str) -> str:
    """Note presence or climate, as old as the message says."""
    data = uplink.payload
    kind = data[1] >> 4 if len(data) > 1 else 0
    if kind == BOOT:
        return "what a device says of itself when it starts"
    if kind not in (DATA, OCCUPANCY):
        raise Unreadable(f"a message of kind {kind} is not known here")
    if len(data) > 3 and sheet.time is not None:
        sheet.time -= timedelta(seconds=AGE_S * data[3])
    fixed(sheet, data, 5, (_BATTERY,))
    if kind == OCCUPANCY:
        note(sheet, data, (Field(metric="occupied", at=4, mask=0x01),))
    else:
        _climate(sheet, data[4], data[5:])
    return ""


def _climate(sheet: Sheet, flags: int, values: bytes) -> None:
    at = 0
    for bit, size, fields in SENSORS:
        if flags >> bit & 1:
            if at + size > len(values):
                sheet.problems.append(f"the frame breaks off: it has {len(values)} bytes of values")
                return
            note(sheet, values[at : at + size], fields, "big")
            at += size


CODEC: Final = Codec(vendor="Pressac", names=("pressac",), read=read)
