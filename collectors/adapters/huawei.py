"""Huawei Cloud video analysis (VIAS): people over lines and in areas."""

from typing import Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters.fields import Item, device, items, name, once
from collectors.adapters.numbers import number
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet

SOURCE: Final = "huawei"
WHOLE: Final = "all"  # the part that stands for everything the camera sees


def reads(packet: Packet) -> bool:
    """Tell whether it is the result of a task."""
    found = packet.object
    return (
        "event_type" in found
        and "stream_id" in found
        and "task_id" in found
        and type(found.get("data")) is dict
    )


def decode(packet: Packet) -> Decoded:
    """Crossings of an interval that ends at the message's time (side1 is in, side2 is out), or people in areas."""
    found = once(packet.object)
    data = once(found["data"])
    time = packet.instant(found.get("timestamp"), name="timestamp")
    sheet = Sheet(SOURCE, device(packet, found.get("stream_id")), time=time)
    period_s = number("interval", data.get("interval")) or 0.0
    if not 0 <= period_s <= 86_400:
        raise Unreadable(f"interval is {period_s:g}: it must be seconds, at most a day")
    sheet.note("people", data.get("total_crowd_count"), part=WHOLE, said="total_crowd_count")
    for place, event in enumerate(items("result", data.get("event_set"), sheet.problems), 1):
        _result(sheet, event, str(place), period_s)
    return sheet.decoded(not_data="" if sheet.readings or sheet.problems else "a result that counts nobody")


def _result(sheet: Sheet, event: Item, place: str, period_s: float) -> None:
    """Note one event. A line has a number of its own; an area is known by its place in the list."""
    line = name(event.get("line_id")) or place
    for direction, side in (("in", "side1_count"), ("out", "side2_count")):
        sheet.note(direction, event.get(side), part=line, period_s=period_s, said=side)
    sheet.note("people", event.get("crowd_count"), part=place, said="crowd_count")
