"""Regent lamps with sensors (MDA): one value a message, numbered."""

from datetime import datetime
from typing import Final

from besok.model.readings import Decoded, Identity
from collectors.adapters.fields import device, item, name, once
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet

SOURCE: Final = "regent"
VALUES: Final = {"deskinuse": "occupied", "presence": "occupied"}
UNSET: Final = datetime.fromisoformat(
    "2015-01-01T00:00:00Z"
)  # a clock that shows less counts from the lamp's start


def reads(packet: Packet) -> bool:
    """Tell whether it is a typed value of a lamp."""
    found = packet.object
    return "device_id" in found and "sensor_type" in item(found.get("payload"))


def decode(packet: Packet) -> Decoded:
    """Return the value of one sensor in the lamp. Without a set clock the time of receipt stands in."""
    found = once(packet.object)
    told = once(found["payload"])
    kind = name(told.get("sensor_type"))
    if kind not in VALUES:
        return Decoded(not_data=f"a value that is not kept ({kind or 'without a type'})")
    time = packet.instant(found.get("unix_time_s"), name="unix_time_s")
    sheet = Sheet(
        SOURCE, device(packet, found.get("device_id")), time=time if time and time > UNSET else None
    )
    sheet.note(VALUES[kind], told.get("value"), part=name(found.get("index")) or "1", said=kind)
    number = name(found.get("sequence"))
    identity = Identity(scope=f"regent/{sheet.device}", mark=f"seq:{number}", window_s=60) if number else None
    return sheet.decoded(identity=None if sheet.time else identity)
