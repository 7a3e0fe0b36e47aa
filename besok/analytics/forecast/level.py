"""The level as it drifts and the profile of the year: one Gaussian process at knots a week or a month apart.

Four movements are added up, each with its size in units of the log of the visits: a random walk, with the sd of
a year; swings of weeks (an Ornstein-Uhlenbeck process); a profile of the year; and growth, whose rate is a process of
that kind. Source: Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), 4.2 and 5.4.3.
"""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import BSpline

from besok.model.arrays import Floats

YEAR = 365.25  # days
QUARTER = YEAR / 4
FORGETS = 14.0  # days: swings of weeks
HARMONICS = 20  # of the year; the last has a period of 18 days
CONSTANT = 4.0  # sd of the level about the middle of the data


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Operational time of the walk: a quarter with large moves counts as longer."""

    ends: Floats
    turned: Floats

    def __call__(self, times: Floats) -> Floats:
        """Return the clock's time at `times`; beyond its end it runs at normal speed."""
        beyond = np.maximum(times - self.ends[-1], 0.0)
        return np.asarray(np.interp(times, self.ends, self.turned) + beyond)

    def ordinary(self) -> "Clock":
        """Return the clock without the excess of quarters with large moves."""
        steps = np.minimum(np.diff(self.turned), np.diff(self.ends))
        return Clock(ends=self.ends, turned=np.append(0.0, np.cumsum(steps)))


def plain_clock(until: float) -> Clock:
    """Return the clock of a walk all of whose quarters up to a time are alike; they end with the last."""
    ends = np.append(0.0, np.arange(until, 0.0, -QUARTER)[::-1])
    return Clock(ends=ends, turned=ends)


def kernel(a: Floats, b: Floats, sizes: Floats, clock: Clock) -> Floats:
    """Return the covariance of the level at times `a` and `b` (days) for the `sizes` of the four movements."""
    distance = np.abs(a[:, None] - b[None, :])
    walk = np.minimum(clock(a)[:, None], clock(b)[None, :]) / YEAR
    weeks = np.exp(-distance / FORGETS)
    return np.asarray(
        CONSTANT**2
        + sizes[0] ** 2 * walk
        + sizes[1] ** 2 * weeks
        + sizes[2] ** 2 * _waves(distance)
        + sizes[3] ** 2 * _growth(a, b)
    )


def _growth(a: Floats, b: Floats) -> Floats:
    """Return the covariance of growth since day 0, at a rate of sd one a year that persists for about a year."""
    s, t = a[:, None] / YEAR, b[None, :] / YEAR
    return np.asarray(2 * np.minimum(s, t) - 1 + np.exp(-s) + np.exp(-t) - np.exp(-np.abs(s - t)))


def _waves(distance: Floats) -> Floats:
    """Return the sum of the cosines of the year's harmonics, the k-th with the weight 1 / k^2."""
    values, inverse = np.unique(np.round(distance, 3), return_inverse=True)
    k = np.arange(1, HARMONICS + 1)
    sums = (np.cos(2 * np.pi / YEAR * values[:, None] * k) / k**2).sum(axis=1)
    return np.asarray(sums[inverse].reshape(distance.shape))


def knots(days: float, step: float) -> Floats:
    """Knots from day 0 on that reach to `days` and no less."""
    return np.arange(max(int(np.ceil(days / step)), 1) + 1, dtype=np.float64) * step


def hats(at: Floats, knots: Floats) -> Floats:
    """Return linear interpolation weights of the knots: times x knots, each row sums to 1."""
    wide = np.concatenate([knots[:1], knots, knots[-1:]])
    return np.asarray(BSpline.design_matrix(at, wide, 1).toarray())
