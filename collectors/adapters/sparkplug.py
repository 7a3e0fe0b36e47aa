"""Sparkplug B: metrics of edge nodes and devices, `spBv1.0/{group}/{message type}/{node}[/{device}]`.

The payload is a Protocol Buffers message (some bridges write the same as JSON); it becomes an object for the table to
read. A birth holds all metrics with their names, and data may then name them by a number alone, which a reader that
keeps nothing cannot know. Format: Eclipse Sparkplug 3.0, chapters 4 and 6.
"""

import struct
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

from msgspec.structs import replace

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters.jsontext import CONTROL, show
from collectors.adapters.packet import Packet
from collectors.devices import registry, unknown

_DATA: Final = ("NDATA", "DDATA", "NBIRTH", "DBIRTH", "NDEATH", "DDEATH")
_UNNAMED: Final = "its metrics have numbers (aliases) and no names: switch aliases off at the edge node"
_OPEN: Final = (
    "{} may be of people, and only the name says so: at the edge node, name the metric in_total, out_total or"
    " passages_total if it is a running total of people"
)
_PLACE: Final = "if it counts people, place the device in the site file"
_INTEGERS: Final = {1: 8, 2: 16, 3: 32, 4: 64}  # data type -> bits of two's complement
_MOST: Final = 5000  # metrics of one message
_LONGEST: Final = 10  # bytes of a whole number
_BROKEN: Final = "the payload is not a Sparkplug message, or it breaks off"


def decode(packet: Packet) -> Decoded | None:
    """Return the metrics about people or the air of a room; births and deaths.

    None if the topic is none of Sparkplug B. Raises Unreadable.
    """
    levels = packet.levels
    if levels[0] != "spBv1.0":
        return None
    if len(levels) not in (4, 5) or levels[2] not in _DATA:
        return Decoded(not_data="an order, or the state of a host application")
    kind = levels[2][1:]
    metrics = (
        [] if kind == "DEATH" else [{name: value, "$time": time} for name, value, time in _metrics(packet)]
    )
    body = {"kind": kind, "device": "/".join((levels[1], *levels[3:])), "metrics": metrics}
    named_metrics = packet.holding(body)
    decoded = registry.decode(named_metrics) or Decoded()
    if decoded.readings:
        return _counting_people(decoded, packet, _doubt(metrics, packet))
    if names := [show(leaf.names[-1]) for leaf in unknown.Candidates(named_metrics).asked()]:
        return replace(decoded, not_data="", problems=(_OPEN.format(", ".join(names)),))
    if any("" in metric for metric in metrics):
        return replace(decoded, not_data="", problems=(_UNNAMED,))
    return decoded


def _doubt(metrics: Sequence[dict[str, Any]], packet: Packet) -> str:
    """Return why totals may not be of people, by the other metrics (except Sparkplug's own) and the topic; or ""."""
    fields: dict[str, dict[str, Any]] = defaultdict(dict)
    for name, value in (pair for metric in metrics for pair in metric.items()):
        folder, _, last = name.rpartition("/")
        if name not in ("$time", "bdSeq") and folder not in ("Node Control", "Device Control"):
            fields[folder or "metrics"][last] = value
    texts = (packet.levels[1], *packet.levels[3:])
    candidates = unknown.Candidates(packet.holding({"fields": fields}), texts, "fields")
    return candidates.doubt if candidates.certain else unknown.INNER


def _counting_people(decoded: Decoded, packet: Packet, doubt: str) -> Decoded:
    """Leave out totals of a node that may count something else, unless a person has placed it."""
    totals = [r for r in decoded.readings if r.metric.endswith("_total")]
    if not totals or not doubt or all(packet.known.is_placed((r.source, r.device)) for r in totals):
        return decoded
    readings = tuple(r for r in decoded.readings if r not in totals)
    return replace(decoded, readings=readings, problems=(*decoded.problems, f"{doubt}: {_PLACE}"))


def _metrics(packet: Packet) -> Iterator[tuple[str, Any, Any]]:
    """Return name, value and time of each metric; the message's time where it has none. Raises Unreadable."""
    metrics = _from_json(packet) if packet.payload.lstrip()[:1] == b"{" else _from_protobuf(packet.payload)
    for number, metric in enumerate(metrics):
        if number == _MOST:
            raise Unreadable(f"the message holds more than {_MOST} metrics")
        if CONTROL.search(metric[0]):
            raise Unreadable(f"the name of a metric has control characters: {show(metric[0])}")
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
    message = list(_fields(data))
    sent = dict(message).get(1, 0)
    for number, raw in message:
        if number == 2 and isinstance(raw, bytes):
            fields = dict(_fields(raw))
            name = fields.get(1)
            text = name.decode("utf-8", "replace") if isinstance(name, bytes) else ""
            yield text, None if fields.get(7) else _value(fields), fields.get(3) or sent


def _value(fields: dict[int, int | bytes]) -> Any:
    kind = fields.get(4)
    for number, value in fields.items():
        if number in (10, 11) and isinstance(value, int):
            bits = _INTEGERS.get(kind, 0) if isinstance(kind, int) else 0
            value &= (1 << bits) - 1 if bits else -1
            return value - (1 << bits) if bits and value >> (bits - 1) else value
        if number in (12, 13) and isinstance(value, bytes) and len(value) in (4, 8):
            return struct.unpack("<f" if len(value) == 4 else "<d", value)[0]
        if number == 14:
            return bool(value)
        if number == 15 and isinstance(value, bytes):
            return value.decode("utf-8", "replace")
    return None


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield number and value of each field of Protocol Buffers: whole numbers as they are, others as bytes."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = _varint(data, at)
            yield number, value
            continue
        size = {1: 8, 5: 4}.get(kind, -1)
        if kind == 2:
            size, at = _varint(data, at)
        if number == 0 or size < 0 or at + size > len(data):
            raise Unreadable(_BROKEN)
        yield number, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for number, byte in enumerate(data[at : at + _LONGEST]):
        value |= (byte & 0x7F) << (7 * number)
        if byte < 0x80:
            return value, at + number + 1
    raise Unreadable(_BROKEN)
