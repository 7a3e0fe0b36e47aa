"""Decentlab DL-IAM (indoor ambiance with a movement sensor): protocol 2, number, flags, words of each sensor.

Format: Decentlab DL-IAM data sheet.
"""

from typing import Final

from besok.model.errors import Unreadable
from collectors.adapters.lorawan.frames.codec import Codec
from collectors.adapters.sheet import Sheet
from collectors.lorawan.uplink import Uplink

PROTOCOL: Final = 2
HEADER: Final = 5  # bytes
WORDS: Final = (
    1,
    2,
    1,
    2,
    3,
    1,
    1,
)  # of battery, climate, pressure, light, carbon dioxide, movements, vapours


def read(uplink: Uplink, sheet: Sheet, _name: str) -> str:
    """Note what the flags say is there."""
    data = uplink.payload
    if len(data) < HEADER or data[0] != PROTOCOL:
        raise Unreadable("the frame is not one of protocol 2")
    flags, at = int.from_bytes(data[3:5], "big"), HEADER
    for sensor, words in enumerate(WORDS):
        if flags >> sensor & 1:
            values = [int.from_bytes(data[at + 2 * n : at + 2 * n + 2], "big") for n in range(words)]
            at += 2 * words
            if at > len(data):
                raise Unreadable(f"the frame breaks off: it has {len(data)} of at least {at} bytes")
            _note(sheet, sensor, values)
    return ""


def _note(sheet: Sheet, sensor: int, x: list[int]) -> None:
    if sensor == 0:
        sheet.note("battery_v", x[0] / 1000)
    elif sensor == 1:
        sheet.note("temperature_c", round(175 * x[0] / 65535 - 45, 2))
        sheet.note("humidity_pct", round(100 * x[1] / 65535, 2))
    elif sensor == 3:
        sheet.note("light_lux", round(max(x[0] - 1.64 * x[1], 0.59 * x[0] - 0.86 * x[1], 0) * 1.5504, 1))
    elif sensor == 4:
        sheet.note("co2_ppm", x[0] - 32768)
    elif sensor == 5:
        sheet.note("motions", x[0])


CODEC: Final = Codec(vendor="Decentlab", names=("dliam",), read=read)
