"""Impossible numbers of people: through a door in a quarter of an hour, or in a room at once."""

from collections.abc import Iterator

import numpy as np

from besok.analytics.quality.sensor_series import SensorHistory, SensorLayout
from besok.analytics.quality.site_layout import finding_of
from besok.model.findings import Finding

A_SECOND = 3.0  # people who can pass a door
STEP_S = 900
# People through the door of a room in a quarter, at most, by its capacity
TIMES_CAPACITY, BEYOND = 3.0, 150.0
CROWDED, MORE = 2.5, 25.0  # times the capacity, and so many more, that can be inside at all
RECENT = 7 * 96


def passages(layout: SensorLayout, series: SensorHistory) -> Iterator[Finding]:
    """Find counters that lately reported more people in 15 minutes than can pass, or than three times the capacity."""
    people = np.nan_to_num(series.people_in) + np.nan_to_num(series.people_out)
    for n, counter in enumerate(layout.counters):
        limit = _limit(layout, counter.door)
        over = np.flatnonzero(people[-RECENT:, n] > limit)
        if counter.own and len(over):
            at = max(len(series) - RECENT, 0) + over
            numbers = {"people": float(people[at, n].max()), "limit": limit, "times": float(len(at))}
            yield finding_of(layout, counter, "impossible", series.times[at[0]], numbers)


def _limit(layout: SensorLayout, door: int) -> float:
    ends = (layout.doors[door].outer, layout.doors[door].inner)
    capacities = [layout.rooms[end].capacity if end is not None else layout.rooms[0].capacity for end in ends]
    known = [capacity for capacity in capacities if capacity]
    return min(A_SECOND * STEP_S, max(BEYOND, TIMES_CAPACITY * min(known))) if known else A_SECOND * STEP_S


def crowds(layout: SensorLayout, series: SensorHistory) -> Iterator[Finding]:
    """Find gauges that lately showed far more people than the capacity of their room."""
    for n, gauge in enumerate(layout.gauges):
        capacity = layout.rooms[gauge.room].capacity
        shown = np.nan_to_num(series.high[-RECENT:, n])
        over = np.flatnonzero(shown > CROWDED * (capacity or np.inf) + MORE)
        if capacity and len(over):
            at = max(len(series) - RECENT, 0) + over
            numbers = {"people": float(shown.max()), "capacity": float(capacity), "times": float(len(at))}
            yield finding_of(layout, gauge, "impossible", series.times[at[0]], numbers)
