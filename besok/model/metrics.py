"""The metric catalogue: what can be measured, in which unit and range. Adding a metric is one row here."""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite


class Kind(StrEnum):
    """How readings of a metric add up over time."""

    FLOW = "flow"  # people passing: deltas over a period, summed
    TOTAL = "total"  # people passing: a running total, differenced
    LEVEL = "level"  # a state: averaged over time


@dataclass(frozen=True, slots=True, kw_only=True)
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
        """Why `value` cannot be a reading of this metric, in words for a caretaker; None if it can."""
        if isfinite(value) and self.low <= value <= self.high:
            return None
        return (
            f"{self.name} is {value:g}: {self.description} must be {self.low:g} to {self.high:g} {self.unit}"
        )


METRICS = {
    m.name: m
    for m in (
        Metric(
            code=1,
            name="in",
            kind=Kind.FLOW,
            unit="people",
            low=0,
            high=100_000,
            description="people going in",
        ),
        Metric(
            code=2,
            name="out",
            kind=Kind.FLOW,
            unit="people",
            low=0,
            high=100_000,
            description="people going out",
        ),
        Metric(
            code=3, name="in_total", kind=Kind.TOTAL, unit="people", low=0, high=1e12, description="people in"
        ),
        Metric(
            code=4,
            name="out_total",
            kind=Kind.TOTAL,
            unit="people",
            low=0,
            high=1e12,
            description="people out",
        ),
        Metric(
            code=5,
            name="passages",
            kind=Kind.FLOW,
            unit="people",
            low=0,
            high=100_000,
            description="people passing",
        ),
        Metric(
            code=6,
            name="passages_total",
            kind=Kind.TOTAL,
            unit="people",
            low=0,
            high=1e12,
            description="people passed",
        ),
        Metric(
            code=10, name="people", kind=Kind.LEVEL, unit="people", low=0, high=100_000, description="people"
        ),
        Metric(code=11, name="occupied", kind=Kind.LEVEL, unit="0/1", low=0, high=1, description="presence"),
        Metric(
            code=12, name="motions", kind=Kind.LEVEL, unit="", low=0, high=1e6, description="movements lately"
        ),
        Metric(
            code=13,
            name="motions_total",
            kind=Kind.LEVEL,
            unit="",
            low=0,
            high=1e12,
            description="movements ever",
        ),
        Metric(
            code=14, name="dwell_s", kind=Kind.LEVEL, unit="s", low=0, high=604_800, description="mean stay"
        ),
        Metric(
            code=20,
            name="co2_ppm",
            kind=Kind.LEVEL,
            unit="ppm",
            low=0,
            high=40_000,
            description="carbon dioxide",
        ),
        Metric(
            code=21,
            name="temperature_c",
            kind=Kind.LEVEL,
            unit="°C",
            low=-60,
            high=85,
            description="temperature",
        ),
        Metric(
            code=22, name="humidity_pct", kind=Kind.LEVEL, unit="%", low=0, high=100, description="humidity"
        ),
        Metric(
            code=23, name="light_lux", kind=Kind.LEVEL, unit="lx", low=0, high=200_000, description="light"
        ),
        Metric(
            code=24, name="sound_db", kind=Kind.LEVEL, unit="dB", low=0, high=160, description="sound level"
        ),
        Metric(
            code=30, name="battery_pct", kind=Kind.LEVEL, unit="%", low=0, high=100, description="battery"
        ),
        Metric(
            code=31,
            name="battery_v",
            kind=Kind.LEVEL,
            unit="V",
            low=0,
            high=60,
            description="battery voltage",
        ),
    )
}
