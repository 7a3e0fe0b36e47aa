"""Sparkplug B: metrics of edge nodes and devices, `spBv1.0/{group}/{message type}/{node}[/{device}]`.

The payload is a Protocol Buffers message (some bridges write the same as JSON). A birth and a death say that the node
or device came or went; a birth holds all metrics with their names, and data may then name them by a number alone, which
a reader that keeps nothing cannot know. Format: Eclipse Sparkplug 3.0, chapters 4 and 6.
"""

from collections.abc import Iterator
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters import ambiguity, objects, protobuf, topics
from collectors.adapters.json_flatten import Leaf
from collectors.adapters.jsontext import show
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet
from collectors.adapters.vocabulary import Means, judge, words

SOURCE: Final = "sparkplug"
_DATA: Final = ("NDATA", "DDATA", "NBIRTH", "DBIRTH")
_INTEGERS: Final = {
    1: 8,
    2: 16,
    3: 32,
    4: 64,
    5: 0,
    6: 0,
    7: 0,
    8: 0,
}  # data type -> bits of two's complement
_BOOLEAN: Final = 11
_MOST: Final = 5000  # metrics of one message


def reads(packet: Packet) -> bool:
    """Topics of Sparkplug B."""
    return packet.levels[0] == "spBv1.0"


def decode(packet: Packet) -> Decoded:
    """Return the metrics that say something about people or the air of a room; births and deaths."""
    levels = packet.levels
    if len(levels) not in (4, 5) or levels[2] not in (*_DATA, "NDEATH", "DDEATH"):
        return Decoded(not_data="an order, or the state of a host application")
    sheet = Sheet(SOURCE, "/".join((levels[1], *levels[3:])))
    if levels[2].endswith("DEATH"):
        sheet.online(False)
        return sheet.decoded()
    if levels[2].endswith("BIRTH"):
        sheet.online(True)
    unnamed = False
    leaves = []
    for name, value, time in _metrics(packet):
        unnamed = unnamed or not name
        part, said = _words(name)
        leaves.append(Leaf(words=said, said=name, value=value, path="", part=part, time=packet.instant(time)))
    found = objects.sort(leaves)
    objects.measure(sheet, found)
    _ask(sheet, found, unnamed)
    idle = not sheet.readings and not sheet.problems and not sheet.statuses
    return sheet.decoded(not_data="nothing about people or the air of a room" if idle else "")


def _words(name: str) -> tuple[str, tuple[str, ...]]:
    """Part and words of a metric, whose name may be a path: `Line 1/Total In`, `Hall/North/People Count`."""
    if isinstance(judge(words(name)), Means):
        return "", words(name)
    place, _, last = name.rpartition("/")
    before, said = topics.named(last)
    return (f"{place}/{before}".strip("/"), said) if said else ("", words(name))


def _ask(sheet: Sheet, found: objects.Found, unnamed: bool) -> None:
    """Say what to do at the edge node about names in doubt and numbers for names."""
    open_ = ambiguity.unsettled(found.measured, found.doubtful)
    if open_:
        names = ambiguity.listed(list(dict.fromkeys(leaf.said for leaf, _ in open_)))
        sheet.problems.append(
            f"{names} could be people since the last message or a running total: name the metric so that it says which"
            " at the edge node, such as in_total or period_in"
        )
    if unnamed and not sheet.readings:
        sheet.problems.append(
            "its metrics have numbers (aliases) and no names: switch aliases off at the edge node"
        )


def _metrics(packet: Packet) -> Iterator[tuple[str, Any, Any]]:
    """Name, value and time of each metric; the time of the message where it has none. Raises Unreadable."""
    metrics = _from_json(packet) if packet.payload.lstrip()[:1] == b"{" else _from_protobuf(packet.payload)
    for number, metric in enumerate(metrics):
        if number == _MOST:
            raise Unreadable(f"the message holds more than {_MOST} metrics")
        yield metric


def _from_json(packet: Packet) -> Iterator[tuple[str, Any, Any]]:
    message = packet.json
    metrics = message.get("metrics") if type(message) is dict else None
    if type(metrics) is not list:
        raise Unreadable(f"metrics is {show(metrics)}: it must be a list")
    for metric in metrics:
        if type(metric) is dict:
            name = metric.get("name")
            time = metric.get("timestamp") or message.get("timestamp")
            yield name if type(name) is str else "", metric.get("value"), time


def _from_protobuf(data: bytes) -> Iterator[tuple[str, Any, Any]]:
    sent: int | bytes = 0
    metrics = []
    for number, value in protobuf.fields(data):
        if number == 1:
            sent = value
        elif number == 2 and isinstance(value, bytes):
            metrics.append(value)
    for raw in metrics:
        name, value, time = _metric(raw)
        yield name, value, time or sent


def _metric(raw: bytes) -> tuple[str, Any, Any]:
    """Name, value and time of a metric in Protocol Buffers."""
    told = dict(protobuf.fields(raw))
    name = told.get(1)
    text = name.decode("utf-8", "replace") if isinstance(name, bytes) else ""
    return text, None if told.get(7) else _value(told), told.get(3, 0)


def _value(told: dict[int, int | bytes]) -> Any:
    kind = told.get(4)
    for number, value in told.items():
        if number in (10, 11) and isinstance(value, int):
            bits = _INTEGERS.get(kind, 0) if isinstance(kind, int) else 0
            return protobuf.signed(value, bits) if bits else value
        if number in (12, 13) and isinstance(value, bytes) and len(value) in (4, 8):
            return protobuf.floating(value)
        if number == 14:
            return bool(value)
        if number == 15 and isinstance(value, bytes):
            return value.decode("utf-8", "replace")
    return None
