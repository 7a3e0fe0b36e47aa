"""Milesight people counters that speak JSON over MQTT or HTTP: VS125, VS133-P, VS135 and VS121-P."""

import re
from datetime import datetime
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters.fields import Item, device, item, items, name, once, span
from collectors.adapters.jsontext import show
from collectors.adapters.numbers import number
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet
from collectors.adapters.times import instant

SOURCE: Final = "milesight"
TOTALS: Final = "line_total_data"
PERIODS: Final = "line_periodic_data"
TRIGGERS: Final = "line_trigger_data"
AT_ONCE: Final = 3  # people who cross a line in one instant, at most
REGIONS: Final = (
    "region_data",
    "region_periodic_data",
    "region_trigger_data",
)  # each with the two lists below
SECTIONS: Final = (TOTALS, PERIODS, TRIGGERS, *REGIONS, "region_count_data", "dwell_time_data")
WHOLE: Final = "all"  # the part of a VS121-P that stands for everything it sees
_MODEL = re.compile(r"V_(\d{3})")
_ZONE = re.compile(r"UTC\s*([+-])(\d{1,2}):(\d{2})")


def reads(packet: Packet) -> bool:
    """Tell whether one of the sections is there, or the one event of a VS121-P."""
    found = packet.object
    if any(type(found.get(section)) in (list, dict) for section in SECTIONS):
        return True
    told = found.get("device_info")
    return type(told) is dict and "device_sn" in told and ("time_info" in found or "event" in found)


def decode(packet: Packet) -> Decoded:
    """Return the lines and regions in the message."""
    found = once(packet.object)
    told = item(found.get("device_info"))
    times = item(found.get("time_info"))
    ends = _time(times, ("end_time", "time", "trigger_time"), packet)
    sheet = Sheet(SOURCE, device(packet, told.get("device_sn"), told.get("device_mac")), time=ends)
    _lines(sheet, found, _period(sheet, times, ends, packet))
    for section in (item(found.get(region)) for region in REGIONS):
        _regions(sheet, section, packet)
    _regions(sheet, found, packet)
    _workplace(sheet, found)
    firmware = _MODEL.match(name(told.get("firmware_version")))
    nothing = "" if sheet.readings or sheet.problems else "a message without lines or regions"
    return sheet.decoded(model=f"Milesight VS{firmware[1]}" if firmware else "", not_data=nothing)


def _time(times: Item, fields: tuple[str, ...], packet: Packet) -> datetime | None:
    """Return the first time that is told. Those without an offset are of the zone the device names, or of the site."""
    field = next((field for field in fields if times.get(field)), "")
    value = times.get(field)
    if type(value) is str:
        value = value.replace("/", "-")
        if _ZONE.match(zone := name(times.get("time_zone"), times.get("timezone"), limit=200)):
            try:
                return instant(value + _offset(zone, times.get("dst_status")), name=field)
            except Unreadable:  # it has an offset of its own
                return packet.instant(value, name=field)
    return packet.instant(value, name=field)


def _period(sheet: Sheet, times: Item, ends: datetime | None, packet: Packet) -> float:
    try:
        return span(_time(times, ("start_time",), packet), ends)
    except Unreadable as exc:
        sheet.problems.append(str(exc))
        return 0.0


def _offset(zone: str, summer: object) -> str:
    """Return the offset in `UTC+8:00 China Standard Time`, an hour more in summer time (`dst_status`)."""
    sign, hours, minutes = _ZONE.match(zone).groups()  # type: ignore[union-attr] # the caller has asked
    ahead = (int(hours) * 60 + int(minutes)) * (1 if sign == "+" else -1) + (
        60 if summer in (True, 1, "1", "true") else 0
    )
    return f"{'+' if ahead >= 0 else '-'}{abs(ahead) // 60:02}:{abs(ahead) % 60:02}"


def _lines(sheet: Sheet, found: Item, period_s: float) -> None:
    """Totals where the message has them, periods for the other lines; each crossing as it happens apart from both.

    The number of a line names it: its place in the list does not, and names and uuids are known to stand at two lines.
    """
    counted = set()
    for line in items("line", found.get(TOTALS), sheet.problems):
        counted.add(part := _part(line, "line"))
        _pair(sheet, line, part, ("in_total", "out_total"), 0.0)
    for line in items("line", found.get(PERIODS), sheet.problems):
        if (part := _part(line, "line")) not in counted:
            _pair(sheet, line, part, ("in", "out"), period_s)
    for line in items("line", found.get(TRIGGERS), sheet.problems):
        metrics = ("in_total", "out_total") if _crowd(line) else ("in", "out")
        _pair(sheet, line, f"{_part(line, 'line')}/trigger", metrics, 0.0)


def _pair(sheet: Sheet, line: Item, part: str, metrics: tuple[str, str], period_s: float) -> None:
    """Both directions of a line. Groups, children and staff are counted in the total too and are left out here; the
    capacity (in less out, below zero when somebody was missed) can be worked out from it."""
    total = line.get("total")
    people = total if type(total) is dict else line
    for metric, direction in zip(metrics, ("in", "out"), strict=True):
        said = f"{direction}_counted" if f"{direction}_counted" in people else direction
        sheet.note(metric, people.get(said), part=part, period_s=period_s, said=said)


def _crowd(line: Item) -> bool:
    """Tell whether a trigger tells of more people than cross a line at once: then it tells running totals.

    Which of the two it is, depends on the firmware: its maker's decoder calls them totals, and installations are known
    whose triggers hold 0 or 1.
    """
    people = item(line.get("total")) or line
    told = [
        number(said, people.get(said)) for said in ("in", "out") if type(people.get(said)) in (int, float)
    ]
    return any(value is not None and value > AT_ONCE for value in told)


def _part(found: Item, kind: str) -> str:
    return name(found.get(kind), found.get(f"{kind}_name"), found.get(f"{kind}_uuid")) or "1"


def _regions(sheet: Sheet, section: Item, packet: Packet) -> None:
    for region in items("region", section.get("region_count_data"), sheet.problems):
        total = region.get("total")
        people = total.get("current_total") if type(total) is dict else region.get("current_total", total)
        sheet.note("people", people, part=_part(region, "region"), said="current_total")
    for region in items("region", section.get("dwell_time_data"), sheet.problems):
        try:
            _dwell(sheet, region, packet)
        except Unreadable as exc:
            sheet.problems.append(str(exc))


def _dwell(sheet: Sheet, region: Item, packet: Packet) -> None:
    """Tell how long people stayed, in milliseconds: the mean of a period, or one person when they leave."""
    said = "duration" if "duration" in region else "avg_dwell_time"
    stayed_ms = number(said, region.get(said))
    if stayed_ms is not None:
        left = packet.instant(region.get("dwell_end_time"), name="dwell_end_time")
        sheet.note("dwell_s", stayed_ms / 1000, part=_part(region, "region"), time=left)


def _workplace(sheet: Sheet, found: Item) -> None:
    """Read the forms of a VS121-P: all in sight, and people or presence of each region, numbered in a list."""
    sheet.note("people", found.get("current_total"), part=WHOLE, said="current_total")
    regions: Any = found.get("numbering_regions")
    for said, metric in (("current_counted", "people"), ("occupancy", "occupied")):
        values: Any = found.get(said)
        if values is None:
            continue
        if type(values) is not list or type(regions) is not list or len(values) != len(regions):
            sheet.problems.append(f"{said} is {show(values)}: numbering_regions must name as many regions")
            continue
        for region, value in zip(regions, values, strict=True):
            sheet.note(metric, value, part=name(region) or "1", said=said)
