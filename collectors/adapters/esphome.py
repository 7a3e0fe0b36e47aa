"""ESPHome and Homie: one value on each topic, the topic says whose it is and what it measures.

ESPHome: `{node}/binary_sensor/{name}/state`, `{node}/sensor/{name}/state`, `{node}/status`.
Homie: `homie/{device}/{node}/{property}`, `homie/{device}/$state`. Formats: the ESPHome documentation ("MQTT client
component") and the Homie convention, versions 3 to 5.
"""

from typing import Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters import ambiguity, objects, topics
from collectors.adapters.json_flatten import Leaf
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet
from collectors.adapters.vocabulary import Doubt, judge, words

_VALUES: Final = ("binary_sensor", "sensor", "number")
_OTHERS: Final = (
    "switch",
    "light",
    "fan",
    "cover",
    "climate",
    "text_sensor",
    "select",
    "button",
    "lock",
    "event",
)
_ALIVE: Final = {
    "ready": True,
    "init": True,
    "alert": True,
    "sleeping": True,
    "lost": False,
    "disconnected": False,
}
_NOT_PEOPLE: Final = "nothing about people or the air of a room"


def reads(packet: Packet) -> bool:
    """Topics of ESPHome's components."""
    levels = packet.levels
    return len(levels) > 3 and levels[-1] == "state" and levels[-3] in (*_VALUES, *_OTHERS)


def decode(packet: Packet) -> Decoded:
    """One value of a node."""
    levels = packet.levels
    if levels[-3] not in _VALUES:
        return Decoded(not_data=_NOT_PEOPLE)
    return _value(packet, Sheet("esphome", "/".join(levels[:-3])), levels[-2])


def reads_homie(packet: Packet) -> bool:
    """Topics of the Homie convention."""
    return packet.levels[0] == "homie" and len(packet.levels) > 2


def decode_homie(packet: Packet) -> Decoded:
    """One property of a device, or that it came or went."""
    levels = packet.levels[1:]
    if len(levels) > 2 and levels[0].isdecimal():  # version 5 tells its number: homie/5/...
        levels = levels[1:]
    if levels[-1] == "$state" and len(levels) == 2:
        return _alive(packet, levels[0])
    if any(level.startswith("$") for level in levels) or levels[-1] == "set" or len(levels) != 3:
        return Decoded(not_data="a device describing itself, or an order to it")
    return _value(packet, Sheet("homie", levels[0]), levels[2], part=levels[1])


def _alive(packet: Packet, device: str) -> Decoded:
    if packet.text not in _ALIVE:
        raise Unreadable(f"$state must be one of {', '.join(_ALIVE)}")
    sheet = Sheet("homie", device)
    sheet.online(_ALIVE[packet.text])
    return sheet.decoded()


def _value(packet: Packet, sheet: Sheet, name: str, part: str = "") -> Decoded:
    """Return a value that measures what the last words of its name say; what stands before them is the part."""
    before, said = topics.named(name)
    verdict = judge(words(name))
    if not said and not isinstance(verdict, Doubt) and (verdict != "unknown" or topics.is_thing(name)):
        return Decoded(not_data=_NOT_PEOPLE)
    leaf = Leaf(words=said or words(name), said=name, value=packet.text, path="$", part=part or before)
    found = objects.sort([leaf])
    if not found.understood and said:
        return Decoded(not_data=f"{name} in words")
    if not found.understood:
        raise Unreadable(ambiguity.unknown(packet.topic, [leaf]))
    objects.write(sheet, found, topic=packet.topic)
    idle = not sheet.readings and not sheet.problems
    return sheet.decoded(not_data="it says that nothing was measured" if idle else "")
