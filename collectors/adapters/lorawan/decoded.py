"""What a network server's own decoder made of a frame: fields by the names that decoders give them."""

import re
from typing import Any, Final

from collectors.adapters.jsontext import show
from collectors.adapters.sheet import Sheet

_LEVELS: Final = {
    "battery": "battery_pct",
    "battery_level": "battery_pct",
    "battery_percent": "battery_pct",
    "battery_percentage": "battery_pct",
    "battery_voltage": "battery_v",
    "co2": "co2_ppm",
    "humidity": "humidity_pct",
    "relative_humidity": "humidity_pct",
    "temperature": "temperature_c",
    "light": "light_lux",
    "lux": "light_lux",
    "illuminance": "light_lux",
    "illumination": "light_lux",
    "luminosity": "light_lux",
    "occupied": "occupied",
    "occupancy": "occupied",
    "presence": "occupied",
    "pir": "occupied",
    "people": "people",
    "people_count": "people",
    "people_count_all": "people",
}
_FLOW = re.compile(
    r"(?:line_?(\d+)_)?(?:people_)?(?:(total|period|periodic|cumulative)_)?(?:counter_|count_)?(in|out)(_total)?"
)
_REGION = re.compile(r"region_(\d+)_(?:count|people)")


def note(sheet: Sheet, fields: object) -> bool:
    """Note the fields that are measurements; says whether any was one (be it null)."""
    known = False
    for key, value in _flat(fields):
        name = _snake(key)
        flow, region = _FLOW.fullmatch(name), _REGION.fullmatch(name)
        if name in _LEVELS:
            sheet.note(_LEVELS[name], value, said=key)
        elif flow:
            total = flow[2] in ("total", "cumulative") or flow[4]
            sheet.note(f"{flow[3]}{'_total' if total else ''}", value, part=flow[1] or "1", said=key)
        elif region:
            sheet.note("people", value, part=region[1], said=key)
        else:
            continue
        known = True
    return known


def names(fields: object) -> str:
    """The names of the fields, as they may stand in a sentence."""
    found = [str(key) for key, _ in _flat(fields)]
    return show(", ".join(found), 80) if found else "nothing with a name"


def _flat(fields: object) -> list[tuple[str, Any]]:
    if type(fields) is not dict:
        return []
    inner = fields.get("data")  # some decoders wrap their result once more
    return [(k, v) for k, v in (inner if type(inner) is dict else fields).items() if type(k) is str]


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[\s.-]+", "_", name.strip()).lower()
