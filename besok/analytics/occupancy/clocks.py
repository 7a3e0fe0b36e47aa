"""Doors whose clocks are wrong, found by the spaces that they share with other doors.

Who enters a space by one door often leaves it soon by another. A clock that is six minutes behind makes a crowd of
those few people, or fewer than none: the number inside varies most where the clocks of its doors disagree. So a door's
counts are moved to where the numbers in the spaces that it leads to vary least, if that is clear. A single space cannot
tell.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from besok.analytics.occupancy.observations import DayObservations
from besok.model.arrays import Floats
from besok.model.building import Building

# A clock is at most so wrong: rooms that fill and empty by the hour look alike an hour later
MOST_MINUTES = 30
NEAR_MINUTES = 10  # from the best time, where the numbers must vary more
AROUND_MINUTES = 30  # on either side, whose mean is taken off: counting errors add up in longer times
# Most standard deviation at the best time, relative to that now and near the best: see decision 061
CLEAR = 0.8
ALIKE = 0.98  # the same of entries and of exits alone, near the best
FINEST_MINUTES = 2.0  # longest steps in which people can be followed through a space

Shifts = NDArray[np.int64]


def clock_shifts(building: Building, day: DayObservations) -> Shifts:
    """Return by how many steps the counts of each door are too early on a day (negative: too late)."""
    shifts = np.zeros(building.doors.shape[1], np.int64)
    inner = [n for n in range(1, len(building.doors)) if not building.parts(n)]
    doors = building.doors[inner].astype(float)
    if day.step_minutes > FINEST_MINUTES or not (doors.any() and len(day)):
        return shifts
    ways = np.stack([_drift_free(way, day.step_minutes) for way in (day.people_in, -day.people_out)])
    left = list(range(len(shifts)))
    while left:
        total = ways.sum(0)
        share, by, door = min((*_best(doors, ways, total, door, day.step_minutes), door) for door in left)
        if share > CLEAR:
            break
        left.remove(door)
        shifts[door] = by
        only = np.where(np.arange(len(shifts)) == door, by, 0)
        ways = np.stack([np.nan_to_num(_moved(way, only)) for way in ways])
    return shifts


def _drift_free(way: Floats, minutes: float) -> Floats:
    """Return the people so far less their mean over the time around."""
    so_far = np.cumsum(np.nan_to_num(way), axis=0)
    around = np.arange(len(way))[:, None] + np.array([-1, 1]) * int(AROUND_MINUTES / minutes)
    return np.asarray(so_far - so_far[np.clip(around, 0, len(way) - 1)].mean(1))


def _best(doors: Floats, ways: Floats, total: Floats, door: int, minutes: float) -> tuple[float, int]:
    """Return the shift of a door with which the spaces it leads to vary least; before it, how much they vary then,
    relative to no shift and to others near the best. Entries and exits must each tell the same: who stays for an hour
    makes one of them fit an hour later.
    """
    most, near = (int(limit / minutes) for limit in (MOST_MINUTES, NEAR_MINUTES))
    tries = np.arange(-most - near, most + near + 1)
    steps = np.clip(np.arange(ways.shape[1])[:, None] - tries, 0, ways.shape[1] - 1)
    moved_in, moved_out = (way[steps, door] for way in ways)
    varies = np.zeros((3, len(tries)))
    for space in doors[doors[:, door] != 0]:
        others = (total @ space - total[:, door] * space[door])[:, None]
        varies += [(others + way * space[door]).std(0) for way in (moved_in + moved_out, moved_in, moved_out)]
    best = near + int(np.argmin(varies[0, near:-near]))
    least = np.minimum(varies[:, best - near], varies[:, best + near])
    least[0] = min(least[0], varies[0, most + near])
    shares = np.divide(varies[:, best], least, out=np.ones(3), where=least > 0)
    return (float(shares[0]) if shares[1:].max() < ALIKE else 1.0), int(tries[best])


def on_time(day: DayObservations, shifts: Shifts) -> DayObservations:
    """Return a day with the counts of each door moved on by so many steps."""
    if not shifts.any():
        return day
    return replace(day, people_in=_moved(day.people_in, shifts), people_out=_moved(day.people_out, shifts))


def _moved(counts: Floats, shifts: Shifts) -> Floats:
    steps = np.arange(len(counts))[:, None] - shifts
    moved = np.take_along_axis(counts, np.clip(steps, 0, len(counts) - 1), axis=0)
    return np.where((steps >= 0) & (steps < len(counts)), moved, np.nan)
