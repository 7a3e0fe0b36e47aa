"""Detection of days on which a door was counted only partly: mounted at noon, or in a file that begins at ten."""

from collections.abc import Sequence

import numpy as np

from besok.analytics.occupancy.observations import DayObservations
from besok.analytics.occupancy.parameters import QUARTERS
from besok.model.arrays import Bools, Floats, Ints

LEAST_PEOPLE = 5.0  # usual people before the first or after the last data of a door
OTHER_DAYS = 2  # with people, fewest to know the usual passages
EDGE_MINUTES = 30.0  # unheard at the ends of a day that too few other days can be compared with
DAY_MINUTES = 1440.0


def counted_in_part(days: Sequence[DayObservations], flows: Floats) -> tuple[Bools, Bools]:
    """Return by day and door whether the door's data begin too late or end too early, and whether it has none.

    A door may send only when somebody passes: other days give the usual passages before its first and after its last
    data. Where too few other days have people, its data must extend over the entire day, or the opening hours if known.
    `flows` are the people through each door, in and out (days x quarters of the clock x doors).
    """
    busy = flows.sum(1) >= LEAST_PEOPLE
    total = (flows * busy[:, None]).sum(0)
    partly, never = np.zeros(busy.shape, bool), np.zeros(busy.shape, bool)
    for n, day in enumerate(days):
        heard = ~(np.isnan(day.people_in) & np.isnan(day.people_out))
        others = np.maximum(busy.sum(0) - busy[n], 0)
        usual = (total - flows[n] * busy[n]) / np.maximum(others, 1)
        never[n] = ~heard.any(0) & (usual.sum(0) >= LEAST_PEOPLE)
        first, last = heard.argmax(0), len(day) - 1 - heard[::-1].argmax(0)
        partly[n] = heard.any(0) & (_outside(day, first, last, usual) >= LEAST_PEOPLE)
        for door in np.flatnonzero(heard.any(0) & (others < OTHER_DAYS)):
            partly[n, door] = max(_ends(day, int(first[door]), int(last[door]))) > EDGE_MINUTES
    return partly, never


def _ends(day: DayObservations, first: int, last: int) -> tuple[float, float]:
    """Return the minutes without data before a door's first and after its last step, except known closed hours."""
    open = np.ones(len(day), bool) if day.open is None else day.open
    after = 0 if day.open is not None and not open[last:].any() else DAY_MINUTES - len(day) * day.step_minutes
    return open[:first].sum() * day.step_minutes, open[last + 1 :].sum() * day.step_minutes + after


def _outside(day: DayObservations, first: Ints, last: Ints, usual: Floats) -> Floats:
    """Return the usual people (quarters x doors) outside the quarters of the steps from `first` to `last`, by door."""
    quarter, off = divmod(int(day.clock[0]), 15)
    so_far = np.cumsum(np.vstack([np.zeros(len(first)), np.roll(usual, -quarter, axis=0)]), axis=0)
    since = (day.clock - day.clock[0]) % 1440 + off
    before, upto = since[first] // 15, np.ceil((since[last] + day.step_minutes) / 15).astype(np.int64)
    doors = np.arange(len(first))
    return np.asarray(so_far[before, doors] + so_far[-1] - so_far[np.minimum(upto, QUARTERS), doors])
