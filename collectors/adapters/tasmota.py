"""Tasmota: `tele/{device}/SENSOR` with the local time, `stat/{device}/PIR1` from rules, `tele/{device}/LWT`.

Format: the Tasmota documentation ("MQTT", "PIR motion sensors", "Counters"). The full topic may also be in the other
order (`{device}/tele/SENSOR`). A switch or a relay is not a person; a pulse counter counts whatever hangs on its wire.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters import ambiguity, hints, objects
from collectors.adapters.amounts import ABOUT_PEOPLE
from collectors.adapters.hints import Choice
from collectors.adapters.jsontext import TWICE, show
from collectors.adapters.numbers import number
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet

SOURCE: Final = "tasmota"
_PREFIXES: Final = ("tele", "stat", "cmnd")
_SEES: Final = re.compile(r"(?:PIR|MOTION|PRESENCE|OCCUPANCY|OCCUPIED)_?(\d{0,2})", re.IGNORECASE)
_COUNTER: Final = re.compile(r"(?:COUNTER|C)_?(\d{1,2})", re.IGNORECASE)
_SAYS: Final = re.compile(
    r"LWT|SENSOR|STATE|RESULT|HASS_STATE|UPTIME|LOGGING|EVENT|WAKEUP|MARGINS"
    r"|(?:POWER|INFO|STATUS|SWITCH|BUTTON|DIMMER|COLOR)\d{0,2}|(?:PIR|MOTION|PRESENCE|OCCUPANCY|OCCUPIED)_?\d{0,2}"
)
_SWITCH: Final = re.compile(r"Switch\d{1,2}")
_OWN: Final = ("Time", "TempUnit", "ENERGY", "ESP32", "PressureUnit", "SpeedUnit")
_CLIMATE: Final = {
    "Humidity": "humidity_pct",
    "CarbonDioxide": "co2_ppm",
    "Illuminance": "light_lux",
    "Noise": "sound_db",
}


def reads(packet: Packet) -> bool:
    """Topics with `tele`, `stat` or `cmnd` at their front or before the last level, which is one of Tasmota's own."""
    levels = packet.levels
    ours = len(levels) > 2 and (levels[0] in _PREFIXES or levels[-2] in _PREFIXES)
    return ours and (_SAYS.fullmatch(levels[-1]) is not None or "cmnd" in (levels[0], levels[-2]))


def decode(packet: Packet) -> Decoded:
    """Presence, climate and what comes and goes; states of relays and of the device itself are not data."""
    levels, what = packet.levels, packet.levels[-1]
    prefix, name = (levels[0], levels[1:-1]) if levels[0] in _PREFIXES else (levels[-2], levels[:-2])
    if prefix == "cmnd":
        return Decoded(not_data="an order to a device")
    sheet = Sheet(SOURCE, "/".join(name))
    if what == "LWT":
        return _last_will(packet, sheet)
    if sees := _SEES.fullmatch(what):
        sheet.note("occupied", packet.text, part=sees[1] or "1", said=what)
        return _told(sheet)
    if what == "SENSOR" or (what == "STATUS10" and type(packet.object.get("StatusSNS")) is dict):
        _sensors(packet, sheet, packet.object.get("StatusSNS", packet.json))
        return _told(sheet)
    if what == "RESULT":
        _switch(packet, sheet)
        _people(packet, sheet, packet.object)
    return sheet.decoded(
        not_data="" if sheet.problems or sheet.readings else "the state of a relay or the device itself"
    )


def _told(sheet: Sheet) -> Decoded:
    idle = not sheet.readings and not sheet.problems
    return sheet.decoded(not_data="nothing about people or the air of a room" if idle else "")


def _last_will(packet: Packet, sheet: Sheet) -> Decoded:
    if packet.text not in ("Online", "Offline"):
        raise Unreadable(f"LWT is {show(packet.text)}: it must be Online or Offline")
    sheet.online(packet.text == "Online")
    return sheet.decoded()


def _switches(packet: Packet, sheet: Sheet, fields: Mapping[str, Any]) -> None:
    """Ask about a device that sends nothing but a switch: it may have a motion sensor on its wire."""
    for name, value in fields.items():
        if _SWITCH.fullmatch(name) and value in ("ON", "OFF"):
            sheet.problems.append(_asked(packet, name, f"$.{name}"))


def _asked(packet: Packet, name: str, path: str) -> str:
    choice = Choice(values={"occupied": path}, says="whether somebody is there")
    lines = hints.mapping(packet.topic, [choice], device=_device_path(packet))
    return (
        f"{name} could be a motion sensor or the switch of a lamp; if it sees people, say so in the site file"
        f" ({hints.SEE}):\n{lines}"
    )


def _switch(packet: Packet, sheet: Sheet) -> None:
    """Ask about a switch that sends its action: it may be a motion sensor on its wire, or for a lamp."""
    for name, value in packet.object.items():
        if type(name) is str and _SWITCH.fullmatch(name) and type(value) is dict and "Action" in value:
            sheet.problems.append(_asked(packet, name, f"$.{name}.Action"))


def _sensors(packet: Packet, sheet: Sheet, fields: Any) -> None:
    if type(fields) is not dict:
        raise Unreadable(f"the payload is {show(fields)}: a SENSOR message is an object")
    if TWICE in fields:
        raise Unreadable(f"the message says {show(fields[TWICE])} twice, so nobody knows which one is meant")
    sheet.time = packet.instant(fields.get("Time"), name="Time")
    fahrenheit = fields.get("TempUnit") == "F"
    taken: set[tuple[str, str]] = set()
    for name, value in fields.items():
        if sees := _SEES.fullmatch(name):
            sheet.note("occupied", value, part=sees[1] or "1", said=name)
        elif type(value) is dict and TWICE not in value and name != "ESP32":  # that is the warmth of its chip
            for metric, said, measured in _climate(sheet, name, value, fahrenheit):
                part = "1" if (metric, "1") not in taken else name
                taken.add((metric, part))
                sheet.note(metric, measured, part=part, said=said)
    _people(packet, sheet, fields)
    if counters := list(_counters(fields)):
        sheet.problems.append(_pulses(packet, counters))
    if not sheet.readings and not sheet.problems:
        _switches(packet, sheet, fields)


def _people(packet: Packet, sheet: Sheet, fields: Mapping[str, Any]) -> None:
    """Note what other sensors, of scripts and of radars, say of people by the names they use."""
    others = {name: value for name, value in fields.items() if name not in _OWN and not _SEES.fullmatch(name)}
    found = objects.look(
        {name: value for name, value in others.items() if name.upper() != "COUNTER"}, packet=packet
    )
    found.measured = [(leaf, means) for leaf, means in found.measured if means.metric in ABOUT_PEOPLE]
    found.doubtful = [(leaf, doubt) for leaf, doubt in found.doubtful if not _COUNTER.fullmatch(leaf.said)]
    objects.write(sheet, found, topic=packet.topic, device_path=_device_path(packet), time_path="$.Time")


def _climate(
    sheet: Sheet, name: str, sensor: Mapping[str, Any], fahrenheit: bool
) -> Iterator[tuple[str, str, Any]]:
    """Metric, name and value of what a sensor says of the air."""
    for field, metric in _CLIMATE.items():
        if sensor.get(field) is not None:
            yield metric, f"{name}.{field}", sensor[field]
    try:
        degrees = number(f"{name}.Temperature", sensor.get("Temperature"))
    except Unreadable as exc:
        sheet.problems.append(str(exc))
        return
    if degrees is not None:
        yield (
            "temperature_c",
            f"{name}.Temperature",
            round((degrees - 32) / 1.8, 2) if fahrenheit else degrees,
        )


def _counters(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and paths of the pulse counters: `Counter1`, or `C1` in `COUNTER`."""
    for name, value in fields.items():
        if type(value) is int and _COUNTER.fullmatch(name):
            yield name, f"$.{name}"
        elif type(value) is dict and name.upper() == "COUNTER":
            for inner, pulses in value.items():
                if type(inner) is str and type(pulses) is int and _COUNTER.fullmatch(inner):
                    yield f"{name}.{inner}", f"$.{name}.{inner}"


def _device_path(packet: Packet) -> str:
    """Find where a mapping finds the device: a level of the topic, or nothing (then the whole topic names it)."""
    return "" if len(packet.levels) != 3 else "topic:2" if packet.levels[0] in _PREFIXES else "topic:1"


def _pulses(packet: Packet, counters: list[tuple[str, str]]) -> str:
    """Say what to do about counters of pulses: only the caretaker knows what is on the wire."""
    ways = (
        ("passages_total", "people who pass either way, a running total"),
        ("in_total", "people going in, a running total"),
        ("out_total", "people going out, a running total"),
    )
    path = counters[0][1]
    choices = [Choice(values={metric: path}, says=says) for metric, says in ways]
    names = ambiguity.listed([name for name, _ in counters])
    return (
        f"{names} could count people or anything else that hangs on the wire; choose in the site file"
        f" ({hints.SEE}):\n{hints.mapping(packet.topic, choices, device=_device_path(packet), time='$.Time')}"
    )
