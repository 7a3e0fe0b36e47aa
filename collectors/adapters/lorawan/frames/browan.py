"""Browan (TABS, MerryIoT Hub family) motion, climate and sound sensors: fixed frames, one port a kind of device.

Format: Browan reference manuals RM_Motion Sensor, RM_Healthy Home Sensor, RM_Sound Level Sensor.
"""

from typing import Final

from collectors.adapters.lorawan.frames.codec import Codec
from collectors.adapters.lorawan.layout import Field, fixed
from collectors.adapters.sheet import Sheet
from collectors.lorawan.uplink import Uplink

OUIS: Final = ("58a0cb", "e8e1e1")
_BATTERY: Final = Field(metric="battery_v", at=1, mask=0x0F, scale=0.1, offset=2.5)


def _temperature(at: int) -> Field:
    return Field(metric="temperature_c", at=at, mask=0x7F, offset=-32)


# port: size, fields
FRAMES: Final[dict[int, tuple[int, tuple[Field, ...]]]] = {
    102: (  # byte 3 and 4 are the minutes since somebody moved, 5 to 7 all events since the start
        8,
        (
            Field(metric="occupied", mask=0x01),
            _BATTERY,
            _temperature(2),
            Field(metric="motions_total", at=5, width=3),
        ),
    ),
    103: (8, (_BATTERY, _temperature(2), Field(metric="humidity_pct", at=3, mask=0x7F))),
    105: (4, (_BATTERY, _temperature(2), Field(metric="sound_db", at=3))),
}


def claims(uplink: Uplink) -> bool:
    """Accept frames of a known size on their port, from a device of this make."""
    frame = FRAMES.get(uplink.fport)
    return uplink.device.startswith(OUIS) and frame is not None and len(uplink.payload) >= frame[0]


def read(uplink: Uplink, sheet: Sheet, _name: str) -> str:
    """Note what the frame of this port says."""
    frame = FRAMES.get(uplink.fport)
    if frame is None:
        return "a frame of another kind of device (door, leak, place), or settings"
    size, fields = frame
    fixed(sheet, uplink.payload, size, fields)
    return ""


CODEC: Final = Codec(
    vendor="Browan",
    names=("browan", "tabs", "tbms100", "tbhv110", "tbhh100", "tbsl100"),
    read=read,
    claims=claims,
)
