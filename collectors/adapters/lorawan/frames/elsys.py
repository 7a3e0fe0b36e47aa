"""ELSYS ERS, EMS, ELT: items of a one-byte type and a value (big-endian), usually on port 5.

Format: ELSYS payload description (https://www.elsys.se/en/elsys-payload/).
"""

from typing import Final

from besok.model.metrics import METRICS
from collectors.adapters.lorawan.frames.codec import Codec
from collectors.adapters.lorawan.layout import SKIP, Field, Item, Key, consumed, item, note_items
from collectors.adapters.sheet import Sheet
from collectors.lorawan.uplink import Uplink

PORT: Final = 5
OUI: Final = "a81758"  # with this begins the devEUI of every ELSYS device

ITEMS: Final[dict[Key, Item]] = {
    0x01: item(2, Field(metric="temperature_c", width=2, signed=True, scale=0.1)),
    0x02: item(1, Field(metric="humidity_pct")),
    0x03: SKIP[3],
    0x04: item(2, Field(metric="light_lux", width=2)),
    0x05: item(1, Field(metric="motions")),  # since the last frame
    0x06: item(2, Field(metric="co2_ppm", width=2)),
    0x07: item(2, Field(metric="battery_v", width=2, scale=0.001)),
    0x08: SKIP[2],
    0x09: SKIP[6],
    0x0A: SKIP[2],
    0x0B: SKIP[4],
    0x0C: SKIP[2],
    0x0D: SKIP[1],
    0x0E: SKIP[2],
    0x0F: SKIP[1],
    0x10: SKIP[4],
    # Not how many: 0 free, 1 between the two (somebody comes or goes), 2 occupied.
    0x11: item(1, Field(metric="occupied", codes={0: 0, 1: None, 2: 1})),
    0x12: SKIP[1],
    0x13: item(65),  # 64 pixels of warmth
    0x14: SKIP[4],
    0x15: item(2, Field(metric="sound_db", at=1)),  # peak, mean
    0x16: SKIP[2],
    0x17: SKIP[4],
    0x18: SKIP[2],
    0x19: SKIP[2],
    0x1A: SKIP[1],
    0x1B: SKIP[4],
    0x1C: SKIP[2],
    0x3D: SKIP[4],
    0x3E: item(len),  # the settings, to the end of the frame
}


def claims(uplink: Uplink) -> bool:
    """Known items to the last byte, from an ELSYS device or, several, none twice and all plausible, on ELSYS' port."""
    keys = consumed(uplink.payload, ITEMS, 1)
    if uplink.device.startswith(OUI):
        return bool(keys)
    return uplink.fport == PORT and len(keys) > 1 and len(set(keys)) == len(keys) and _plausible(uplink)


def _plausible(uplink: Uplink) -> bool:
    """Tell whether all values can be, the battery's being a lithium cell's: other makes have two-byte items too."""
    sheet = uplink.sheet()
    note_items(sheet, uplink.payload, ITEMS, 1, "big")
    cell = all(2 <= r.value <= 4 for r in sheet.readings if r.metric == "battery_v")
    return cell and not any(METRICS[r.metric].problem(r.value) for r in sheet.readings)


def read(uplink: Uplink, sheet: Sheet, _name: str) -> str:
    """Note what the items say."""
    note_items(sheet, uplink.payload, ITEMS, 1, "big")
    return "what a device says of itself"


CODEC: Final = Codec(vendor="ELSYS", names=("elsys",), read=read, claims=claims)
