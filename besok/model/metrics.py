"""The metric catalogue: what can be measured, in which unit and range. Adding a metric is one row here."""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite


class Kind(StrEnum):
    """The way readings of a metric add up over time."""

    FLOW = "flow"  # people passing: deltas over a period, summed
    TOTAL = "total"  # people passing: a running total, differenced
    LEVEL = "level"  # a state: averaged over time


EMPTY_REGISTERS = {  # the highest values of two bytes and of four
    Kind.FLOW: (32_767, 65_535),
    Kind.TOTAL: (2**31 - 1, 2**32 - 1),
}


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of the catalogue. `code` is what the database stores; it never changes and is never reused."""

    code: int
    name: str
    kind: Kind
    unit: str
    low: float
    high: float
    description: str

    def problem(self, value: float) -> str | None:
        """Say why `value` cannot be a reading of this metric, in words for a caretaker; None if it can."""
        if value in EMPTY_REGISTERS.get(self.kind, ()):
            return f"{self.name} is {value:g}: that is what an empty register says"
        if isfinite(value) and self.low <= value <= self.high:
            is_part = self.unit == "people" and value % 1
            return f"{self.name} is {value:g}: people are counted in whole numbers" if is_part else None
        return (
            f"{self.name} is {value:g}: {self.description} must be {self.low:g} to {self.high:g} {self.unit}"
        )


_CATALOGUE = (
    # code, name, kind, unit, low, high, description
    Metric(1, "in", Kind.FLOW, "people", 0, 100_000, "people going in"),
    Metric(2, "out", Kind.FLOW, "people", 0, 100_000, "people going out"),
    Metric(3, "in_total", Kind.TOTAL, "people", 0, 1e12, "people in"),
    Metric(4, "out_total", Kind.TOTAL, "people", 0, 1e12, "people out"),
    Metric(5, "passages", Kind.FLOW, "people", 0, 100_000, "people passing"),
    Metric(6, "passages_total", Kind.TOTAL, "people", 0, 1e12, "people passed"),
    Metric(10, "people", Kind.LEVEL, "people", 0, 32_000, "people"),  # 32767, 65535: an empty register
    Metric(11, "occupied", Kind.LEVEL, "0/1", 0, 1, "presence"),
    Metric(12, "motions", Kind.LEVEL, "", 0, 1e6, "movements lately"),
    Metric(13, "motions_total", Kind.LEVEL, "", 0, 1e12, "movements ever"),
    Metric(14, "dwell_s", Kind.LEVEL, "s", 0, 604_800, "mean stay"),
    Metric(20, "co2_ppm", Kind.LEVEL, "ppm", 0, 40_000, "carbon dioxide"),
    Metric(21, "temperature_c", Kind.LEVEL, "°C", -60, 85, "temperature"),
    Metric(22, "humidity_pct", Kind.LEVEL, "%", 0, 100, "humidity"),
    Metric(23, "light_lux", Kind.LEVEL, "lx", 0, 200_000, "light"),
    Metric(24, "sound_db", Kind.LEVEL, "dB", 0, 160, "sound level"),
    Metric(30, "battery_pct", Kind.LEVEL, "%", 0, 100, "battery"),
    Metric(31, "battery_v", Kind.LEVEL, "V", 0, 60, "battery voltage"),
)
METRICS = {metric.name: metric for metric in _CATALOGUE}
