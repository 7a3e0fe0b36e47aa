"""Hikvision cameras: people counting as they push it (ISAPI), in XML or JSON."""

from datetime import datetime
from typing import Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters import hints
from collectors.adapters.fields import Item, device, item, items, name, once, serial, span
from collectors.adapters.jsontext import show
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet

SOURCE: Final = "hikvision"
ALERT: Final = "EventNotificationAlert"
COUNTING: Final = "peoplecounting"
BY_LINE: Final = "regiontargetnumbercounting"
DIRECTIONS: Final = {"forward": "in", "back": "out", "backward": "out"}


def reads(packet: Packet) -> bool:
    """Tell whether it is an alert, with or without its envelope."""
    found = packet.object
    return ALERT in found or ("eventType" in found and "channelID" in found and "dateTime" in found)


def decode(packet: Packet) -> Decoded:
    """Return the counts of an alert. In real time they run on since midnight; those of a time range are its people."""
    alert = once(item(packet.object.get(ALERT, packet.object)))
    kind = name(alert.get("eventType")).lower()
    counts = once(item(alert.get("peopleCounting"))) if kind == COUNTING else alert
    if kind not in (COUNTING, BY_LINE):
        if "count" in kind:
            raise Unreadable(
                f"an alert of the kind {show(kind)} counts in a way not known here: {hints.WRITE}"
            )
        return Decoded(
            not_data=f"an event that counts nobody ({name(alert.get('eventType')) or 'without a type'})"
        )
    sheet = Sheet(SOURCE, device(packet, serial(alert.get("macAddress")), alert.get("ipAddress")))
    time, period_s, total = _when(packet, alert, counts)
    part = _part(alert.get("channelID"), counts.get("regionsID", counts.get("ruleID")))
    for direction, value in _people(sheet, counts, kind):
        sheet.note(
            f"{direction}_total" if total else direction, value, part=part, time=time, period_s=period_s
        )
    return sheet.decoded(not_data="" if sheet.readings or sheet.problems else "an alert without counts")


def _when(packet: Packet, alert: Item, counts: Item) -> tuple[datetime | None, float, bool]:
    """Return the time of the counts, their period in seconds, and whether they are running totals."""
    method = name(counts.get("statisticalMethods"), counts.get("statisticalMethod"))
    if method == "realTime":
        told = item(counts.get("RealTime")).get("time") or alert.get("dateTime")
        return packet.instant(told), 0.0, True
    if method != "timeRange":
        raise Unreadable(f"statisticalMethods is {show(method)}: it must be realTime or timeRange")
    spell = item(counts.get("TimeRange"))
    ends = packet.instant(spell.get("endTime") or alert.get("dateTime"), name="endTime")
    return ends, span(packet.instant(spell.get("startTime"), name="startTime"), ends), False


def _part(channel: object, region: object) -> str:
    """Name a line by region and channel; most cameras have one channel, which is not named."""
    line = name(region) or "1"
    return line if name(channel) in ("", "1") else f"{name(channel)}/{line}"


def _people(sheet: Sheet, counts: Item, kind: str) -> list[tuple[str, object]]:
    """Direction and people. Who only passes by, children (counted in the whole) and vehicles are left out."""
    if kind == COUNTING:
        return [("in", counts.get("enter")), ("out", counts.get("exit"))]
    listed = item(counts.get("CountingList")).get("DataList")
    return [
        (DIRECTIONS[direction], each.get("humanCount"))
        for each in items("count", listed, sheet.problems)
        if (direction := name(each.get("statisticalDirection"))) in DIRECTIONS
    ]
