"""Home Assistant: states on `homeassistant/{domain}/{name}/state` (statestream), and states as JSON on any topic.

A JSON state carries `device_class` or `entity_id` beside `state`, also within a `state_changed` event. Phones and
persons (`person`, `device_tracker`) are never read. Format: the documentation of mqtt_statestream, mqtt_eventstream and
of the state object.
"""

from collections.abc import Mapping
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters import ambiguity, objects, topics
from collectors.adapters.json_flatten import Leaf
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet
from collectors.adapters.vocabulary import PERSONS, Doubt, judge, words

SOURCE: Final = "homeassistant"
_READ: Final = {"binary_sensor", "sensor", "counter", "number", "input_number", "input_boolean"}
_CLASSES: Final = {  # device class -> name in the general vocabulary
    "occupancy": "occupied",
    "presence": "occupied",
    "motion": "occupied",
    "temperature": "temperature",
    "humidity": "humidity",
    "carbon_dioxide": "co2",
    "illuminance": "illuminance",
    "sound_pressure": "noise",
    "battery": "battery",
}
_PHONES: Final = frozenset(
    (
        "phone",
        "iphone",
        "ipad",
        "ipod",
        "smartphone",
        "handy",
        "watch",
        "macbook",
        "laptop",
        "pixel",
        "android",
    )
)
_AWAY: Final = ("unavailable", "unknown", "none", "")
_NOT_PEOPLE: Final = "nothing about people or the air of a room"


def reads(packet: Packet) -> bool:
    """Topics below `homeassistant`, and JSON that is a state of Home Assistant."""
    if packet.levels[0] == "homeassistant":
        return True
    fields = packet.object
    return ("state" in fields and ("entity_id" in fields or "device_class" in fields)) or (
        "event_type" in fields and type(fields.get("event_data")) is dict
    )


def decode(packet: Packet) -> Decoded:
    """Return the state of one entity."""
    levels = packet.levels
    if not packet.payload.strip() or packet.text == "null":
        return Decoded(not_data="a tombstone: an entity was removed")
    if levels[0] != "homeassistant" or (len(levels) == 1 and type(packet.object.get("event_data")) is dict):
        return _object(packet)
    if levels[-1] == "config":
        return Decoded(not_data="a device introducing itself to Home Assistant")
    if len(levels) == 4 and levels[-1] == "state":
        return _entity(packet, levels[1], levels[2], packet.text, path="$")
    return Decoded(not_data="an attribute of an entity, or Home Assistant's own state")


def _object(packet: Packet) -> Decoded:
    fields, path = packet.object, "$"
    if "event_data" in fields:
        fields, path = fields["event_data"].get("new_state"), "$.event_data.new_state"
    if type(fields) is not dict or "state" not in fields:
        return Decoded(not_data="an event that changes no state")
    entity = fields.get("entity_id")
    domain, _, name = entity.partition(".") if type(entity) is str else ("", "", packet.topic)
    return _entity(packet, domain, name, fields["state"], path=f"{path}.state", fields=fields)


def _entity(
    packet: Packet, domain: str, name: str, value: Any, *, path: str, fields: Mapping[str, Any] | None = None
) -> Decoded:
    """Return the state `value` of an entity. `fields` are what its JSON says beside that."""
    if domain in ("person", "device_tracker", "zone"):
        return Decoded(not_data="where somebody is; nothing of it is kept")
    if domain and domain not in _READ:
        return Decoded(not_data=_NOT_PEOPLE)
    if _PHONES & set(words(name)):
        return Decoded(not_data="somebody's phone or watch; nothing of it is kept")
    fields = fields or {}
    sheet = Sheet(SOURCE, f"{domain}.{name}" if domain else name, time=_time(packet, fields))
    if type(fields.get("available")) is bool:
        sheet.online(fields["available"])
    if (
        fields.get("available") is False
        or (type(value) is str and value.strip().lower() in _AWAY)
        or value is None
    ):
        return sheet.decoded(not_data="" if sheet.statuses else "it says that nothing was measured")
    device_class, unit = _attribute(fields, "device_class"), _attribute(fields, "unit_of_measurement")
    said = _words(domain, name, device_class, unit)
    if said is None:
        return sheet.decoded(not_data="" if sheet.statuses else _NOT_PEOPLE)
    leaf = Leaf(words=said, said=name.rpartition("/")[2], value=value, path=path, unit=unit.lower())
    found = objects.sort([leaf])
    if not found.understood:
        raise Unreadable(ambiguity.unknown(packet.topic, [leaf]))
    objects.write(sheet, found, topic=packet.topic)
    return sheet.decoded()


def _words(domain: str, name: str, device_class: str, unit: str) -> tuple[str, ...] | None:
    """Return what a state measures, in words of the general vocabulary; None if that is surely not of interest."""
    if device_class:
        return (_CLASSES[device_class],) if device_class in _CLASSES else None
    if unit.lower() in PERSONS:
        return ("people",)
    _, said = topics.named(name)
    if said:
        return said
    own = words(name)
    verdict = judge(own)
    return own if isinstance(verdict, Doubt) or (verdict == "unknown" and not topics.is_thing(name)) else None


def _attribute(fields: Mapping[str, Any], name: str) -> str:
    inner = fields.get("attributes")
    value = fields.get(name, inner.get(name) if type(inner) is dict else None)
    return value if type(value) is str else ""


def _time(packet: Packet, fields: Mapping[str, Any]) -> Any:
    for name in ("last_reported", "last_updated", "last_changed"):
        if (time := packet.instant(fields.get(name), name=name)) is not None:
            return time
    return None
