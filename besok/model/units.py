"""Units of devices that are not in the catalogue, and their conversion."""

from dataclasses import dataclass

from besok.model.metrics import METRICS


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """`value * factor + offset` is the value in `to`, a unit of the catalogue."""

    to: str
    factor: float
    offset: float = 0.0


UNITS = {
    "fahrenheit": Unit(to="°C", factor=5 / 9, offset=-160 / 9),
    "kelvin": Unit(to="°C", factor=1, offset=-273.15),
    "ms": Unit(to="s", factor=0.001),
    "minutes": Unit(to="s", factor=60),
    "hours": Unit(to="s", factor=3600),
    "ratio": Unit(to="%", factor=100),
    "mV": Unit(to="V", factor=0.001),
}


def unit_of(name: str) -> str:
    """Return the unit in which `name` (a metric, or `period_s`) is stored."""
    return "s" if name == "period_s" else METRICS[name].unit


def converted(value: float, unit: str | float) -> float:
    """`value`, given in `unit` (a name of UNITS, or a factor), in the unit of the catalogue.

    68 °F are 20 °C; with the factor 0.1, 215 is 21.5. Rounded where a factor leaves digits that nobody measured.
    """
    if isinstance(unit, str):
        known = UNITS[unit]
        return round(value * known.factor + known.offset, 9)
    return value if unit == 1 and value % 1 == 0 else round(value * unit, 9)
