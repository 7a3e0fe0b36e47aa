"""Detection of days on which a door was counted only partly: mounted at noon, or in a file that begins at ten."""

from collections.abc import Sequence

import numpy as np

from besok.analytics.occupancy.observations import DayObservations
from besok.analytics.occupancy.parameters import QUARTERS
from besok.model.arrays import Bools, Floats

LEAST_PEOPLE = 5.0  # usual people before the first or after the last data of a door
OTHER_DAYS = 2  # with people, fewest to know the usual passages
EDGE_MINUTES = 30.0  # unheard at the ends of a day that too few other days can be compared with
DAY_MINUTES = 1440.0


def counted_in_part(days: Sequence[DayObservations]) -> tuple[Bools, Bools]:
    """Return by day and door whether the door's data begin too late or end too early, and whether it has none.

    A door may send only when somebody passes: other days give the usual passages before its first and after its last
    data. Where too few other days have people, its data must extend over the entire day, or the opening hours if known.
    """
    flows = np.stack([_by_quarter(day) for day in days])  # days x quarters x doors
    busy = flows.sum(1) >= LEAST_PEOPLE
    total = (flows * busy[:, None]).sum(0)
    partly, never = np.zeros(busy.shape, bool), np.zeros(busy.shape, bool)
    for n, day in enumerate(days):
        heard = ~(np.isnan(day.people_in) & np.isnan(day.people_out))
        others = np.maximum(busy.sum(0) - busy[n], 0)
        usual = (total - flows[n] * busy[n]) / np.maximum(others, 1)
        never[n] = ~heard.any(0) & (usual.sum(0) >= LEAST_PEOPLE)
        for door in np.flatnonzero(heard.any(0)):
            with_data = np.flatnonzero(heard[:, door])
            unheard = _quarters_outside(day, int(with_data[0]), int(with_data[-1]))
            if others[door] >= OTHER_DAYS:
                partly[n, door] = usual[unheard, door].sum() >= LEAST_PEOPLE
            else:
                partly[n, door] = max(_ends(day, int(with_data[0]), int(with_data[-1]))) > EDGE_MINUTES
    return partly, never


def _by_quarter(day: DayObservations) -> Floats:
    """Return the people through each door, in and out, in each quarter of the clock."""
    flows = np.zeros((QUARTERS, day.people_in.shape[1]))
    np.add.at(flows, day.clock // 15, np.nan_to_num(day.people_in) + np.nan_to_num(day.people_out))
    return flows


def _ends(day: DayObservations, first: int, last: int) -> tuple[float, float]:
    """Return the minutes without data before a door's first and after its last step, except known closed hours."""
    open = np.ones(len(day), bool) if day.open is None else day.open
    after = 0 if day.open is not None and not open[last:].any() else DAY_MINUTES - len(day) * day.step_minutes
    return open[:first].sum() * day.step_minutes, open[last + 1 :].sum() * day.step_minutes + after


def _quarters_outside(day: DayObservations, first: int, last: int) -> Bools:
    """Return the quarters of the clock outside the steps from `first` to `last`."""
    unheard = np.ones(QUARTERS, bool)
    begins = int(day.clock[first])
    ends = begins + int(np.ceil((last - first + 1) * day.step_minutes)) - 1
    unheard[np.arange(begins // 15, ends // 15 + 1) % QUARTERS] = False
    return unheard
