"""Xovis 3D sensors: logics, live data and status of the v5 push, and the element push of the v3 and v4 firmware."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters.fields import Item, device, item, items, name, once, span, together
from collectors.adapters.jsontext import show
from collectors.adapters.numbers import number
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet
from collectors.adapters.times import instant

SOURCE: Final = "xovis"
FORMS: Final = ("logics_data", "live_data", "status_data")

# What the sensor calls a count, and what that is here: a record holds who passed in its time and the state at its end.
COUNTS: Final = {
    "fw": "in",
    "bw": "out",
    "in": "in",
    "out": "out",
    "visits": "in",
    "outflow": "out",
    "balance": "people",
    "fill-level": "people",
    "queue-length": "people",
    "queueing-time": "dwell_s",
    "dwell-time": "dwell_s",
}
TOTALS: Final = {"in": "in_total", "out": "out_total"}
# Who passed is nobody's business. These halves make a total again where a logic is set up to send nothing else.
HALVES: Final = (("male", "female"), ("mask", "no-mask"), ("tag", "no-tag"))
SPLIT: Final = ("fw", "bw", "in", "out", "balance", "visits")  # fw-male, bw-age, balance-mask ...
NOT_PEOPLE: Final = ("GROUP", "BICYCLE", "PRAM", "SHOPPING_CART", "WHEELCHAIR", "WRONG_WAY")
CROSSINGS: Final = {"LINE_CROSS_FORWARD": "in", "LINE_CROSS_BACKWARD": "out"}


def reads(packet: Packet) -> bool:
    """Tell whether it is one of the pushes: each has a name of its own for its content."""
    found = packet.object
    if any(type(found.get(form)) is dict for form in FORMS):
        return True
    return type(found.get("sensor-info")) is dict and type(found.get("content")) is dict


def decode(packet: Packet) -> Decoded:
    """Return the counts of all logics and records in the message."""
    found = once(packet.object)
    if type(found.get("status_data")) is dict:
        return Decoded(not_data=_health(item(found["status_data"].get("states"))))
    if type(found.get("logics_data")) is dict:
        return _logics(packet, once(found["logics_data"]))
    if type(found.get("live_data")) is dict:
        return _live(packet, once(found["live_data"]))
    return _elements(packet, found)


def _sheet(packet: Packet, data: Item) -> Sheet:
    """Return a sheet for who sent it: without sensor_info (its sending can be switched off) only the topic tells.

    Sensors joined to one (a multisensor) speak through one of them and number their logics from 1: a device of its own.
    """
    info = item(data.get("sensor_info"))
    found = device(packet, info.get("serial_number"))
    if info.get("type") == "MULTI_SENSOR":
        found = f"{found}/multi{name(info.get('multisensor_id')) or '1'}"
    return Sheet(SOURCE, found)


def _zone(packet: Packet, data: Item) -> str:
    return name(item(data.get("sensor_info")).get("timezone")) or packet.known.zone


def _health(states: Item) -> str:
    told = [f"{part} {name(item(item(state).get('state')).get('state'))}" for part, state in states.items()]
    return f"a report on the sensor's health ({', '.join(t for t in told if not t.endswith(' ')) or 'no states'})"


def _logics(packet: Packet, data: Item) -> Decoded:
    sheet = _sheet(packet, data)
    zone = _zone(packet, data)
    for logic in items("logic", data.get("logics"), sheet.problems):
        if _counts_people(logic):
            for record in items("record", logic.get("records"), sheet.problems):
                _record(sheet, _part(logic.get("id"), logic.get("name")), record, "counts", zone)
    return together([sheet], not_data="a report without people in it")


def _counts_people(logic: Item) -> bool:
    """Tell whether a logic counts people: others count groups, bicycles, prams and the like by the same names."""
    info = logic.get("info")
    return not (type(info) is str and info.removeprefix("XLT_").removeprefix("4X_").startswith(NOT_PEOPLE))


def _part(*values: object) -> str:
    return name(*values) or "1"


def _record(sheet: Sheet, part: str, record: Item, counts: str, zone: str) -> None:
    """Note the counts of one period of one logic. `record[counts]` is the list of named values."""
    try:
        ends = instant(record.get("to"), zone, name="to")
        share = _share(record)
        period_s = span(instant(record.get("from"), zone, name="from"), ends) * share
    except Unreadable as exc:
        sheet.problems.append(f"logic {part}: {exc}")
        return
    if share == 0:  # the sensor did not look in that time: no measurement, and not zero people
        return
    found = dict(_named(sheet, items("count", record.get(counts), sheet.problems)))
    for said in COUNTS:
        value = _whole(said, found)
        if value is not None:
            _note(sheet, COUNTS[said], value, part, ends, period_s, said)


def _share(record: Item) -> float:
    """Return the share of its period in which the sensor measured."""
    made, meant = (
        number("samples", record.get("samples")),
        number("samples_expected", record.get("samples_expected")),
    )
    if made is None or meant is None or meant <= 0:
        return 1.0
    return min(1.0, max(0.0, made / meant))


def _named(sheet: Sheet, counts: Iterable[Item]) -> Iterable[tuple[str, Any]]:
    """Name and value of each count; a name that is not known and no split of a known one is a problem."""
    for count in counts:
        called = count.get("name", count.get("label"))
        if _known(sheet, called):
            yield _said(called), count.get("value")


def _known(sheet: Sheet, called: object) -> bool:
    said = _said(called)
    if said in COUNTS or said.split("-")[0] in SPLIT:
        return True
    sheet.problems.append(
        f"a count is called {show(called)}: only fw, bw, balance and the like are known here"
    )
    return False


def _said(value: object) -> str:
    return name(value).lower().replace("_", "-")


def _whole(said: str, found: dict[str, Any]) -> object:
    """Return the count `said`; if a logic sends nothing but its halves (men and women, say), their sum."""
    if said in found:
        return found[said]
    for first, second in HALVES:
        if f"{said}-{first}" in found and f"{said}-{second}" in found:
            one, other = (number(said, found[f"{said}-{half}"]) for half in (first, second))
            return None if one is None or other is None else one + other
    return None


def _note(
    sheet: Sheet, metric: str, value: object, part: str, time: datetime | None, period_s: float, said: str
) -> None:
    """Note a value. A balance below zero has drifted (somebody was missed going in): it says nothing about people."""
    if metric == "people" and (type(value) is int or type(value) is float) and value < 0:
        return
    sheet.note(metric, value, part=part, time=time, period_s=period_s, said=said)


def _live(packet: Packet, data: Item) -> Decoded:
    """Counters as they change. Most frames tell only where everybody stands, which is not looked at."""
    sheet = _sheet(packet, data)
    zone = _zone(packet, data)
    for frame in items("frame", data.get("frames"), sheet.problems):
        if frame.get("events"):
            _frame(sheet, frame, zone)
    return together([sheet], not_data="live positions without a count; only logics and lines count people")


def _frame(sheet: Sheet, frame: Item, zone: str) -> None:
    try:
        time = instant(frame.get("time"), zone)
    except Unreadable as exc:
        sheet.problems.append(str(exc))
        return
    for event in items("event", frame.get("events"), sheet.problems):
        _event(sheet, event.get("category"), name(event.get("type")), item(event.get("attributes")), time)


def _event(sheet: Sheet, category: object, kind: str, told: Item, time: datetime | None) -> None:
    """Note a crossing of a line, or a counter: its value runs on since the last reset, one event is one person."""
    if (
        kind in CROSSINGS
    ):  # of a line as drawn, not of a logic: a channel of its own, so that nothing counts twice
        part = f"line{_part(told.get('geometry_id'), told.get('geometry_name'))}"
        sheet.note(CROSSINGS[kind], 1, part=part, time=time)
    elif category == "COUNT":
        said = _said(told.get("counter_name"))
        metric = COUNTS.get(said, "") if said and _known(sheet, said) else ""
        value = told.get("amount") if kind == "TIME_CHANGE" else told.get("counter_value")
        if metric and (metric == "dwell_s") == (kind == "TIME_CHANGE"):
            part = _part(told.get("logic_id"), told.get("logic_name"))
            _note(sheet, TOTALS.get(metric, metric), value, part, time, 0.0, said)


def _elements(packet: Packet, found: Item) -> Decoded:
    """Decode the push of v3 and v4: elements (a line, a zone) with measurements, each with labelled values."""
    sheet = Sheet(SOURCE, device(packet, found["sensor-info"].get("serial-number")))
    for element in items("element", found["content"].get("element"), sheet.problems):
        part = _part(element.get("element-id"), element.get("element-name"))
        for record in items("measurement", element.get("measurement"), sheet.problems):
            _record(sheet, part, record, "value", packet.known.zone)
    return together([sheet], not_data="a report without people in it")
