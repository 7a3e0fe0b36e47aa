"""Axis: the people counters' push and their live sums, AXIS Object Analytics and the other events cameras publish."""

from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters.fields import Item, device, item, items, name, once, serial, span
from collectors.adapters.jsontext import show
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet
from collectors.adapters.times import instant

SOURCE: Final = "axis"
PUSH: Final = "Axis Retail Data"
DIRECTIONS: Final = ("in", "out")
NAMESPACES: Final = ("axis:", "onvif:", "tns1:", "tnsaxis:", "tns:")
ANALYTICS: Final = "ObjectAnalytics/"
PRESENCE: Final = ("/VMD/", "/Motion", "/PIR", "/MotionGuard/", "/FenceGuard/", "/LoiteringGuard/")
STATES: Final = ("active", "State", "state", "IsMotion")
CLASSES: Final = ("Car", "Bike", "Bus", "Truck", "MotorcycleBicycle", "Vehicle", "OtherVehicle")
OTHER_COUNTS: Final = frozenset(f"total{c}" for c in CLASSES) | {c[0].lower() + c[1:] for c in CLASSES}


def reads(packet: Packet) -> bool:
    """Accept pushes and answers of people counters (both have names of their own), and events of cameras."""
    found = packet.object
    if found.get("apiName") == PUSH:
        return True
    if "serial" in found and "timestamp" in found and "message" not in found:
        return found.keys() >= {"in", "out", "name"} or found.keys() >= {"occupancy", "total_in", "total_out"}
    topic = found.get("topic")
    return type(topic) is str and topic.startswith(NAMESPACES) and type(found.get("message")) is dict


def decode(packet: Packet) -> Decoded:
    """Return the counts or states in the message."""
    found = once(packet.object)
    if found.get("apiName") == PUSH:
        return _push(packet, found)
    if "message" in found:
        return _event(packet, found)
    return _sums(packet, found)


def _push(packet: Packet, found: Item) -> Decoded:
    """People of a minute (or what is configured) by direction; `adults` is a part of `count` and is left out."""
    told = item(found.get("sensor"))
    sheet = Sheet(SOURCE, device(packet, serial(told.get("serial"))))
    zone = name(told.get("timeZone"), told.get("timezone")) or packet.known.zone
    data = item(found.get("data"))
    for measurement in items("measurement", data.get("measurements"), sheet.problems):
        if measurement.get("kind") != "people-counts":
            sheet.problems.append(
                f"a measurement is of the kind {show(measurement.get('kind'))}, not known here"
            )
            continue
        _counts(sheet, data | measurement, zone)
    said = name(told.get("application"))
    return sheet.decoded(
        model=said if said.startswith("AXIS") else "", not_data=_unless(sheet, "a test of the connection")
    )


def _counts(sheet: Sheet, measurement: Item, zone: str) -> None:
    try:  # the local times have no offset: they stand in only where a counter leaves out those in UTC
        ends = instant(measurement.get("utcTo"), "UTC") or instant(measurement.get("localTo"), zone)
        begins = instant(measurement.get("utcFrom"), "UTC") or instant(measurement.get("localFrom"), zone)
        period_s = span(begins, ends)
    except Unreadable as exc:
        sheet.problems.append(str(exc))
        return
    for count in items("count", measurement.get("items"), sheet.problems):
        if count.get("direction") in DIRECTIONS:
            sheet.note(count["direction"], count.get("count"), time=ends, period_s=period_s, said="count")
        else:
            sheet.problems.append(f"a direction is {show(count.get('direction'))}: it must be in or out")


def _sums(packet: Packet, found: Item) -> Decoded:
    """Decode `live-sum.json`, `counts.json` and `occupancy`: running totals that begin again at midnight."""
    time = packet.instant(found.get("timestamp"), name="timestamp")
    sheet = Sheet(SOURCE, device(packet, serial(found.get("serial"))), time=time)
    for direction in DIRECTIONS:
        sheet.note(
            f"{direction}_total", found.get(direction, found.get(f"total_{direction}")), said=direction
        )
    sheet.note("people", found.get("occupancy"), said="occupancy")
    return sheet.decoded(not_data=_unless(sheet, "sums that are empty"))


def _event(packet: Packet, found: Item) -> Decoded:
    """Decode an event as cameras publish it: all values are text, and the topic in the message says whose it is."""
    message = found["message"]
    topic, data = found["topic"], item(message.get("data"))
    levels = packet.levels
    from_topic = levels[levels.index("event") - 1] if "event" in levels[1:] else ""
    time = packet.instant(found.get("timestamp"), name="timestamp")
    sheet = Sheet(SOURCE, device(packet, serial(found.get("serial")), serial(from_topic)), time=time)
    if ANALYTICS in topic:
        return _scenario(sheet, name(topic.rpartition("/")[2]) or "1", data)
    if any(part in topic for part in PRESENCE):
        _presence(sheet, name(topic.rpartition("/")[2], *item(message.get("source")).values()) or "1", data)
        return sheet.decoded(not_data=_unless(sheet, "an event without a state"))
    return Decoded(not_data=f"an event of a camera that counts nothing ({name(topic, limit=200)})")


def _scenario(sheet: Sheet, scenario: str, data: Item) -> Decoded:
    """Decode an event of AXIS Object Analytics.

    Counts of a line run on since the last reset, in the one direction that the scenario is set up for; those of an area
    are the people in it now. Both come as `total`; `human` tells people from the rest, and only its name (`totalHuman`
    or `human`) tells the two apart.
    """
    if scenario.endswith("ANY"):
        return Decoded(not_data="an event of any scenario, which the scenario itself sends too")
    if "totalHuman" in data:
        sheet.note("in_total", data["totalHuman"], part=scenario, said="totalHuman")
    elif "human" in data:
        sheet.note("people", data["human"], part=scenario, said="human")
    elif "total" in data and OTHER_COUNTS.isdisjoint(data):
        _only_total(sheet, scenario, data)
    else:
        _presence(sheet, scenario, data)
    return sheet.decoded(not_data=_unless(sheet, "counts of things that are not people"))


def _only_total(sheet: Sheet, scenario: str, data: dict[str, Any]) -> None:
    """Note a total without classes. One with the reason (the class of who crossed) is that of a line."""
    if data.get("reason") == "human":
        sheet.note("in_total", data["total"], part=scenario, said="total")
    elif "reason" not in data:
        sheet.problems.append(
            f"{scenario} tells a total, but not of what: let the scenario count humans alone or tell its classes apart"
        )


def _presence(sheet: Sheet, part: str, data: Item) -> None:
    said = next((key for key in STATES if key in data), "")
    if said:
        sheet.note("occupied", data[said], part=part, said=said)


def _unless(sheet: Sheet, not_data: str) -> str:
    return "" if sheet.readings or sheet.problems else not_data
