"""Building Edge sensors: a value and whether it can be trusted, on a topic that says what it is."""

from typing import Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters.fields import device, name, once
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet

SOURCE: Final = "building-edge"
KINDS: Final = {"occupancy_pir": "occupied"}  # last level of the topic -> metric
FAULTS: Final = {"2": "it is broken"}


def reads(packet: Packet) -> bool:
    """Tell whether it is a value with a status and nothing else, on a topic of these sensors."""
    return packet.levels[-1] in KINDS and packet.object.keys() == {"value", "status"}


def decode(packet: Packet) -> Decoded:
    """Return the value, if the status says that it is one: a broken sensor's value is no measurement."""
    found = once(packet.object)
    status = name(found.get("status"))
    if status != "0":
        told = FAULTS.get(status, "its value cannot be trusted")
        raise Unreadable(f"the sensor says that {told} (status {status or 'missing'}): look after it")
    sheet = Sheet(SOURCE, device(packet))
    sheet.note(KINDS[packet.levels[-1]], found.get("value"), said="value")
    return sheet.decoded(not_data="" if sheet.readings or sheet.problems else "no value")
