"""Cisco Meraki MV cameras: people in sight and in zones, as MV Sense publishes them over MQTT."""

from typing import Final

from besok.model.readings import Decoded
from collectors.adapters.fields import device, item, name, once
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet

SOURCE: Final = "meraki"
PREFIX: Final = "merakimv"
WHOLE: Final = (
    "0"  # the zone that is everything in sight; `level:all` here, as with all sensors that have regions
)


def reads(packet: Packet) -> bool:
    """Tell whether the topic is `/merakimv/{serial}/{zone, or what else it tells}`."""
    return packet.levels[0] == PREFIX and len(packet.levels) == 3 and bool(packet.object)


def decode(packet: Packet) -> Decoded:
    """People in a zone, or the light. Where they stand, vehicles and sounds are left out."""
    found = once(packet.object)
    _, serial, zone = packet.levels
    sheet = Sheet(SOURCE, device(packet, serial), time=packet.instant(found.get("ts"), name="ts"))
    people = item(found.get("counts")).get("person")
    sheet.note("people", people, part="all" if zone == WHOLE else name(zone) or "1", said="person")
    if zone == "light":
        sheet.note("light_lux", found.get("lux"), said="lux")
    return sheet.decoded(not_data="" if sheet.readings or sheet.problems else "a message that counts nobody")
