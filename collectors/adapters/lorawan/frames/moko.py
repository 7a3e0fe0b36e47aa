"""MOKO LW007-PIR: presence, climate and a door contact, with the device's own clock.

Data come on ports 5 and 6, the last word before it switches itself off on port 7. The count is that of the contact.
Format: MOKO LW007-PIR payload description.
"""

from datetime import UTC, datetime
from typing import Final

from collectors.adapters.lorawan.frames.codec import Codec
from collectors.adapters.lorawan.layout import Field, fixed
from collectors.adapters.sheet import Sheet
from collectors.lorawan.uplink import Uplink

DATA_PORTS: Final = (5, 6)
SHUTDOWN_PORT: Final = 7
CLOCK_SET: Final = 1_577_836_800  # 2020-01-01: what is before is a clock that was never set
SIZE: Final = 11
FIELDS: Final = (
    Field(metric="occupied", at=5, shift=6, codes={3: None}),  # 3: the sensor is switched off
    Field(
        metric="temperature_c",
        at=6,
        width=3,
        shift=14,
        mask=0x3FF,
        scale=0.1,
        offset=-30,
        codes={0x3FF: None},
    ),
    Field(metric="humidity_pct", at=6, width=3, shift=4, mask=0x3FF, scale=0.1, codes={0x3FF: None}),
)


def read(uplink: Uplink, sheet: Sheet, _name: str) -> str:
    """Note presence and climate at the time the device says."""
    if uplink.fport == SHUTDOWN_PORT:
        sheet.online(False)
        return "a device switches itself off"
    if uplink.fport not in DATA_PORTS:
        return "what a device says of itself"
    seconds = int.from_bytes(uplink.payload[:4], "big")
    if seconds >= CLOCK_SET:
        sheet.time = datetime.fromtimestamp(seconds, UTC)
    fixed(sheet, uplink.payload, SIZE, FIELDS, "big")
    sheet.online(True)
    return ""


CODEC: Final = Codec(vendor="MOKO", names=("moko", "lw007"), read=read)
