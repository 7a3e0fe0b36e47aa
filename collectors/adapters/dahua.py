"""Dahua cameras: people counting (NumberStat) as rows or sums, and the events that bridges publish."""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters import objects
from collectors.adapters.amounts import ABOUT_PEOPLE
from collectors.adapters.fields import Item, device, item, items, name, once, span
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet

SOURCE: Final = "dahua"
DIRECTIONS: Final = (("in", "EnteredSubtotal"), ("out", "ExitedSubtotal"))
# Where counts are found: in the message itself, an answer of videoStatServer, an event, or what a bridge makes of them.
PLACES: Final = (
    (),
    ("params", "info"),
    ("params", "summary"),
    ("info",),
    ("summary",),
    ("Data",),
    ("data",),
    ("data", "Rules"),
)
SEES_PEOPLE: Final = ("VideoMotion", "SmartMotionHuman")
_EVENT = re.compile(r"(.+?)/(?:([^/]+)/Event|Event/([^/]+))(?:/.*)?")


def reads(packet: Packet) -> bool:
    """Tell whether counts are in one of the places, or it is an event with its action and times."""
    found = packet.object
    if type(found.get("Action")) is str and type(found.get("Data")) is dict:
        return True
    return any(_is_count(row) for row in _rows(found))


def decode(packet: Packet) -> Decoded:
    """Return the counts, or the state an event tells."""
    found = once(packet.object)
    rows = [row for row in _rows(found) if _is_count(row)]
    if not rows:
        return _event(packet, found)
    sheet = Sheet(
        SOURCE, device(packet, found.get("device_id"), found.get("serialNumber"), found.get("SerialNo"))
    )
    for row in items("row", rows, sheet.problems):
        try:
            _row(packet, sheet, row)
        except Unreadable as exc:
            sheet.problems.append(str(exc))
    return sheet.decoded(not_data="" if sheet.readings or sheet.problems else "an answer without counts")


def _rows(found: Item) -> Iterable[Any]:
    for place in PLACES:
        value: Any = found
        for key in place:
            value = item(value).get(key)
        yield from value if type(value) is list else [value]


def _is_count(row: Any) -> bool:
    return type(row) is dict and any(said in row for _, said in DIRECTIONS)


def _row(packet: Packet, sheet: Sheet, row: Item) -> None:
    """One area's counts: of a period if the row has one, else sums that run on (`Total`, or `Today` until midnight)."""
    area, channel = name(row.get("AreaID")) or "1", name(row.get("Channel"))
    part = area if channel in ("", "0") else f"{channel}/{area}"
    ends = packet.instant(row.get("EndTime"), name="EndTime")
    if ends is not None and ends.second == 59:  # the last second of a period is told, not its end
        ends += timedelta(seconds=1)
    period_s = span(packet.instant(row.get("StartTime"), name="StartTime"), ends)
    time = ends or packet.instant(item(row.get("Data")).get("UTC") or row.get("UTC"), name="UTC")
    for direction, said in DIRECTIONS:
        value, total = row.get(said), not period_s
        if type(value) is dict:
            value, total = value.get("Total", value.get("Today")), True
        sheet.note(
            f"{direction}_total" if total else direction,
            value,
            part=part,
            time=time,
            period_s=period_s,
            said=said,
        )


def _event(packet: Packet, found: Item) -> Decoded:
    """Movement is told by a pair of events, Start and Stop; all others (calls, cards, locks) are nobody's count."""
    data = found["Data"]
    topic = _EVENT.fullmatch(packet.topic)
    code = name(found.get("Code"), *(topic.group(2, 3) if topic else ()))
    action = name(found.get("Action"))
    if code not in SEES_PEOPLE or action not in ("Start", "Stop"):
        if (told := _other(packet, data, topic)) is not None:
            return told
        return Decoded(not_data=f"an event that counts nobody ({code or 'of an unknown kind'}, {action})")
    # UTC is what its name says; LocaleTime is the same on the wall and stands in where it is missing.
    time = packet.instant(data.get("UTC"), name="UTC") or packet.instant(
        data.get("LocaleTime"), name="LocaleTime"
    )
    sheet = Sheet(SOURCE, device(packet, found.get("serialNumber"), topic[1] if topic else None), time=time)
    sheet.note("occupied", action == "Start")
    return sheet.decoded()


def _other(packet: Packet, data: Item, topic: re.Match[str] | None) -> Decoded | None:
    """Return what another event says of people by the names it uses (the people in an area, say); None if nothing."""
    found = objects.look(data, packet=packet, at="$.Data")
    if not found.about_people:
        return None
    found.measured = [(leaf, means) for leaf, means in found.measured if means.metric in ABOUT_PEOPLE]
    sheet = Sheet(SOURCE, device(packet, packet.object.get("serialNumber"), topic[1] if topic else None))
    sheet.time = packet.instant(data.get("UTC"), name="UTC")
    objects.write(sheet, found, topic=packet.topic)
    return sheet.decoded()
