"""The formats that simulated devices speak. A new one is a function from a report to topic and payload, and a row here.

A sensor speaks the format that its `source` and `model` in the site file name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from besok.model.site import Sensor
from sensors_sim.formats import counters, home, lorawan, native
from sensors_sim.reports import Report

PRESENCE_WORDS: Final = ("presence", "pir", "occup")  # in the name of a model that measures only presence
AIR_WORDS: Final = ("co2",)  # it measures only the air
FOUR: Final = ("1", "2", "3", "4")
ALL: Final = ("people", "occupied", "co2_ppm")


@dataclass(frozen=True, slots=True)
class Format:
    """One row. `levels` are the states it can report, the usual one first."""

    name: str
    encode: Callable[[Report], tuple[str, bytes]]
    source: str  # as the site file and the adapters call the family
    words: tuple[str, ...] = ()  # one of which the model must hold; none for any model
    flows: bool = True  # can report people passing
    totals: bool | None = None  # always sends running totals, never, or (None) if it is set up to
    wraps: int = 0  # where those begin again at zero
    levels: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()  # the names that its lines and regions may have; any if empty
    eager: bool = False  # reports what happens at once, not only when its interval is over
    apart: bool = False  # lines and regions on topics apart, whatever happens at once

    def measures(self, sensor: Sensor) -> str:
        """Return the metric of a sensor in this format: "flow", a metric of levels, "" if it cannot be measured."""
        part = sensor.channel_key.partition(":")[2]
        if self.parts and part not in self.parts:
            return ""
        if sensor.portal:
            return "flow" if self.flows else ""
        level = _level(sensor) or next(iter(self.levels), "")
        return level if level in self.levels else ""


_ROWS: Final = (
    Format(
        "clockless", native.clockless, "native", words=("clockless",), levels=ALL, eager=True, apart=True,
    ),
    Format("native", native.report, "native", levels=ALL, eager=True, apart=True),
    Format(
        "vs133", lorawan.vs133_in_tts, "lorawan", words=("vs133", "vs135", "vs132"),
        totals=True, wraps=lorawan.FULL, levels=("people",), parts=FOUR,
    ),
    Format(
        "ers", lorawan.ers_in_chirpstack, "lorawan", words=("elsys", "ers"),
        flows=False, levels=("occupied", "co2_ppm"), parts=("1",),
    ),
    Format("xovis", counters.xovis, "xovis", totals=False, levels=("people",)),
    Format("axis", counters.axis, "axis", totals=False, parts=("1",)),
    Format("milesight", counters.milesight, "milesight", totals=True, levels=("people",)),
    Format(
        "zigbee2mqtt", home.zigbee2mqtt, "zigbee2mqtt", flows=False, levels=("occupied", "co2_ppm"),
        parts=("1",), eager=True,
    ),
    Format("fiware", home.fiware, "fiware", totals=False, parts=("1",)),
)  # fmt: skip
FORMATS: Final[Mapping[str, Format]] = {row.name: row for row in _ROWS}


def _level(sensor: Sensor) -> str:
    """Return the kind of state in a sensor's model name; "" without one."""
    model = sensor.model.lower()
    if any(word in model for word in AIR_WORDS):
        return "co2_ppm"
    return "occupied" if any(word in model for word in PRESENCE_WORDS) else ""


def format_of(sensor: Sensor) -> Format | None:
    """Return the format of a sensor; None if the simulator has none, or none for its metric."""
    model = sensor.model.lower()
    for row in _ROWS:
        fits = not row.words or any(word in model for word in row.words)
        if row.source == sensor.source and fits and row.measures(sensor):
            return row
    return None
