"""Names within a JSON object: which room or line it is, what it measures, of what kind and in what unit.

Devices name these in hundreds of ways; the fields are told by their compact names (`vocabulary.compact`).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from collectors.adapters import wordlists
from collectors.adapters.moments import is_time
from collectors.adapters.vocabulary import (
    Doubt,
    Means,
    compact,
    is_climate,
    is_label,
    is_other_kind,
    judge,
    words,
)

_PART_FIELDS: Final = (
    "lineid", "zoneid", "regionid", "areaid", "channelid", "counterid", "doorid", "roomid", "sensorid", "deviceid",
    "line", "zone", "region", "area", "channel", "door", "room", "linename", "zonename", "regionname", "doorwayid",
    "deskid", "desk", "deskname", "seatid", "seat", "seatname", "tableid", "table", "gateid", "spaceid", "gate",
    "space", "roomname", "areaname", "doorname", "gatename", "spacename", "floor", "floorid", "rulename", "lineindex",
    "linenumber", "lineno", "zoneindex", "zonenumber", "regionindex", "regionnumber", "doornumber", "countername",
    "id", "number", "no", "nr", "index", "uid", "name", "label",
)  # fmt: skip
_SURE_PARTS: Final = _PART_FIELDS.index("id")
_NO_PLACES: Final = frozenset(
    ("sensorid", "deviceid", "counterid", "channel")
)  # of the device, or of its radio
_CLASSES: Final = frozenset(
    ("class", "classname", "objectclass", "object", "objecttype", "itemtype", "targettype", "vehicletype", "category",
     "classification", "type", "label", "kind")
)  # fmt: skip
_NAME_FIELDS: Final = (
    "name", "type", "key", "n", "attribute", "metric", "measure", "parameter", "quantity", "property", "sensor",
    "variable", "field", "objectname", "resourcename", "caption", "measurement", "k", "datapointid", "id",
)  # fmt: skip
VALUE_FIELDS: Final = (
    "value",
    "v",
    "val",
    "vb",
    "text",
    "reading",
    "measurement",
    "measurementvalue",
    "presentvalue",
)
UNIT_FIELDS: Final = ("unit", "units", "uom", "u", "unitofmeasurement")
_SHARED_UNITS: Final = ("unit", "units", "uom", "unitofmeasurement")
_SIMPLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
RECORDS: Final = frozenset(wordlists.RECORDS.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A value with its name; `field` holds it, `fields` are all that this took."""

    name: str
    field: str
    value: Any
    unit: str
    fields: tuple[str, ...] = ()


def record_of(fields: Mapping[str, Any]) -> Named | None:
    """Return the measurement in an object that names it by a value of its own: {"name": "co2", "value": 640}."""
    by = by_words(fields)
    value = first_of(by, VALUE_FIELDS)
    if not value or type(fields[value]) in (dict, list):
        return None
    for field in _NAME_FIELDS:
        name = fields[by[field]] if field in by and by[field] != value else None
        if type(name) is str and isinstance(judge(words(name)), Means | Doubt):
            unit = fields.get(first_of(by, UNIT_FIELDS), "")
            return Named(
                name=name,
                field=value,
                value=fields[value],
                unit=unit if type(unit) is str else "",
                fields=(value, by[field]),
            )
    return None


def name_of_record(fields: Mapping[str, Any]) -> str:
    """Return the field that names what an object measures, which is no name of a device; "" if it is no record."""
    record = record_of(fields)
    return record.fields[1] if record else ""


def place_of(fields: Mapping[str, Any]) -> tuple[str, str]:
    """Return the room or line of which an object speaks, and the steps to it: {"room": "A", "people": 3}.

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
    by = by_words(fields)
    for field in _PART_FIELDS[:_SURE_PARTS]:
        value = fields[by[field]] if field in by and field not in _NO_PLACES else None
        if type(value) is int or (type(value) is str and is_label(value)):
            return str(value).strip(), by[field]
    return "", ""


def shared_unit(fields: Mapping[str, Any]) -> str:
    """Return the unit of all that an object counts, if it is the only one: {"total_in": 1234, "unit": "kWh"}."""
    unit = fields.get(first_of(by_words(fields), _SHARED_UNITS))
    if type(unit) is not str:
        return ""
    counted = (
        name for name, value in fields.items() if type(value) in (int, float, str) and not is_time(name)
    )
    return unit if not any(is_climate(judge(words(name))) for name in counted) else ""


def by_words(fields: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of the fields by their compact forms."""
    return {compact(name): name for name in fields if type(name) is str}


def first_of(by: Mapping[str, str], wanted: tuple[str, ...]) -> str:
    """Return the first of the `wanted` compact names that is there, as the message writes it; "" if none is."""
    return next((by[name] for name in wanted if name in by), "")


def named_item(item: Mapping[str, Any], kept: str) -> tuple[str, str]:
    """Return the name of an item of a list, and its field. In a list of records an `id` is that of the record."""
    by = by_words(item)
    for field in _PART_FIELDS if kept not in RECORDS else _PART_FIELDS[:_SURE_PARTS]:
        value = item[by[field]] if field in by else None
        if type(value) is int or (type(value) is str and value.strip()):
            return str(value).strip(), by[field]
    return "", ""


def class_of(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the field that says what kind of thing is counted."""
    texts = (name for name, value in fields.items() if type(name) is type(value) is str)
    return tuple(name for name in texts if compact(name) in _CLASSES)[:1]


def other_kind(fields: Mapping[str, Any]) -> str:
    """Return the field that says that an object counts no people: {"class": "car", "count": 3}; "" if none does."""
    return next((name for name in class_of(fields) if is_other_kind(fields[name])), "")


def unit_tables(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the objects that give units by name: `units: {"temperature": "F"}`."""
    endings = ("unit", "units")
    return [value for name, value in fields.items() if type(value) is dict and name.lower().endswith(endings)]


def unit_beside(fields: Mapping[str, Any], name: str, tables: Iterable[dict[str, Any]]) -> str:
    """Return the unit a sibling gives for `name`: `temperature_unit`, or one in the `unit_tables`."""
    for other in (f"{name}_unit", f"{name}Unit", f"{name}_units", f"{name}Units"):
        if type(unit := fields.get(other)) is str:
            return unit
    return next((unit for table in tables if type(unit := table.get(name)) is str), "")


def step(name: str) -> str:
    """One step of a JSONPath."""
    if _SIMPLE.fullmatch(name):
        return f".{name}"
    return f"[{quoted(name)}]"


def quoted(text: str) -> str:
    """Return a text as JSONPath quotes it."""
    plain = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{plain}'"
