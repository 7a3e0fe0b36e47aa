"""A value of a message as the metric that its name means, in the unit of that metric."""

from typing import Final

from besok.model.errors import Unreadable
from besok.model.metrics import METRICS, Kind
from collectors.adapters import hints
from collectors.adapters.json_flatten import Leaf
from collectors.adapters.jsontext import show
from collectors.adapters.numbers import measured, state
from collectors.adapters.vocabulary import EXACT, FAHRENHEIT, PERSONS, Means

WARMEST_C: Final = 50.0  # a bare temperature above that is in Fahrenheit, in tenths, or not that of a room
HIGHEST_V: Final = 100.0  # a bare voltage above that is in millivolts
ABOUT_PEOPLE: Final = frozenset(m.name for m in METRICS.values() if m.kind is not Kind.LEVEL) | {
    "people",
    "occupied",
}


def amount(leaf: Leaf, means: Means) -> tuple[str, float | None]:
    """Metric and value of a leaf, in the unit of the metric; None if nothing was measured. Raises Unreadable."""
    if means.metric == "occupied":
        there = state(leaf.said, leaf.value)
        return "occupied", there if there is None or not means.inverted else 1 - there
    value, unit = measured(leaf.said, leaf.value, nothing=means.nothing)
    if value is None:
        return means.metric, None
    unit = unit or leaf.unit or means.unit
    if means.either == "battery":
        return _battery(leaf, value, unit)
    if means.metric == "battery_v" and not unit and value > HIGHEST_V:
        unit = "mv"
    if means.metric == "temperature_c":
        return "temperature_c", _celsius(leaf, value, unit)
    if means.metric == "people" and value % 1:
        raise Unreadable(
            f"{leaf.said} is {value:g}: people are counted in whole numbers; if it is their mean,"
            f" say so in a mapping in the site file ({hints.SEE})"
        )
    if means.metric in ABOUT_PEOPLE and unit in PERSONS:
        return means.metric, value
    if unit and unit not in means.units:
        raise Unreadable(
            f"{leaf.said} is in {show(unit)}: that unit does not fit {METRICS[means.metric].description}"
        )
    return means.metric, value * means.units.get(unit, 1.0)


def _celsius(leaf: Leaf, value: float, unit: str) -> float:
    if unit in FAHRENHEIT:
        return round((value - 32) / 1.8, 2)
    if unit in ("k", "kelvin"):
        return round(value - 273.15, 2)
    if unit and unit not in EXACT["temperature"].units:
        raise Unreadable(f"{leaf.said} is in {show(unit)}: that unit does not fit a temperature")
    if not unit and value > WARMEST_C:
        raise Unreadable(f"{leaf.said} is {value:g} without a unit, and no room is that hot in °C")
    return value


def _battery(leaf: Leaf, value: float, unit: str) -> tuple[str, float | None]:
    """Return a battery in per cent, or in volts where the unit or the number says so; None if nobody can tell."""
    volts = EXACT["batteryvoltage"].units
    if unit in volts:
        return "battery_v", value * volts[unit]
    if unit and unit not in EXACT["batterylevel"].units:
        raise Unreadable(f"{leaf.said} is in {show(unit)}: that unit does not fit a battery")
    if not unit and value % 1 and 1 < value < 5:
        return "battery_v", value
    if not unit and 1000 <= value <= 5000:
        return "battery_v", value / 1000
    return "battery_pct", value if 0 <= value <= 100 else None
