"""Bluetooth gateways: sensors' advertisements, on `{base}/{gateway}/BTtoMQTT/{address}` (OpenMQTTGateway, Theengs) and
on `ruuvi/{gateway}/{tag}` (Ruuvi Gateway).

What a gateway has decoded itself is read by its table alone; bytes become fields by a layout first.
"""

from typing import Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters.packet import Packet
from collectors.devices import registry
from collectors.lorawan import layout
from collectors.lorawan.envelopes import from_text

SERVICES: Final = {  # uuid -> layout and its name
    "fcd2": ("bthome", "BTHome"),
    "181c": ("bthome-1", "BTHome v1"),
    "fdcd": ("qingping", "Qingping"),
}
_RUUVI: Final = b"\xff\x99\x04"  # manufacturer data of a RuuviTag follow


def decode(packet: Packet) -> Decoded | None:
    """Return the readings of one sensor; None if the message brings no bytes of an advertisement. Raises Unreadable."""
    fields = packet.object
    if packet.levels[0] == "ruuvi" and "data" in fields:
        (name, kind), key = ("ruuvi", "RuuviTag"), "data"
    elif "BTtoMQTT" in packet.levels and "servicedata" in fields:
        uuid = str(fields.get("servicedatauuid")).lower().removeprefix("0x")
        (name, kind), key = SERVICES.get(uuid, ("", "")), "servicedata"
    else:
        return None
    if name and "type" not in fields:
        data = from_text(fields[key], key, "hex")
        data = data.partition(_RUUVI)[2] if name == "ruuvi" else data
        frame = layout.read(name, 0, data) if data else None
        if frame and frame.problems:
            raise Unreadable(frame.problems[0])
        if frame:
            packet = packet.holding({**fields, "advert": {"kind": frame.passed_over or kind, **frame.fields}})
    return registry.decode(packet) or Decoded()
