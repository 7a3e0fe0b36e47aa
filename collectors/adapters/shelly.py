"""Shelly: motion, presence and climate sensors of both generations.

Gen 1: `shellies/{device}/sensor/{what}`, `shellies/{device}/status` of the motion sensors. Gen 2 and later:
`{device}/events/rpc` with NotifyStatus, `{device}/status/{component}`, `{device}/online`. Format: Shelly's API
documentation. Relays, lamps, inputs and meters are not data.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters import fields, hints
from collectors.adapters.jsontext import TWICE, show
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet

SOURCE: Final = "shelly"
_COMPONENT: Final = re.compile(r"([a-z_0-9]+):(\d+)")
_GEN1: Final = {
    "motion": "occupied",
    "temperature": "temperature_c",
    "humidity": "humidity_pct",
    "lux": "light_lux",
    "battery": "battery_pct",
}
# Component of generation 2 -> its fields and what they measure.
_GEN2: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "temperature": (("tC", "temperature_c"),),
    "humidity": (("rh", "humidity_pct"),),
    "illuminance": (("lux", "light_lux"),),
    "presence": (("num_objects", "people"),),
    "presencezone": (("num_objects", "people"), ("state", "occupied"), ("value", "occupied")),
    "motion": (("motion", "occupied"),),
    "occupancy": (("value", "occupied"),),
}
# Fields of BTHome as Shelly's script for Bluetooth devices hands them on.
_BTHOME: Final[Mapping[str, str]] = {
    "motion": "occupied",
    "occupancy": "occupied",
    "presence": "occupied",
    "illuminance": "light_lux",
    "temperature": "temperature_c",
    "humidity": "humidity_pct",
    "battery": "battery_pct",
}
_NOTHING: Final = "nothing about people or the air of a room"


def reads(packet: Packet) -> bool:
    """Topics of either generation."""
    levels = packet.levels
    return (
        levels[0] == "shellies"
        or levels[-2:] == ["events", "rpc"]
        or (len(levels) > 2 and levels[-2] == "status" and _COMPONENT.fullmatch(levels[-1]) is not None)
        or (levels[0].startswith("shelly") and levels[-1] == "online")
    )


def decode(packet: Packet) -> Decoded:
    """Return the readings of one device, or that it came or went."""
    levels = packet.levels
    if levels[0] == "shellies":
        return _first(packet)
    if levels[-1] == "online":
        return _online(packet, levels[:-1])
    if levels[-1] == "rpc":
        return _notified(packet)
    sheet = Sheet(SOURCE, "/".join(levels[:-2]))
    _component(sheet, levels[-1], packet.json)
    return _told(sheet)


def _told(sheet: Sheet) -> Decoded:
    return sheet.decoded(not_data="" if sheet.readings or sheet.problems else _NOTHING)


def _online(packet: Packet, name: list[str]) -> Decoded:
    if packet.text not in ("true", "false"):
        raise Unreadable(f"online is {show(packet.text)}: it must be true or false")
    sheet = Sheet(SOURCE, "/".join(name))
    sheet.online(packet.text == "true")
    return sheet.decoded()


def _first(packet: Packet) -> Decoded:
    """Decode generation 1. The time in a motion sensor's status is that of the last motion, not of the message."""
    levels = packet.levels
    if len(levels) < 3:
        return Decoded(not_data=_NOTHING)
    if levels[2] == "online":
        return _online(packet, levels[1:2])
    sheet = Sheet(SOURCE, levels[1])
    if levels[2] == "sensor" and len(levels) == 4 and levels[3] in _GEN1:
        sheet.note(_GEN1[levels[3]], packet.text, said=levels[3])
    elif levels[2] == "status" and "motion" in packet.object:
        _motion(sheet, packet.object)
    return _told(sheet)


def _motion(sheet: Sheet, fields: Mapping[str, Any]) -> None:
    """Note the motion, unless detection is switched off (`active` false): that is not the same as nobody."""
    if fields.get("active") is not False:
        sheet.note("occupied", fields.get("motion"), said="motion")
    sheet.note("light_lux", fields.get("lux"), said="lux")
    sheet.note("battery_pct", fields.get("bat"), said="bat")
    degrees = fields.get("tmp")
    if type(degrees) is dict and degrees.get("units") == "C":
        sheet.note("temperature_c", degrees.get("value"), said="tmp")


def _notified(packet: Packet) -> Decoded:
    """Decode generation 2: what changed, component by component; events are buttons and the device's own affairs."""
    message = packet.json
    params = message.get("params") if type(message) is dict else None
    if type(params) is dict and message.get("method") == "NotifyEvent":
        return _events(packet, params.get("events"))
    if type(params) is not dict or message.get("method") not in ("NotifyStatus", "NotifyFullStatus"):
        return Decoded(not_data="a button, or an answer to an order")
    source = message.get("src")
    name = source if type(source) is str and source else "/".join(packet.levels[:-2])
    sheet = Sheet(SOURCE, name, time=packet.instant(params.get("ts"), name="ts"))
    for component, value in params.items():
        if type(component) is str:
            _component(sheet, component, value)
    return _told(sheet)


def _events(packet: Packet, events: Any) -> Decoded:
    """Events are buttons and the device's own affairs, but for scripts that hand on what Bluetooth sensors say."""
    sheets = (
        [sheet for event in events if (sheet := _heard(event)) is not None] if type(events) is list else []
    )
    return fields.together(sheets, not_data="a button, or an answer to an order")


def _heard(event: Any) -> Sheet | None:
    data = event.get("data") if type(event) is dict else None
    if type(data) is not dict or TWICE in data or not fields.name(data.get("address")):
        return None
    sheet = Sheet(SOURCE, fields.serial(data["address"]))
    for field, metric in _BTHOME.items():
        sheet.note(metric, data.get(field) if type(data.get(field)) is not list else None, said=field)
    return sheet


def _component(sheet: Sheet, name: str, value: Any) -> None:
    """Note what one component says. The first of a kind (number 0, or 200 where numbers begin there) is part 1."""
    kind, _, number = name.partition(":")
    if type(value) is not dict or TWICE in value or not number.isdecimal():
        return
    part = str(int(number) % 200 + 1)
    counts = value.get("counts")
    if kind == "input" and type(counts) is dict and type(counts.get("total")) is int:
        sheet.problems.append(
            f"{name} counts pulses, of people or of what else hangs on its wire: if it is people, {hints.WRITE}"
        )
    if kind == "devicepower" and type(value.get("battery")) is dict:
        sheet.note("battery_pct", value["battery"].get("percent"), part=part, said="battery.percent")
        sheet.note("battery_v", value["battery"].get("V"), part=part, said="battery.V")
    elif kind == "bthomesensor" and value.get("value") is not None:
        sheet.problems.append(
            f"{name} is {show(value['value'])}, and only the device knows what that measures: {hints.WRITE}"
        )
    for field, metric in _GEN2.get(kind, ()):
        sheet.note(
            metric, value.get(field), part="all" if kind == "presence" else part, said=f"{name}.{field}"
        )
