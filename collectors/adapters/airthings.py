"""Airthings: samples of its cloud, with an estimate of how many are in the room."""

from typing import Final

from besok.model.readings import Decoded
from collectors.adapters.fields import device, once
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet
from collectors.adapters.times import instant

SOURCE: Final = "airthings"
VALUES: Final = {
    "occupants": "people",  # worked out from carbon dioxide; its bounds (occupantsLower, occupantsUpper) are not kept
    "co2": "co2_ppm",
    "temp": "temperature_c",
    "humidity": "humidity_pct",
    "lux": "light_lux",
    "soundLevelA": "sound_db",
    "battery": "battery_pct",
}


def reads(packet: Packet) -> bool:
    """Tell whether it is a sample: only these call their time `recorded` beside a serial number."""
    found = packet.object
    return "serialNumber" in found and "recorded" in found


def decode(packet: Packet) -> Decoded:
    """Return the values known here. Times have no zone and are in UTC."""
    found = once(packet.object)
    time = instant(found.get("recorded"), "UTC", name="recorded")
    sheet = Sheet(SOURCE, device(packet, found.get("serialNumber")), time=time)
    for said, metric in VALUES.items():
        sheet.note(metric, found.get(said), said=said)
    return sheet.decoded(
        not_data="" if sheet.readings or sheet.problems else "a sample without a value known here"
    )
