"""More people than can be: through a door in a quarter of an hour, or in a room at once."""

from collections.abc import Iterator

import numpy as np

from besok.analytics.quality.sensor_series import House, Seen
from besok.analytics.quality.site_layout import told
from besok.model.findings import Finding

A_SECOND = 3.0  # people who can pass a door
STEP_S = 900
TIMES_CAPACITY, BEYOND = 3.0, 150.0  # who can go through the door of a room in a quarter, by what it holds
CROWDED, MORE = 2.5, 25.0  # times the capacity, and so many more, that can be inside at all
RECENT = 7 * 96


def passages(house: House, seen: Seen) -> Iterator[Finding]:
    """Counters that lately told of more people in a quarter of an hour than can pass, or than the room holds thrice."""
    people = np.nan_to_num(seen.people_in) + np.nan_to_num(seen.people_out)
    for n, counter in enumerate(house.counters):
        limit = _limit(house, counter.door)
        over = np.flatnonzero(people[-RECENT:, n] > limit)
        if counter.own and len(over):
            at = max(len(seen) - RECENT, 0) + over
            numbers = {"people": float(people[at, n].max()), "limit": limit, "times": float(len(at))}
            yield told(house, counter, "impossible", seen.times[at[0]], numbers)


def _limit(house: House, door: int) -> float:
    ends = (house.doors[door].outer, house.doors[door].inner)
    holds = [house.rooms[end].capacity if end is not None else house.rooms[0].capacity for end in ends]
    known = [capacity for capacity in holds if capacity]
    return min(A_SECOND * STEP_S, max(BEYOND, TIMES_CAPACITY * min(known))) if known else A_SECOND * STEP_S


def crowds(house: House, seen: Seen) -> Iterator[Finding]:
    """Gauges that lately showed far more people than their room holds."""
    for n, gauge in enumerate(house.gauges):
        capacity = house.rooms[gauge.room].capacity
        shown = np.nan_to_num(seen.high[-RECENT:, n])
        over = np.flatnonzero(shown > CROWDED * (capacity or np.inf) + MORE)
        if capacity and len(over):
            at = max(len(seen) - RECENT, 0) + over
            numbers = {"people": float(shown.max()), "capacity": float(capacity), "times": float(len(at))}
            yield told(house, gauge, "impossible", seen.times[at[0]], numbers)
