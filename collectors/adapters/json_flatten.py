"""A JSON object taken apart: its values with the words of their names, their units, times and places."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from besok.model.errors import Unreadable
from collectors.adapters import wordlists
from collectors.adapters.jsontext import TWICE, show
from collectors.adapters.moments import BEGINS, ENDS, LENGTHS, Clock, is_time, named, own_time, told
from collectors.adapters.naming import (
    RECORDS,
    UNIT_FIELDS,
    VALUE_FIELDS,
    Named,
    by_words,
    class_of,
    first_of,
    name_of_record,
    named_item,
    other_kind,
    place_of,
    quoted,
    record_of,
    shared_unit,
    step,
    unit_beside,
    unit_tables,
)
from collectors.adapters.vocabulary import compact, is_place, is_some, words

DEEPEST: Final = 8  # levels of objects within objects
MOST: Final = 5000  # values of one message
LONGEST_S: Final = 86_400.0  # of a period
PART_LIMIT: Final = 60  # characters of the name of a line or region


_NEUTRAL: Final = frozenset(wordlists.AROUND.split())
_PLACES: Final = frozenset(
    ("line", "zone", "region", "area", "door", "room", "gate", "space", "entrance", "desk", "seat", "table")
)
_WINDOWS: Final = frozenset(
    ("window", "period", "interval", "timerange", "timeinterval", "timewindow", "timespan")
)
_MANY_PARTS: Final = frozenset(
    ("lines", "zones", "regions", "areas", "counters", "channels", "doors", "gates", "rooms", "desks", "entrances",
     "rois", "seats", "floors", "spaces")
)  # fmt: skip
_NO_UNITS: Final = frozenset(
    ("no-units", "no_units", "nounits", "no units", "unitless", "dimensionless", "none")
)


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
    """The place of an object in the message."""

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


def leaves(
    message: Mapping[str, Any], clock: Clock, *, at: str = "$", each: str = "", context: tuple[str, ...] = ()
) -> list[Leaf]:
    """All values of `message`, whose JSONPath is `at` (from the item of `each`), with times told by `clock`.

    Raises Unreadable.

    `context` are words that stand before every name. An object that carries a name twice is refused: nobody knows which
    of the two is meant. Objects nested deeper than DEEPEST are left out.
    """
    found: list[Leaf] = []
    part, steps = place_of(message)
    place = _Place(path=at, words=context, part=part, part_path=at + steps if steps else "", each=each)
    for leaf in _object(message, place, clock):
        found.append(leaf)
        if len(found) > MOST:
            raise Unreadable(
                f"the message holds more than {MOST} values; no sensor measures that many at once"
            )
    return found


def _timed(fields: Mapping[str, Any], place: _Place, clock: Clock) -> _Place:
    """Return the place with what the object says of its time: an instant, or a period that ends then."""
    begins, ends, lengths = (named(fields, names) for names in (BEGINS, ENDS, LENGTHS))
    window = next((name for name in fields if type(fields[name]) is dict and compact(name) in _WINDOWS), "")
    if window and not begins:  # {"window": {"start": ..., "end": ...}}
        told_there = _timed(fields[window], replace(place, path=place.path + step(window)), clock)
        place = replace(told_there, path=place.path)
    (time, field), period_s = told(fields, clock), 0.0
    if (
        begins
        and ends
        and (end := clock(ends, fields[ends], ""))
        and (begin := clock(begins, fields[begins], ""))
    ):
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
    other = other_kind(fields)
    if other:
        place = replace(place, words=(*place.words, *words(fields[other])))
    shared, tables = shared_unit(fields), unit_tables(fields)
    record = record_of(fields)
    if record is not None:
        yield _leaf(record, place)
    is_split = any(is_some(name) for name in fields)
    is_reported = any(compact(name) == "reported" for name in fields)
    for name, value in fields.items():
        if (is_reported or place.kept == "state") and compact(
            name
        ) == "desired":  # what somebody wishes of the device
            continue
        if (record is not None and name in record.fields) or (
            is_time(name) and type(value) not in (dict, list)
        ):
            continue
        if name == other or (place.path + step(name) == place.part_path):
            continue
        unit = unit_beside(fields, name, tables) or shared
        if type(value) is dict:
            yield from _inner(value, _inside(place, name, value.values(), is_list=False), clock, unit)
        elif type(value) is list:
            yield from _list(value, _inside(place, name, value), clock)
        else:
            leaf = _leaf(Named(name=name, field=name, value=value, unit=unit), place)
            # The total of men and women, say, is their sum, and may be that of a period.
            yield replace(leaf, words=(*leaf.words, "sum")) if is_split and compact(name) == "total" else leaf


def _inner(fields: dict[str, Any], place: _Place, clock: Clock, unit: str) -> Iterator[Leaf]:
    """Return the values in an object within an object; also in one that wraps a value: {"value": 21, "unit": "C"}."""
    if place.depth > DEEPEST:
        yield _leaf(Named(name="", field="", value=fields, unit=""), place)
        return
    by = by_words(fields)
    if place.kept in _PLACES and not place.part:  # {"zone": {"name": "A", "people": 3}}
        part, field = named_item(fields, "")
        if field:
            place = replace(place, part=part, part_path=place.path + step(field), words=place.words[:-1])
    wrapped = first_of(by, VALUE_FIELDS)
    if wrapped and place.words and type(fields[wrapped]) not in (dict, list) and TWICE not in fields:
        own = fields.get(first_of(by, UNIT_FIELDS), unit)
        time = own_time(fields, clock) or place.time
        named = Named(name="", field=wrapped, value=fields[wrapped], unit=own if type(own) is str else unit)
        yield _leaf(named, replace(place, time=time))
        fields = {name: value for name, value in fields.items() if name != wrapped}
    yield from _object(fields, place, clock)


def _list(items: list[Any], place: _Place, clock: Clock) -> Iterator[Leaf]:
    if place.depth > DEEPEST:
        yield _leaf(Named(name="", field="", value=items, unit=""), place)
        return
    is_mixed = any(type(item) is dict and other_kind(item) for item in items)
    each = f"{place.each or '$'}{place.path[1:]}"
    for item in items:
        if type(item) is dict:
            part, field = named_item(item, place.kept)
            record = record_of(item)
            chosen = record.fields[1:] if record else class_of(item) if is_mixed else ()
            part_path = f"@{step(field)}" if field else place.part_path
            if not field or field == name_of_record(item) or compact(field) == "name":
                there, steps = place_of(item)
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
        named = Named(name="", field="", value=items, unit="")
        yield replace(_leaf(named, place), path="@", each=f"{each}[*]", part_path="key")
    elif items and type(items[0]) is not dict:
        yield _leaf(Named(name="", field="", value=items, unit=""), place)


def _chosen(item: Mapping[str, Any], by: tuple[str, ...]) -> str:
    """Tell which items of a list a mapping reads: all, or those that say the same as this one in the field `by`."""
    return "[*]" if not by else f"[?@{step(by[0])} == {quoted(item[by[0]])}]"


def _inside(place: _Place, name: str, holds: Collection[Any], *, is_list: bool = True) -> _Place:
    """Return the place of an object under `name`; in {"lines": {"1": {...}}} the name is that of a line.

    A list of entries is one of messages; an object of that name tells those who came in. Entrances are doors if each
    of what they hold is an object, else those who came in.
    """
    kept = compact(name)
    part = name if place.kept in _MANY_PARTS and is_place(name) else ""
    is_record = kept in RECORDS and (is_list or kept != "entries")
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
    """Return the name of a place within a place: "floor1/desk4"; "" if one of the names is no place."""
    if not is_place(name) or (place.words and not place.name):
        return ""
    return f"{place.name}/{name}".strip("/")


def _leaf(named: Named, place: _Place) -> Leaf:
    if place.words and not place.part and named.name.isdecimal() and len(named.name) <= 3:
        part, named = named.name, replace(named, name="")  # {"zone_counts": {"1": 2}}: a line's number
        return replace(_leaf(named, place), part=part, said=_joined(place.said, part))
    own = words(named.name) if compact(named.name) not in VALUE_FIELDS or not place.words else ()
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
