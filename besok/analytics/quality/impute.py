"""People who passed while a counter was silent: what it usually counts, by how busy the other doors were.

The usual count of a quarter is the mean of the same weekday and quarter in the weeks that are known, drawn towards the
mean of all workdays or weekends where few are known; hours in which the site is open and closed are kept apart. It is
multiplied by how busy the site was: what all other doors counted within an hour around, by what they usually count
then, drawn towards one where that is little. So a gap on a rainy Tuesday is filled like a rainy Tuesday. What is filled
in is an estimate, kept and shown as such. Where nothing of the site was heard on a day, or the counter has no past,
nothing is filled in.
"""

from dataclasses import dataclass

import numpy as np

from besok.analytics.quality.sensor_series import SensorHistory
from besok.model.arrays import Bools, Floats, Ints

ENOUGH = 0.9  # covered shares from which on nothing is missing
LEAST_SEEN = 2  # times that a kind of quarter must have been seen
PRIOR = 2.0  # quarters of such days that weigh as much as one of the same weekday
AROUND = 4  # steps to either side in which the other doors tell how busy it is
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
    covered: Floats  # the share of the step that was heard


def fill(series: SensorHistory, spread_over: Floats, bad: Bools) -> list[Filled]:
    """Estimates for all steps in which a counter is known not to have worked.

    `spread_over` (steps x counters) are people that a running total told of after a gap: those are not missing. `bad`
    marks what is known to be wrong and is no yardstick.
    """
    known = series.works & ~bad & series.healthy
    usual_in, usual_out = (
        _usual(series, np.where(known, f, np.nan)) for f in (series.people_in, series.people_out)
    )
    expected = usual_in + usual_out
    counted = np.where(known & ~np.isnan(expected), series.people_in + series.people_out, 0.0)
    against = np.where(known & ~np.isnan(expected), np.nan_to_num(expected), 0.0)
    found = []
    for n in np.flatnonzero(series.tells):
        steps = _missing(series, int(n), spread_over[:, n], expected[:, n])
        if len(steps):
            busy = _busy(counted, against, int(n), series)
            found.append(
                _filled(series, int(n), steps, usual_in[:, n] * busy, usual_out[:, n] * busy, known[:, n])
            )
    return found


def _missing(series: SensorHistory, n: int, spread_over: Floats, expected: Floats) -> Ints:
    """Return the steps to be filled in: since the counter was first heard, and not for ever after it was last."""
    heard = np.flatnonzero(series.covered[:, n] > 0)
    if not len(heard):
        return heard
    steps = np.arange(len(series))
    within = (steps > heard[0]) & (steps < min(len(series) - WAIT_STEPS, heard[-1] + LONGEST_DAYS * SLOTS))
    missing = (series.covered[:, n] < ENOUGH) & (np.nan_to_num(spread_over) == 0)
    anything = series.by_day(np.nan_to_num(series.covered).sum(axis=1)) > 0
    return np.flatnonzero(within & missing & anything[series.day] & (np.nan_to_num(expected) > 0))


def _usual(series: SensorHistory, values: Floats) -> Floats:
    """Return steps x counters: the usual value of such a step; NaN where none like it is known."""
    weekdays = np.array([d.weekday() for d in series.dates])[series.day]
    kind = np.where(weekdays < 5, 0, weekdays - 4)
    same = _means(values, (weekdays * SLOTS + series.slot) * 2 + series.open)
    alike = _means(values, (kind * SLOTS + series.slot) * 2 + series.open)
    drawn = (same[0] * same[1] + PRIOR * alike[0]) / (same[1] + PRIOR)
    return np.where(alike[1] >= LEAST_SEEN, drawn, np.nan)


def _means(values: Floats, group: Ints) -> tuple[Floats, Floats]:
    """For each step the mean of the known values of its group (0 if there are none), and how many there are."""
    known = ~np.isnan(values)
    sums, counts = (np.zeros((group.max() + 1, values.shape[1])) for _ in range(2))
    np.add.at(sums, group, np.where(known, values, 0.0))
    np.add.at(counts, group, known)
    return (sums / np.maximum(counts, 1))[group], counts[group]


def _busy(counted: Floats, against: Floats, n: int, series: SensorHistory) -> Floats:
    """Return how busy the site was around each step, by all other doors; what is known of this one says a little
    too.
    """
    others = [k for k in range(counted.shape[1]) if k != n]
    actual, usual = counted[:, others].sum(axis=1), against[:, others].sum(axis=1)
    window = np.ones(2 * AROUND + 1)
    near = [np.convolve(v, window, mode="same") for v in (actual, usual)]
    own = [series.by_day(v[:, n])[series.day] for v in (counted, against)]
    return np.clip((near[0] + _share(own[0], own[1]) * STEADY) / (near[1] + STEADY), 0, MOST_BUSY)


def _share(actual: Floats, usual: Floats) -> Floats:
    """Return a day's count by its usual one, drawn towards one."""
    return np.asarray((actual + STEADY) / (usual + STEADY))


def _filled(series: SensorHistory, n: int, steps: Ints, came: Floats, went: Floats, known: Bools) -> Filled:
    """Return the estimates, and how far they are off where the truth is known."""
    covered = series.covered[steps, n]
    left = 1 - covered
    told = known & ~np.isnan(came + went)
    off = (series.people_in[told, n] + series.people_out[told, n] - came[told] - went[told]) ** 2
    # Variance for each person expected
    over = max(float(off.sum() / max((came + went)[told].sum(), 1.0)), 1.0)
    return Filled(
        counter=n,
        steps=steps,
        people_in=came[steps] * left,
        people_out=went[steps] * left,
        spread=np.sqrt(over * (came + went)[steps] * left),
        covered=covered,
    )
