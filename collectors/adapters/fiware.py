"""FIWARE: NGSI entities (key-values, normalized, NGSI-LD, notifications) and the IoT Agents' measures.

CrowdFlowObserved tells the people of one observation, from `dateObservedFrom` to `dateObservedTo`; towards is in and
away is out. The topics of an IoT Agent (`/json/{API key}/{device}/attrs`) hold a key, which is never kept. Formats: the
Smart Data Models (CrowdFlowObserved), NGSI v2, NGSI-LD and the manuals of the IoT Agents for JSON and Ultralight.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters import ambiguity, objects, times
from collectors.adapters.json_flatten import Leaf
from collectors.adapters.jsontext import TWICE, show
from collectors.adapters.naming import step
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet

SOURCE: Final = "fiware"
_PEOPLE: Final = "CrowdFlowObserved"
_ENTITY: Final = {
    "id",
    "type",
    "location",
    "address",
    "@context",
    "owner",
    "source",
    "dataProvider",
    "name",
    "refDevice",
}
_OTHERS: Final = re.compile(r"Traffic|Parking|Vehicle|Bike|Road")
_TIMES: Final = ("dateObserved", "observedAt", "TimeInstant", "dateModified", "timestamp")
_SHORT: Final = {"t": "temperature", "h": "humidity"}  # as devices of the agents' manuals write them
_NOT_PEOPLE: Final = "nothing about people or the air of a room"


def reads(packet: Packet) -> bool:
    """Topics of IoT Agents, entities by their type and id, and notifications that carry entities."""
    return _measure_topic(packet) is not None or _is_entity(packet.object) or _is_notification(packet.object)


def decode(packet: Packet) -> Decoded:
    """Return what entities or the measures of an agent's device say."""
    if topic := _measure_topic(packet):
        return _measures(packet, *topic)
    fields = packet.object
    if not _is_notification(fields):
        return _entity(packet, fields, "$")
    found = [_one_of_many(packet, entity, number) for number, entity in enumerate(fields["data"])]
    return Decoded(
        readings=tuple(reading for decoded in found for reading in decoded.readings),
        problems=tuple(problem for decoded in found for problem in decoded.problems),
        not_data=next((decoded.not_data for decoded in found if decoded.not_data), ""),
    )


def _is_entity(fields: Mapping[str, Any]) -> bool:
    kind, name = fields.get("type"), fields.get("id")
    return (
        type(kind) is str
        and type(name) is str
        and (name.startswith("urn:ngsi-ld:") or kind.endswith("Observed"))
    )


def _is_notification(fields: Mapping[str, Any]) -> bool:
    return type(fields.get("data")) is list and (
        "subscriptionId" in fields or fields.get("type") == "Notification"
    )


def _one_of_many(packet: Packet, entity: Any, number: int) -> Decoded:
    try:
        if type(entity) is not dict or not _is_entity(entity):
            raise Unreadable(f"{show(entity)} is no entity with a type and an id")
        return _entity(packet, entity, f"$.data[{number}]")
    except Unreadable as exc:
        return Decoded(problems=(str(exc),))


def _entity(packet: Packet, fields: Mapping[str, Any], path: str) -> Decoded:
    if TWICE in fields:
        raise Unreadable(f"the entity says {show(fields[TWICE])} twice, so nobody knows which one is meant")  # type: ignore[index]
    plain = {name: _value(attribute) for name, attribute in fields.items()}
    sheet = Sheet(SOURCE, _name(fields["id"]))
    if fields["type"].rpartition("/")[2] == _PEOPLE:
        _crowd(packet, sheet, plain)
        return sheet.decoded(
            not_data="" if sheet.readings or sheet.problems else "it says that nobody was counted"
        )
    sheet.time = _time(packet, plain, fields)
    measured = {name: value for name, value in plain.items() if name not in _ENTITY and name not in _TIMES}
    share = measured.get("relativeHumidity")
    if isinstance(share, int | float) and 0 <= share <= 1:
        measured["relativeHumidity"] = share * 100  # the data models tell it as a share of one
    if _OTHERS.search(fields["type"]):
        return Decoded(not_data=f"an entity about other things than people ({show(fields['type'])})")
    found = _with_values(objects.look(measured, packet=packet, at=path), fields, path)
    if not found.understood and found.unknown:
        raise Unreadable(ambiguity.unknown(packet.topic, found.unknown, device=f"{path}.id"))
    objects.write(sheet, found, topic=packet.topic, device_path=f"{path}.id")
    return sheet.decoded(not_data="" if sheet.readings or sheet.problems else _NOT_PEOPLE)


def _with_values(found: objects.Found, fields: Mapping[str, Any], path: str) -> objects.Found:
    """Return the same with the paths as they are in the message, where an attribute holds its value with the type."""
    held = {
        f"{path}{step(name)}"
        for name, attribute in fields.items()
        if type(attribute) is dict and "value" in attribute
    }

    def right(leaf: Leaf) -> Leaf:
        return replace(leaf, path=f"{leaf.path}.value") if leaf.path in held else leaf

    found.measured = [(right(leaf), means) for leaf, means in found.measured]
    found.doubtful = [(right(leaf), doubt) for leaf, doubt in found.doubtful]
    found.unknown = [right(leaf) for leaf in found.unknown]
    return found


def _name(name: str) -> str:
    if len(name) > 200 or not name.isprintable():
        raise Unreadable(f"{show(name)} cannot be the name of a device")
    return name


def _value(attribute: Any) -> Any:
    """Return the value of an attribute: bare, or in its `value` with the type beside it."""
    return attribute.get("value") if type(attribute) is dict and "value" in attribute else attribute


def _time(packet: Packet, plain: Mapping[str, Any], fields: Mapping[str, Any]) -> Any:
    """Tell when it was observed: said of the entity, or of its attributes one by one (then of the latest)."""
    for name in _TIMES:
        if type(plain.get(name)) in (str, int, float) and (time := packet.instant(plain[name], name=name)):
            return time
    said = [value["observedAt"] for value in fields.values() if type(value) is dict and "observedAt" in value]
    return max((time for value in said if (time := packet.instant(value, name="observedAt"))), default=None)


def _crowd(packet: Packet, sheet: Sheet, plain: Mapping[str, Any]) -> None:
    """People of one observation. One direction alone is known by `direction`; none at all are people passing."""
    zone, near = packet.known.zone, packet.message.received
    first, last = plain.get("dateObservedFrom"), plain.get("dateObservedTo")
    if last is not None:
        sheet.time, period_s = times.period(first, last, zone, name="dateObservedTo", near=near)
    else:
        sheet.time, period_s = times.interval(plain.get("dateObserved"), zone, name="dateObserved", near=near)
    towards, away = plain.get("peopleCountTowards"), plain.get("peopleCountAway")
    if towards is None and away is None:
        alone = {"inbound": "in", "outbound": "out"}.get(str(plain.get("direction")), "passages")
        sheet.note(alone, plain.get("peopleCount"), period_s=period_s, said="peopleCount")
    sheet.note("in", towards, period_s=period_s, said="peopleCountTowards")
    sheet.note("out", away, period_s=period_s, said="peopleCountAway")


def _measure_topic(packet: Packet) -> tuple[str, str] | None:
    """Device and attribute (all if empty) of an IoT Agent's topic; None if it is none."""
    levels = packet.levels
    if len(levels) > 2 and levels[-1] == "attrs":
        return levels[-2], ""
    if len(levels) > 3 and levels[-2] == "attrs":
        return levels[-3], levels[-1]
    return None


def _measures(packet: Packet, device: str, attribute: str) -> Decoded:
    """Return the measures of a device: an object, a list of them, `name|value` pairs, or one value on its own topic."""
    topic = _without_key(packet.topic, device)
    sheet = Sheet(SOURCE, _name(device))
    for number, fields in enumerate(_fields(packet, attribute)):
        sheet.time = _time(packet, fields, {})
        measured = {_SHORT.get(name, name): value for name, value in fields.items() if name != "TimeInstant"}
        found = objects.look(measured, packet=packet, at="$" if not number else f"$[{number}]")
        if not found.understood and found.unknown:
            level = packet.levels.index("attrs")
            sheet.problems.append(ambiguity.unknown(topic, found.unknown, device=f"topic:{level}"))
        objects.write(sheet, found, topic=topic)
    return sheet.decoded(not_data="" if sheet.readings or sheet.problems else _NOT_PEOPLE)


def _without_key(topic: str, device: str) -> str:
    """Return the topic as a filter, with a place-holder for the API key before the device."""
    before, found, after = topic.partition(f"/{device}/attrs")
    return f"{before.rpartition('/')[0]}/+{found}{after}"


def _fields(packet: Packet, attribute: str) -> list[dict[str, Any]]:
    text = packet.text
    if attribute:
        return [{attribute: text if text[:1] != '"' else packet.json}]
    if text[:1] not in ("{", "[") and "|" in text:
        return [_ultralight(group) for group in text.split("#")]
    value = packet.json
    items = value if type(value) is list else [value]
    if not all(type(item) is dict for item in items):
        raise Unreadable("the measures are neither an object nor a list of objects")
    return items


def _ultralight(group: str) -> dict[str, Any]:
    """Names and values in turn, after an optional time: `2026-11-25T08:15:00Z|t|21|h|40`."""
    parts = group.split("|")
    time = [parts.pop(0)] if len(parts) % 2 else []
    return {**dict(zip(parts[::2], parts[1::2], strict=True)), **({"TimeInstant": time[0]} if time else {})}
