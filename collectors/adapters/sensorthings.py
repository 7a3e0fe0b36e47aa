"""OGC SensorThings: Observations of a Datastream, `v1.1/Datastreams(7)/Observations`.

What a Datastream measures stands in the Datastream and not in its Observations. It is known if the message expands it,
or if the site file gives the device the name of what it measures as its model (`model = "people_count"`); else it is
asked. Format: OGC SensorThings API part 1, MQTT extension.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters import hints, objects, topics
from collectors.adapters.hints import Choice
from collectors.adapters.json_flatten import Leaf
from collectors.adapters.jsontext import show
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet
from collectors.adapters.vocabulary import CHOICES

SOURCE: Final = "sensorthings"
_VERSION: Final = re.compile(r"v1\.\d")
_ENTITY: Final = re.compile(
    r"(?:(?:Multi)?Datastreams?|Observations?|Things?|(?:Historical)?Locations?|Sensors?|ObservedPropert(?:y|ies)"
    r"|FeaturesOfInterest)\b"
)
_STREAM: Final = re.compile(r"Datastreams?\([^()/]{1,60}\)")
_NAMES: Final = (("name",), ("description",), ("ObservedProperty", "name"), ("observedProperty", "name"))


def reads(packet: Packet) -> bool:
    """Topics of a SensorThings service: its version, and then one of its entities."""
    levels = packet.levels
    return any(
        _VERSION.fullmatch(level) and _ENTITY.match(levels[n + 1]) for n, level in enumerate(levels[:-1])
    )


def decode(packet: Packet) -> Decoded:
    """One Observation; other entities describe what there is."""
    if not packet.levels[-1].startswith("Observations"):
        return Decoded(not_data="a description of what is observed")
    fields = packet.json
    if type(fields) is not dict or "result" not in fields:
        return Decoded(not_data="an Observation without a result")
    device = _stream(packet, fields)
    sheet = Sheet(SOURCE, device, time=_time(packet, fields))
    said = _said(packet, fields, device)
    if not said:
        raise Unreadable(_asked(packet, fields["result"]))
    found = objects.sort([Leaf(words=said, said="result", value=fields["result"], path="$.result")])
    objects.write(sheet, found, topic=packet.topic, time_path="$.phenomenonTime")
    return sheet.decoded(
        not_data="" if sheet.readings or sheet.problems else "it says that nothing was measured"
    )


def _stream(packet: Packet, fields: Mapping[str, Any]) -> str:
    """Return the Datastream, from the topic, from the entity within or from the link to it."""
    expanded = fields.get("Datastream")
    said = expanded.get("@iot.id") if type(expanded) is dict else None
    link = fields.get("Datastream@iot.navigationLink")
    for text in (packet.topic, f"Datastreams({said})" if said is not None else "", link):
        if type(text) is str and (found := _STREAM.search(text)) and found[0].isprintable():
            return found[0]
    raise Unreadable("nothing says of which Datastream this is: subscribe to Datastreams(...)/Observations")


def _time(packet: Packet, fields: Mapping[str, Any]) -> datetime | None:
    """Tell when it was so, which may be an interval: its end."""
    for name in ("phenomenonTime", "resultTime"):
        if (time := packet.instant(fields.get(name), name=name)) is not None:
            return time
    return None


def _said(packet: Packet, fields: Mapping[str, Any], device: str) -> tuple[str, ...]:
    """Return what the Datastream measures, in words of the general vocabulary; none if nobody says so."""
    candidates = [packet.model((SOURCE, device))]
    for names in _NAMES:
        inner: Any = fields.get("Datastream")
        for name in names:
            inner = inner.get(name) if type(inner) is dict else None
        candidates.append(inner if type(inner) is str else "")
    return next((said for text in candidates if text and (said := topics.named(text)[1])), ())


def _asked(packet: Packet, result: Any) -> str:
    choices = [Choice(values={metric: "$.result"}, says=says) for metric, says in CHOICES["people"]]
    lines = hints.mapping(packet.topic, choices, time="$.phenomenonTime")
    return f"result is {show(result)}, and only its Datastream knows what that is: {hints.WRITE}:\n{lines}"
