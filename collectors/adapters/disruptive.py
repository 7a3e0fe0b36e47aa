"""Disruptive Technologies sensors: events of their data connector."""

from typing import Any, Final

from besok.model.readings import Decoded
from collectors.adapters.fields import Item, device, item, name, once
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet

SOURCE: Final = "disruptive"
# The value lies under a key that the event type names: event type -> (field, metric).
VALUES: Final = {
    "deskOccupancy": (("state", "occupied"),),
    "motion": (("state", "occupied"),),
    "objectPresentCount": (("total", "motions_total"),),
    "temperature": (("value", "temperature_c"),),
    "humidity": (("relativeHumidity", "humidity_pct"), ("temperature", "temperature_c")),
    "co2": (("ppm", "co2_ppm"),),
    "batteryStatus": (("percentage", "battery_pct"),),
}
NOT_PEOPLE: Final = {
    "objectPresent": "whether a thing is near the sensor (a door that is shut, say), which is no person",
    "touch": "somebody touched the sensor to find it",
}


def reads(packet: Packet) -> bool:
    """Tell whether the event type names a key beside it, as it stands or in the connector's envelope."""
    event = _event(packet.object)
    kind = event.get("eventType")
    return type(kind) is str and (
        type(event.get(kind)) is dict or type(item(event.get("data")).get(kind)) is dict
    )


def decode(packet: Packet) -> Decoded:
    """Return the state or count in the event, at the time it came about."""
    event = once(_event(packet.object))
    kind = name(event.get("eventType"))
    if kind not in VALUES:
        return Decoded(not_data=NOT_PEOPLE.get(kind, f"an event that counts nobody ({kind})"))
    told = once(item(event.get(kind)) or item(item(event.get("data")).get(kind)))
    target: Any = event.get("targetName")
    sheet = Sheet(SOURCE, device(packet, target.rpartition("/")[2] if type(target) is str else None))
    sheet.time = packet.instant(told.get("updateTime") or event.get("timestamp"), name="updateTime")
    for field, metric in VALUES[kind]:
        sheet.note(metric, told.get(field), said=f"{kind} {field}")
    return sheet.decoded(
        not_data="" if sheet.readings or sheet.problems else f"a {kind} event without a value"
    )


def _event(found: Item) -> Item:
    inside = found.get("event")
    return inside if type(inside) is dict else found
