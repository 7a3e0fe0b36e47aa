"""A JSON object taken apart: its values with the words of their names, their units, times and places."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from collectors.adapters import wordlists
from collectors.adapters.jsontext import TWICE, show
from collectors.adapters.moments import BEGINS, ENDS, LENGTHS, Clock, is_time, named, own_time, told
from collectors.adapters.vocabulary import (
    Doubt,
    Means,
    compact,
    is_climate,
    is_label,
    is_other_kind,
    is_place,
    is_some,
    judge,
    words,
)
from core.errors import Unreadable

DEEPEST: Final = 8  # levels of objects within objects
MOST: Final = 5000  # values of one message
LONGEST_S: Final = 86_400.0  # of a period
PART_LIMIT: Final = 60  # characters of the name of a line or region


_NEUTRAL: Final = frozenset(wordlists.AROUND.split())
_PART_FIELDS: Final = (
    "lineid", "zoneid", "regionid", "areaid", "channelid", "counterid", "doorid", "roomid", "sensorid", "deviceid",
    "line", "zone", "region", "area", "channel", "door", "room", "linename", "zonename", "regionname", "doorwayid",
    "deskid", "desk", "deskname", "seatid", "seat", "seatname", "tableid", "table", "gateid", "spaceid", "gate",
    "space", "roomname", "areaname", "doorname", "gatename", "spacename", "floor", "floorid", "rulename", "lineindex",
    "linenumber", "lineno", "zoneindex", "zonenumber", "regionindex", "regionnumber", "doornumber", "countername",
    "id", "number", "no", "nr", "index", "uid", "name", "label",
)  # fmt: skip
_SURE_PARTS: Final = _PART_FIELDS.index("id")
_PLACES: Final = frozenset(
    ("line", "zone", "region", "area", "door", "room", "gate", "space", "entrance", "desk", "seat", "table")
)
_WINDOWS: Final = frozenset(("window", "period", "interval", "timerange", "timeinterval", "timewindow", "timespan"))
_NO_PLACES: Final = frozenset(("sensorid", "deviceid", "counterid", "channel"))  # of the device, or of its radio
_CLASSES: Final = frozenset(
    ("class", "classname", "objectclass", "object", "objecttype", "itemtype", "targettype", "vehicletype", "category",
     "classification", "type", "label", "kind")
)  # fmt: skip
_RECORDS: Final = frozenset(wordlists.RECORDS.split())
_MANY_PARTS: Final = frozenset(
    ("lines", "zones", "regions", "areas", "counters", "channels", "doors", "gates", "rooms", "desks", "entrances",
     "rois", "seats", "floors", "spaces")
)  # fmt: skip
_NAME_FIELDS: Final = (
    "name", "type", "key", "n", "attribute", "metric", "measure", "parameter", "quantity", "property", "sensor",
    "variable", "field", "objectname", "resourcename", "caption", "measurement", "k", "datapointid", "id",
)  # fmt: skip
_VALUE_FIELDS: Final = ("value", "v", "val", "vb", "text", "reading", "measurement", "measurementvalue", "presentvalue")
_NO_UNITS: Final = frozenset(("no-units", "no_units", "nounits", "no units", "unitless", "dimensionless", "none"))
_UNIT_FIELDS: Final = ("unit", "units", "uom", "u", "unitofmeasurement")
_SHARED_UNITS: Final = ("unit", "units", "uom", "unitofmeasurement")
_SIMPLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One value of a message. `path` is its JSONPath, from the item if the value is one of a list (`each`)."""

    words: tuple[str, ...]
    said: str  # as the device names it, with the names above it: "data.line1.in"
    value: Any
    path: str
    unit: str = ""
    part: str = ""
    time: datetime | None = None
    each: str = ""
    part_path: str = ""
    time_path: str = ""  # where a mapping finds its time, and the beginning of its period
    start_path: str = ""
    own: tuple[str, ...] = ()  # the words of its own name, without those above
    place: str = ""  # the names above it, if they can be that of a sensor or a zone
    in_window: bool = False  # beside the beginning of a period
    period_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where in the message an object stands."""

    words: tuple[str, ...] = ()
    said: str = ""
    path: str = "$"
    part: str = ""
    time: datetime | None = None
    each: str = ""
    part_path: str = ""
    time_path: str = ""
    start_path: str = ""
    kept: str = ""  # the compact name it stands under
    name: str = ""  # the names above that say something, if all of them can be those of a place
    in_window: bool = False
    period_s: float = 0.0
    depth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """A value with its name; `field` holds it, `fields` are all that this took."""

    name: str
    field: str
    value: Any
    unit: str
    fields: tuple[str, ...] = ()


def leaves(
    message: Mapping[str, Any], clock: Clock, *, at: str = "$", each: str = "", context: tuple[str, ...] = ()
) -> list[Leaf]:
    """All values of `message`, whose JSONPath is `at` (from the item of `each`), with times told by `clock`.

    Raises Unreadable.

    `context` are words that stand before every name. An object that carries a name twice is refused: nobody knows which
    of the two is meant. Objects nested deeper than DEEPEST are left out.
    """
    found: list[Leaf] = []
    part, steps = _place_of(message)
    place = _Place(path=at, words=context, part=part, part_path=at + steps if steps else "", each=each)
    for leaf in _object(message, place, clock):
        found.append(leaf)
        if len(found) > MOST:
            raise Unreadable(f"the message holds more than {MOST} values; no sensor measures that many at once")
    return found


def _timed(fields: Mapping[str, Any], place: _Place, clock: Clock) -> _Place:
    """The place with what the object says of its time: an instant, or a period that ends then."""
    begins, ends, lengths = (named(fields, names) for names in (BEGINS, ENDS, LENGTHS))
    window = next((name for name in fields if type(fields[name]) is dict and compact(name) in _WINDOWS), "")
    if window and not begins:  # {"window": {"start": ..., "end": ...}}
        told_there = _timed(fields[window], replace(place, path=place.path + step(window)), clock)
        place = replace(told_there, path=place.path)
    (time, field), period_s = told(fields, clock), 0.0
    if begins and ends and (end := clock(ends, fields[ends], "")) and (begin := clock(begins, fields[begins], "")):
        time, field, period_s = end, ends, max((end - begin).total_seconds(), 0.0)
    elif lengths and type(fields[lengths]) in (int, float) and 0 < fields[lengths] <= LONGEST_S:
        period_s = float(fields[lengths])
    if not (time or period_s or begins):
        return place
    return replace(
        place,
        time=time or place.time,
        time_path=(place.path + step(field) if field else "") if time else place.time_path,
        start_path=place.path + step(begins) if begins and ends and field == ends else place.start_path,
        period_s=period_s or place.period_s,
        in_window=bool(begins) or place.in_window,
    )


def _object(fields: Mapping[str, Any], place: _Place, clock: Clock) -> Iterator[Leaf]:
    if TWICE in fields:
        twice = show(fields[TWICE])  # type: ignore[index]  # not a name: it stands for the fact
        raise Unreadable(f"the message says {twice} twice, so nobody knows which one is meant")
    place = _timed(fields, place, clock)
    other = _other_kind(fields)
    if other:
        place = replace(place, words=(*place.words, *words(fields[other])))
    shared = _shared_unit(fields)
    record = _record(fields)
    if record is not None:
        yield _leaf(record, place)
    is_split = any(is_some(name) for name in fields)
    is_reported = any(compact(name) == "reported" for name in fields)
    for name, value in fields.items():
        if (is_reported or place.kept == "state") and compact(name) == "desired":  # what somebody wishes of the device
            continue
        if (record is not None and name in record.fields) or (is_time(name) and type(value) not in (dict, list)):
            continue
        if name == other or (place.path + step(name) == place.part_path):
            continue
        unit = _unit(fields, name) or shared
        if type(value) is dict:
            yield from _inner(value, _inside(place, name, value.values(), is_list=False), clock, unit)
        elif type(value) is list:
            yield from _list(value, _inside(place, name, value), clock)
        else:
            leaf = _leaf(_Named(name=name, field=name, value=value, unit=unit), place)
            # The total of men and women, say, is their sum, and may be that of a period.
            yield replace(leaf, words=(*leaf.words, "sum")) if is_split and compact(name) == "total" else leaf


def _inner(fields: dict[str, Any], place: _Place, clock: Clock, unit: str) -> Iterator[Leaf]:
    """The values in an object within an object; also one that wraps a single value: {"value": 21, "unit": "C"}."""
    if place.depth > DEEPEST:
        yield _leaf(_Named(name="", field="", value=fields, unit=""), place)
        return
    by = _by_words(fields)
    if place.kept in _PLACES and not place.part:  # {"zone": {"name": "A", "people": 3}}
        part, field = _named(fields, "")
        if field:
            place = replace(place, part=part, part_path=place.path + step(field), words=place.words[:-1])
    wrapped = _first(by, _VALUE_FIELDS)
    if wrapped and place.words and type(fields[wrapped]) not in (dict, list) and TWICE not in fields:
        own = fields.get(_first(by, _UNIT_FIELDS), unit)
        time = own_time(fields, clock) or place.time
        named = _Named(name="", field=wrapped, value=fields[wrapped], unit=own if type(own) is str else unit)
        yield _leaf(named, replace(place, time=time))
        fields = {name: value for name, value in fields.items() if name != wrapped}
    yield from _object(fields, place, clock)


def _list(items: list[Any], place: _Place, clock: Clock) -> Iterator[Leaf]:
    if place.depth > DEEPEST:
        yield _leaf(_Named(name="", field="", value=items, unit=""), place)
        return
    is_mixed = any(type(item) is dict and _other_kind(item) for item in items)
    each = f"{place.each or '$'}{place.path[1:]}"
    for item in items:
        if type(item) is dict:
            part, field = _named(item, place.kept)
            record = _record(item)
            chosen = record.fields[1:] if record else _class_of(item) if is_mixed else ()
            part_path = f"@{step(field)}" if field else place.part_path
            if not field or field == name_of_record(item) or compact(field) == "name":
                there, steps = _place_of(item)
                part, part_path = (there, f"@{steps}") if steps else (part, part_path)
            if record and field in record.fields:  # what names the measurement is no line
                part, part_path = "", place.part_path
            elif not field and len(items) > 1 and not place.part and place.kept in _MANY_PARTS:
                part_path = "key"
            yield from _object(
                item,
                replace(
                    place,
                    path="@",
                    part=f"{place.part}/{part}" if part and place.part else part or place.part,
                    each=each + _chosen(item, chosen),
                    part_path=part_path,
                    kept="",
                ),
                clock,
            )
    if items and type(items[0]) in (int, float):  # nobody knows what each is
        named = _Named(name="", field="", value=items, unit="")
        yield replace(_leaf(named, place), path="@", each=f"{each}[*]", part_path="key")
    elif items and type(items[0]) is not dict:
        yield _leaf(_Named(name="", field="", value=items, unit=""), place)


def _record(fields: Mapping[str, Any]) -> _Named | None:
    """The measurement in an object that names it by a value of its own: {"name": "co2", "value": 640}."""
    by = _by_words(fields)
    value = _first(by, _VALUE_FIELDS)
    if not value or type(fields[value]) in (dict, list):
        return None
    for field in _NAME_FIELDS:
        name = fields[by[field]] if field in by and by[field] != value else None
        if type(name) is str and isinstance(judge(words(name)), Means | Doubt):
            unit = fields.get(_first(by, _UNIT_FIELDS), "")
            return _Named(
                name=name,
                field=value,
                value=fields[value],
                unit=unit if type(unit) is str else "",
                fields=(value, by[field]),
            )
    return None


def _chosen(item: Mapping[str, Any], by: tuple[str, ...]) -> str:
    """Which items of a list a mapping reads: all, or those that say the same as this one in the field `by`."""
    return "[*]" if not by else f"[?@{step(by[0])} == {quoted(item[by[0]])}]"


def _class_of(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """The field that says what kind of thing is counted."""
    texts = (name for name, value in fields.items() if type(name) is type(value) is str)
    return tuple(name for name in texts if compact(name) in _CLASSES)[:1]


def _other_kind(fields: Mapping[str, Any]) -> str:
    """The field by which an object says that it counts no people: {"class": "car", "count": 3}; "" if none does."""
    return next((name for name in _class_of(fields) if is_other_kind(fields[name])), "")


def items_like(item: Mapping[str, Any]) -> str:
    """The items of a message that is a list, as a mapping reads them: all, or those that measure the same as this."""
    named = name_of_record(item)
    return "$" + _chosen(item, (named,) if named else ())


def is_flat(item: object) -> bool:
    """Whether an item of a list holds no lists of objects itself, of which a mapping could not tell the device."""
    if type(item) is not dict:
        return True
    return not any(type(value) is list and any(type(inner) is dict for inner in value) for value in item.values())


def name_of_record(fields: Mapping[str, Any]) -> str:
    """The field that names what an object measures, which is no name of a device; "" if it is no record."""
    record = _record(fields)
    return record.fields[1] if record else ""


def _place_of(fields: Mapping[str, Any]) -> tuple[str, str]:
    """The room or line of which an object speaks, and the steps to it: {"room": "A", "people": 3}.

    It may stand among its tags, as Telegraf writes them.
    """
    part, field = _place_in(fields)
    if field:
        return part, step(field)
    for name in fields:
        if type(fields[name]) is dict and compact(name) in ("tags", "labels"):
            part, field = _place_in(fields[name])
            if field:
                return part, step(name) + step(field)
    return "", ""


def _place_in(fields: Mapping[str, Any]) -> tuple[str, str]:
    by = _by_words(fields)
    for field in _PART_FIELDS[:_SURE_PARTS]:
        value = fields[by[field]] if field in by and field not in _NO_PLACES else None
        if type(value) is int or (type(value) is str and is_label(value)):
            return str(value).strip(), by[field]
    return "", ""


def _shared_unit(fields: Mapping[str, Any]) -> str:
    """The unit of all that an object counts, if it counts nothing but this: {"total_in": 1234, "unit": "kWh"}."""
    unit = fields.get(_first(_by_words(fields), _SHARED_UNITS))
    if type(unit) is not str:
        return ""
    counted = (name for name, value in fields.items() if type(value) in (int, float, str) and not is_time(name))
    return unit if not any(is_climate(judge(words(name))) for name in counted) else ""


def _by_words(fields: Mapping[str, Any]) -> dict[str, str]:
    return {compact(name): name for name in fields if type(name) is str}


def _first(by: Mapping[str, str], wanted: tuple[str, ...]) -> str:
    return next((by[name] for name in wanted if name in by), "")


def _named(item: Mapping[str, Any], kept: str) -> tuple[str, str]:
    """How an item of a list names itself, and in which field. In a list of records an `id` is that of the record."""
    by = _by_words(item)
    for field in _PART_FIELDS if kept not in _RECORDS else _PART_FIELDS[:_SURE_PARTS]:
        value = item[by[field]] if field in by else None
        if type(value) is int or (type(value) is str and value.strip()):
            return str(value).strip(), by[field]
    return "", ""


def _inside(place: _Place, name: str, holds: Collection[Any], *, is_list: bool = True) -> _Place:
    """The place of an object that stands under `name`; in {"lines": {"1": {...}}} the name is that of a line.

    A list of entries is one of messages; an object of that name tells those who came in. Entrances are doors if each
    of what they hold is an object, else those who came in.
    """
    kept = compact(name)
    part = name if place.kept in _MANY_PARTS and is_place(name) else ""
    is_record = kept in _RECORDS and (is_list or kept != "entries")
    are_doors = kept == "entrances" and all(type(each) is dict for each in holds)
    added = () if part or kept in _NEUTRAL or is_record or are_doors else words(name)
    return replace(
        place,
        words=(*place.words, *added),
        said=_joined(place.said, name),
        path=place.path + step(name),
        part=part or place.part,
        depth=place.depth + 1,
        kept=kept,
        name=_place_name(place, name) if added else place.name,
    )


def _place_name(place: _Place, name: str) -> str:
    """The name of a place within a place: "floor1/desk4"; "" if one of the names is no place."""
    if not is_place(name) or (place.words and not place.name):
        return ""
    return f"{place.name}/{name}".strip("/")


def _leaf(named: _Named, place: _Place) -> Leaf:
    if place.words and not place.part and named.name.isdecimal() and len(named.name) <= 3:
        part, named = named.name, replace(named, name="")  # {"zone_counts": {"1": 2}}: a line's number
        return replace(_leaf(named, place), part=part, said=_joined(place.said, part))
    own = words(named.name) if compact(named.name) not in _VALUE_FIELDS or not place.words else ()
    unit = named.unit.strip().lower()
    return Leaf(
        words=(*place.words, *own),
        said=_joined(place.said, named.name),
        value=named.value,
        path=place.path + (step(named.field) if named.field else ""),
        unit=unit if unit not in _NO_UNITS else "",
        part=place.part,
        time=place.time,
        each=place.each,
        part_path=place.part_path,
        own=own,
        place=place.name,
        in_window=place.in_window,
        period_s=place.period_s,
        time_path=place.time_path,
        start_path=place.start_path,
    )


def _joined(above: str, name: str) -> str:
    return f"{above}.{name}".strip(".")


def _unit(fields: Mapping[str, Any], name: str) -> str:
    """The unit a sibling gives for `name`: `temperature_unit`, or `units: {"temperature": "F"}`."""
    for other in (f"{name}_unit", f"{name}Unit", f"{name}_units", f"{name}Units"):
        if type(unit := fields.get(other)) is str:
            return unit
    for key in fields:
        units = fields[key] if key.lower().endswith(("unit", "units")) else None
        if type(units) is dict and type(unit := units.get(name)) is str:
            return unit
    return ""


def step(name: str) -> str:
    """One step of a JSONPath."""
    if _SIMPLE.fullmatch(name):
        return f".{name}"
    return f"[{quoted(name)}]"


def quoted(text: str) -> str:
    """A text as JSONPath quotes it."""
    plain = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{plain}'"
