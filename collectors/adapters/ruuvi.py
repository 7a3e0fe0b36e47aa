"""Ruuvi Gateway: the advertisements it hears, `ruuvi/{gateway}/{tag}`, of which only RuuviTags are read.

Format: Ruuvi's documentation of the gateway's MQTT messages and of data format 5 (RAWv2).
"""

import re
from collections.abc import Iterator
from typing import Final

from besok.model.readings import Decoded, Identity, Reading
from collectors.adapters.packet import Packet

SOURCE: Final = "ruuvi"
PACKET_WINDOW_S: Final = 600.0  # of a number of 16 bits that grows every second or two
_MANUFACTURER: Final = b"\xff\x99\x04"
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){4,260}")
_NOT_OURS: Final = (
    "a Bluetooth device that is no RuuviTag; it may be somebody's phone, and nothing of it is kept"
)


def reads(packet: Packet) -> bool:
    """Topics of a Ruuvi Gateway."""
    return packet.levels[0] == "ruuvi"


def decode(packet: Packet) -> Decoded:
    """Climate and battery of one tag in one advertisement."""
    fields = packet.object
    data = fields.get("data")
    if len(packet.levels) != 3 or type(data) is not str or not _HEX.fullmatch(data):
        return Decoded(not_data="what the gateway says of itself")
    _, found, raw = bytes.fromhex(data).partition(_MANUFACTURER)
    if not found or raw[:1] != b"\x05" or len(raw) < 24:
        return Decoded(not_data=_NOT_OURS)
    device, time = raw[18:24].hex(), packet.instant(fields.get("ts"), name="ts")
    number = int.from_bytes(raw[16:18], "big")
    return Decoded(
        readings=tuple(
            Reading(source=SOURCE, device=device, channel="level:1", metric=metric, value=value, time=time)
            for metric, value in _climate(raw)
        ),
        identity=Identity(scope=f"{SOURCE}/{device}", mark=f"packet:{number}", window_s=PACKET_WINDOW_S),
        model="RuuviTag",
    )


def _climate(raw: bytes) -> Iterator[tuple[str, float]]:
    """Format 5: temperature, humidity and battery stand at fixed places; all bits set is no value."""
    degrees = int.from_bytes(raw[1:3], "big", signed=True)
    humidity = int.from_bytes(raw[3:5], "big")
    millivolts = (int.from_bytes(raw[13:15], "big") >> 5) + 1600
    if degrees != -32768:
        yield "temperature_c", round(degrees * 0.005, 3)
    if humidity != 0xFFFF:
        yield "humidity_pct", round(humidity * 0.0025, 3)
    if millivolts != 1600 + 2047:
        yield "battery_v", millivolts / 1000
