"""Netvox RB11E (presence, temperature, light): version, kind of device, kind of report, eight bytes, on port 6.

Format: Netvox LoRaWAN Application Command.
"""

from typing import Final

from besok.model.errors import Unreadable
from collectors.adapters.lorawan.frames.codec import Codec
from collectors.adapters.lorawan.layout import Field, fixed
from collectors.adapters.sheet import Sheet
from collectors.lorawan.uplink import Uplink

PORT: Final = 6
RB11E: Final = 0x03
SIZE: Final = 11
FIELDS: Final = (
    Field(metric="battery_v", at=3, mask=0x7F, scale=0.1),  # the highest bit says that it is low
    Field(metric="temperature_c", at=4, width=2, signed=True, scale=0.01),
    Field(metric="light_lux", at=6, width=2),
    Field(metric="occupied", at=8),
)


def claims(uplink: Uplink) -> bool:
    """Accept reports of an RB11E, by port, size and the values that its fixed bytes can have."""
    data = uplink.payload
    return (
        uplink.fport == PORT
        and len(data) == SIZE
        and data[:3] == b"\x01\x03\x01"
        and data[8] in (0, 1)
        and data[9] in (0, 1)
        and data[10] == 0
    )


def read(uplink: Uplink, sheet: Sheet, _name: str) -> str:
    """Note presence, temperature, light and battery."""
    data = uplink.payload
    if uplink.fport != PORT:
        return "settings, or an answer to them"
    if len(data) < 3:
        raise Unreadable(f"the frame breaks off: it has {len(data)} of {SIZE} bytes")
    if data[2] == 0:
        return "the version of a device"
    if data[1:3] != bytes((RB11E, 1)):
        raise Unreadable(f"reports of the kind of device {data[1]:02x} are not known here")
    fixed(sheet, data, SIZE, FIELDS, "big")
    return ""


CODEC: Final = Codec(vendor="Netvox", names=("netvox", "rb11e"), read=read, claims=claims)
