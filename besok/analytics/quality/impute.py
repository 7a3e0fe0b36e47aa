"""People who passed while a counter was silent: what it usually counts, by how busy the other doors were.

The usual count of a quarter is the mean of the same weekday and quarter in the known weeks, shrunk towards the mean of
all workdays or weekends where few are known; open and closed hours are separated. It is multiplied by how busy the site
was: the counts of all other doors within an hour, relative to their usual ones, shrunk towards one where those are few.
So a gap on a rainy Tuesday is filled like a rainy Tuesday. Imputed values are stored and shown as such. On days without
any data of the site, and for counters without a past, nothing is imputed.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import convolve

from besok.analytics.quality.sensor_series import SensorHistory
from besok.model.arrays import Bools, Floats, Ints

ENOUGH = 0.9  # covered shares from which on nothing is missing
LEAST_SEEN = 2  # times that a kind of quarter must have been seen
PRIOR = 2.0  # quarters of such days that weigh as much as one of the same weekday
AROUND = 4  # steps to either side in which the other doors show how busy it is
STEADY = 20.0  # expected people at the other doors that weigh as much as not knowing
MOST_BUSY = 4.0
LONGEST_DAYS = 28  # of silence that are filled in
WAIT_STEPS = 8  # two hours, for late messages
SLOTS, WEEK = 96, 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """Estimates for steps of a counter, people in each direction; `spread` is the standard error of their sum."""

    counter: int
    steps: Ints
    people_in: Floats
    people_out: Floats
    spread: Floats
    covered: Floats  # the share of the step with data


def fill(series: SensorHistory, spread_over: Floats, bad: Bools) -> list[Filled]:
    """Estimate the people of all steps in which a counter is known not to have worked.

    `spread_over` (steps x counters) are people that a running total reported after a gap: those are not missing. `bad`
    marks steps that are known to be wrong and no reference.
    """
    known = series.works & ~bad & series.healthy
    usual_in, usual_out = (
        _usual(series, np.where(known, f, np.nan)) for f in (series.people_in, series.people_out)
    )
    expected = usual_in + usual_out
    counted = np.where(known & ~np.isnan(expected), series.people_in + series.people_out, 0.0)
    against = np.where(known & ~np.isnan(expected), np.nan_to_num(expected), 0.0)
    busy = _busy(counted, against, series)
    estimates = []
    for n in np.flatnonzero(series.tells).tolist():
        steps = _missing(series, n, spread_over[:, n], expected[:, n])
        if len(steps):
            entries, exits = (usual[:, n] * busy[:, n] for usual in (usual_in, usual_out))
            estimates.append(_filled(series, n, steps, entries, exits, known[:, n]))
    return estimates


def _missing(series: SensorHistory, n: int, spread_over: Floats, expected: Floats) -> Ints:
    """Return the steps to impute: after the counter's first data, and for a limited time after its last."""
    seen = np.flatnonzero(series.covered[:, n] > 0)
    if not len(seen):
        return seen
    steps = np.arange(len(series))
    within = (steps > seen[0]) & (steps < min(len(series) - WAIT_STEPS, seen[-1] + LONGEST_DAYS * SLOTS))
    missing = (series.covered[:, n] < ENOUGH) & (np.nan_to_num(spread_over) == 0)
    anything = series.by_day(np.nan_to_num(series.covered).sum(axis=1)) > 0
    return np.flatnonzero(within & missing & anything[series.day] & (np.nan_to_num(expected) > 0))


def _usual(series: SensorHistory, values: Floats) -> Floats:
    """Return steps x counters: the usual value of such a step; NaN where no comparable one is known."""
    weekdays = np.array([d.weekday() for d in series.dates])[series.day]
    kind = np.where(weekdays < 5, 0, weekdays - 4)
    same = _means(values, (weekdays * SLOTS + series.slot) * 2 + series.open)
    same_kind = _means(values, (kind * SLOTS + series.slot) * 2 + series.open)
    shrunk = (same[0] * same[1] + PRIOR * same_kind[0]) / (same[1] + PRIOR)
    return np.where(same_kind[1] >= LEAST_SEEN, shrunk, np.nan)


def _means(values: Floats, group: Ints) -> tuple[Floats, Floats]:
    """Return for each step the mean of the known values of its group (0 without any), and their number."""
    known = ~np.isnan(values)
    sums, numbers = (np.zeros((2 * WEEK * SLOTS, values.shape[1])) for _ in range(2))
    np.add.at(sums, group, np.where(known, values, 0.0))
    np.add.at(numbers, group, known)
    return (sums / np.maximum(numbers, 1))[group], numbers[group]


def _busy(counted: Floats, against: Floats, series: SensorHistory) -> Floats:
    """Return how busy the site was around each step, by all other counters, and a little by each one's own day."""
    window = np.ones((2 * AROUND + 1, 1))
    others = [v.sum(axis=1, keepdims=True) - v for v in (counted, against)]
    actual, usual = (convolve(v, window, mode="constant") for v in others)
    own, own_usual = (series.by_day(v)[series.day] for v in (counted, against))
    day = (own + STEADY) / (own_usual + STEADY)  # shrunk towards one
    busy: Floats = (actual + day * STEADY) / (usual + STEADY)
    return np.clip(busy, 0, MOST_BUSY)


def _filled(
    series: SensorHistory, n: int, steps: Ints, entries: Floats, exits: Floats, known: Bools
) -> Filled:
    """Return the estimates with their errors, from steps where the truth is known."""
    covered = series.covered[steps, n]
    missing = 1 - covered
    checked = known & ~np.isnan(entries + exits)
    squared = (
        series.people_in[checked, n] + series.people_out[checked, n] - entries[checked] - exits[checked]
    ) ** 2
    # Variance for each person expected
    over = max(float(squared.sum() / max((entries + exits)[checked].sum(), 1.0)), 1.0)
    return Filled(
        counter=n,
        steps=steps,
        people_in=entries[steps] * missing,
        people_out=exits[steps] * missing,
        spread=np.sqrt(over * (entries + exits)[steps] * missing),
        covered=covered,
    )
