"""Cloud Studio's platform: updates of endpoints over MQTT. The access token in each of them is never kept."""

from typing import Final

from besok.model.readings import Decoded
from collectors.adapters.fields import device, once
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet
from collectors.adapters.times import instant

SOURCE: Final = "cloudstudio"


def reads(packet: Packet) -> bool:
    """Tell whether it is an update of an endpoint."""
    found = packet.object
    return "mqttMethod" in found and "endpointID" in found


def decode(packet: Packet) -> Decoded:
    """People as an endpoint's status tells them: how many there are now. Times have no zone and are in UTC."""
    found = once(packet.object)
    time = instant(found.get("timestamp"), "UTC", name="timestamp")
    sheet = Sheet(SOURCE, device(packet, found.get("endpointID")), time=time)
    sheet.note("people", found.get("peopleCount"), said="peopleCount")
    return sheet.decoded(not_data="" if sheet.readings or sheet.problems else "an update that counts nobody")
