"""People inside when the day begins: in a building that is never empty, estimated from its exits.

Exits are entries of some time ago. The lag is learnt from their correlation, over the day and by chance; by Little's
law as many people are inside as enter during a mean stay. Entries and exits since the day began are known, and the
others were inside when it began.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from besok.model.arrays import Bools, Floats

NEAR_MINUTES = 120.0  # before and after the beginning of a day, with both entries and exits
MOST_DAYS = 0.5  # the share of days with both, from which people are inside at night
DAY_MINUTES = 1440.0
FIRST_OUT = 5.0  # people by whom exits exceed entries on a usual morning, where nobody moves at night
# Minutes; stays a day longer would look the same, since one day is like another
STAYS = np.array(
    [0, 15, 30, 45, 60, 90, 120, 150, 180, 240, 300, 360, 420, 480, 540, 600, 720, 840, 960, 1200.0]
)
LEAST_DAYS = 3  # fewest to learn how long people stay
EVENLY = 0.3  # of the mean exits of a step, which its variance has beside its own
LEAST_VARIANCE = 0.3  # of the exits of a step
SURE_SHARES = 30.0  # weight of that all who come leave, beside the errors of the exits: next to certain
NORMAL = 1.48  # standard deviations to a median absolute deviation
PARTS = 10  # of the days, each left out once for the error of the stay
# Standard deviation of who is in on a day: so many times the root of the people (they come in groups), and a share
OWN, OWN_SHARE = 1.4, 0.15
# Standard error of the usual number, since some stay longer at some hours: a share of those whom no exits require
ALIKE = 0.6


def is_night_used(people_in: Floats, people_out: Floats, minutes: float) -> Bools:
    """Return by space whether a day has entries shortly before its end, and exits shortly after its beginning."""
    near = max(round(NEAR_MINUTES / minutes), 1)
    return np.asarray((people_in[-near:].sum(0) >= 1) & (people_out[:near].sum(0) >= 1))


def mean_stay(people_in: Floats, people_out: Floats, minutes: float) -> tuple[float, float]:
    """Return the mean stay in days and its standard error, from entries and exits in each step of consecutive days.

    Nonnegative least squares of the exits on lagged entries. The error is from leaving out parts of the days
    (jackknife, by the median).
    """
    entries, departures = people_in.sum(), people_out.sum()
    balanced = np.sqrt(entries * departures)
    people_in, people_out = people_in * balanced / entries, people_out * balanced / departures
    lags = STAYS / minutes
    steps = np.arange(int(np.ceil(lags[-1])), len(people_in))
    exits = people_out[steps]
    precision = 1 / np.sqrt(np.maximum(EVENLY * people_out.mean() + (1 - EVENLY) * exits, LEAST_VARIANCE))
    columns = _later(people_in, lags, steps)
    part = np.arange(len(steps)) * PARTS // len(steps)
    stay = _fitted(columns, exits, precision)
    jackknife = [_fitted(columns[part != n], exits[part != n], precision[part != n]) for n in range(PARTS)]
    return stay, float(NORMAL * np.sqrt(PARTS) * np.median(np.abs(np.array(jackknife) - stay)))


def _later(people_in: Floats, lags: Floats, steps: NDArray[np.int64]) -> Floats:
    """Return the exits in some steps if all stayed between each lag and the next (in steps)."""
    cumulative = np.concatenate([[0], np.cumsum(people_in)])
    sums = np.concatenate([[0], np.cumsum((cumulative[1:] + cumulative[:-1]) / 2)])
    before = [np.interp(steps[:, None] + n - lags, np.arange(len(sums)), sums) for n in (0, 1)]
    return np.asarray(-np.diff(before[1] - before[0], axis=1) / np.diff(lags))


def _fitted(columns: Floats, exits: Floats, precision: Floats) -> float:
    """Return the mean stay in days with which the columns fit the exits."""
    stays = (STAYS[1:] + STAYS[:-1]) / 2 / DAY_MINUTES
    weight = np.sqrt(len(exits))
    all_leave = np.full(len(stays), SURE_SHARES * weight)
    known = np.append(exits * precision, SURE_SHARES * weight)
    shares, _ = nnls(np.vstack([columns * precision[:, None], all_leave]), known)
    return float(shares @ stays / max(shares.sum(), 1e-9))


def usual_at_beginning(people_in: Floats, people_out: Floats, stay: Floats, stay_se: Floats) -> Floats:
    """Return the usual number inside when a day begins and its standard error (2 x spaces), from usual entries and
    exits in each of its steps (steps x spaces) and the mean stay in days. Never fewer than the exits require.
    """
    entries, exits = people_in.sum(0), people_out.sum(0)
    balanced = np.sqrt(entries * exits)  # a usual day ends as it began
    net = people_in * balanced / np.maximum(entries, 1) - people_out * balanced / np.maximum(exits, 1)
    since = np.cumsum(net, axis=0)
    required = -since.min(0)
    people = np.maximum(balanced * stay - (since - net / 2).mean(0), required)
    return np.stack([people, np.hypot(balanced * stay_se, ALIKE * (people - required))])


def beginning_sd(people: Floats) -> Floats:
    """Return the standard deviation of a day's number at its beginning from the usual one."""
    return np.hypot(OWN * np.sqrt(people), OWN_SHARE * people)
