"""FLIR Brickstream counters: the metrics they deliver in XML."""

from datetime import datetime, timedelta
from typing import Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters.fields import Item, device, item, items, name, once, serial
from collectors.adapters.numbers import number
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet

SOURCE: Final = "brickstream"
DIRECTIONS: Final = (("in", "Enters"), ("out", "Exits"))
DAY: Final = timedelta(days=1)


def reads(packet: Packet) -> bool:
    """Tell whether it is a delivery of metrics."""
    return "ReportData" in item(packet.object.get("Metrics"))


def decode(packet: Packet) -> Decoded:
    """People of each interval, door by door. Dates and times are those of the clock on the wall of the site."""
    metrics = once(packet.object["Metrics"])
    told = item(metrics.get("Properties"))
    known = device(packet, serial(told.get("MacAddress")), told.get("SerialNumber"), metrics.get("DeviceId"))
    sheet = Sheet(SOURCE, known)
    for report in items("report", item(metrics["ReportData"]).get("Report"), sheet.problems):
        for door in items("object", report.get("Object"), sheet.problems):
            part = name(door.get("Id"), door.get("Name")) or "1"
            for count in items("count", door.get("Count"), sheet.problems):
                _count(sheet, part, count, report.get("Date"), packet)
    return sheet.decoded(not_data="" if sheet.readings or sheet.problems else "a delivery without counts")


def _count(sheet: Sheet, part: str, count: Item, date: object, packet: Packet) -> None:
    try:
        if name(count.get("Status")) not in ("", "0"):
            raise Unreadable(
                f"door {part} says of its counts that they are not right (Status {name(count['Status'])})"
            )
        begins, ends = (_clock(packet, date, count.get(f"{edge}Time")) for edge in ("Start", "End"))
        period_s = (ends - begins + (DAY if ends < begins else timedelta())).total_seconds()
        unix_s = number("UnixStartTime", count.get("UnixStartTime"), nothing=(0,))
        begins = packet.instant(unix_s, name="UnixStartTime") or begins
    except Unreadable as exc:
        sheet.problems.append(str(exc))
        return
    for metric, said in DIRECTIONS:
        sheet.note(
            metric,
            count.get(said),
            part=part,
            time=begins + timedelta(seconds=period_s),
            period_s=period_s,
            said=said,
        )


def _clock(packet: Packet, date: object, clock: object) -> datetime:
    told = packet.instant(f"{name(date)}T{name(clock)}")
    if told is None:
        raise Unreadable("a count has no time")
    return told
