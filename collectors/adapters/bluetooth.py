"""Bluetooth gateways: sensors' advertisements, on `{base}/{gateway}/BTtoMQTT/{address}` (OpenMQTTGateway, Theengs) and
on `ruuvi/{gateway}/{tag}` (Ruuvi Gateway).

What a gateway has decoded itself is read by its table alone; bytes become fields by a layout first.
"""

import re
from typing import Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters.packet import Packet
from collectors.devices import registry
from collectors.lorawan import layout

_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){1,260}")
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
        name, kind, data = "ruuvi", "RuuviTag", _bytes(fields["data"]).partition(_RUUVI)[2]
    elif "BTtoMQTT" in packet.levels and "servicedata" in fields:
        uuid = str(fields.get("servicedatauuid")).lower().removeprefix("0x")
        (name, kind), data = SERVICES.get(uuid, ("", "")), _bytes(fields["servicedata"])
    else:
        return None
    if name and data and "type" not in fields:
        frame = layout.read(name, 0, data)
        if frame.problems:
            raise Unreadable(frame.problems[0])
        packet = packet.holding({**fields, "advert": {"kind": frame.passed_over or kind, **frame.fields}})
    return registry.decode(packet) or Decoded()


def _bytes(value: object) -> bytes:
    """Return the bytes of a text of hexadecimal digits; empty if it is no such text."""
    return bytes.fromhex(value) if type(value) is str and _HEX.fullmatch(value) else b""
