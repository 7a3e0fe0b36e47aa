"""Kontakt.io: telemetry of beacons as its cloud publishes it."""

from typing import Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters.fields import device, once
from collectors.adapters.numbers import number
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet

SOURCE: Final = "kontakt"
NEVER: Final = 65535  # stands for "never" and "not known"
VALUES: Final = {
    "movementCounter": "motions_total",
    "temperature": "temperature_c",
    "humidity": "humidity_pct",
    "batteryLevel": "battery_pct",
}


def reads(packet: Packet) -> bool:
    """Tell whether it is telemetry of a beacon."""
    found = packet.object
    return "trackingId" in found and "sourceId" in found and any(said in found for said in VALUES)


def decode(packet: Packet) -> Decoded:
    """Return the values known here, at the time of the cloud: a beacon's own clock may be months off."""
    found = once(packet.object)
    time = packet.instant(found.get("timestamp"), name="timestamp")
    sheet = Sheet(SOURCE, device(packet, found.get("trackingId")), time=time)
    for said, metric in VALUES.items():
        try:
            sheet.note(metric, number(said, found.get(said), nothing=(NEVER,)))
        except Unreadable as exc:
            sheet.problems.append(str(exc))
    return sheet.decoded(not_data="" if sheet.readings or sheet.problems else "telemetry without a value")
