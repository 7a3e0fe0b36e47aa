"""VergeSense: the webhooks of its cloud, one object or several in a list."""

from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters.fields import Item, device, item, items, together
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet

SOURCE: Final = "vergesense"
EVENTS: Final = ("space_report", "space_availability", "sensor_report", "motion_detected")
STATES: Final = {"available": "vacant"}


def reads(packet: Packet) -> bool:
    """Tell whether it, or the first of it, is one of the events."""
    if packet.payload[:1] not in b"[{ \t\r\n":
        return False
    try:
        value: Any = packet.json
    except Unreadable:
        return False
    first = item(value[0] if type(value) is list and value else value)
    return first.get("event_type") in EVENTS and "building_ref_id" in first


def decode(packet: Packet) -> Decoded:
    """People in spaces. A floor, a room in it and a sensor there are devices apart: nothing adds them up."""
    problems: list[str] = []
    sheets = [_report(packet, report) for report in items("report", packet.json, problems)]
    decoded = together(sheets, not_data="a report without a measurement")
    return Decoded(
        readings=decoded.readings, problems=(*problems, *decoded.problems), not_data=decoded.not_data
    )


def _report(packet: Packet, report: Item) -> Sheet:
    """Return the people counted, null for none who looked; a space's state if it is all there is."""
    known = device(packet, report.get("sensor_id"), report.get("space_id"), report.get("space_ref_id"))
    sheet = Sheet(SOURCE, known)
    try:
        sheet.time = packet.instant(report.get("timestamp"), name="timestamp")
    except Unreadable as exc:
        sheet.problems.append(str(exc))
        return sheet
    if report.get("event_type") == "motion_detected":
        sheet.note("motions", 1)
        return sheet
    people = report.get("person_count")
    people = item(report.get("people")).get("count") if people is None else people
    sheet.note("people", people, said="person_count")
    told = report.get("state")
    sheet.note("occupied", STATES.get(told, told) if type(told) is str else told, said="state")
    climate = item(report.get("environment"))
    for field, metric in (("temperature", "temperature_c"), ("humidity", "humidity_pct")):
        sheet.note(metric, item(climate.get(field)).get("value"), said=field)
    return sheet
