"""Chance in the coverage of intervals that are right: what a backtest's "covers" can tell.

Four futures of five lie within an 80 % interval, but what came is one future, and its days err together: a year whose
level came out high lies above the interval for months. So each simulated future takes the place of what came, and its
coverage is one that a forecast which is right could have shown. Origins whose days overlap are one fate seen several
times: n windows of a series are worth n^2 / sum of their overlaps (between 0 and 1, each pair of them and each with
itself). Several series are taken to have fates of their own; where they share one, chance reaches further.
"""

from collections.abc import Sequence
from datetime import date
from math import ceil, floor

import numpy as np

from besok.model.arrays import Floats

RANGE = (0.025, 0.975)  # 19 cases of 20
DRAWS = 4000
FOUR_OF_FIVE = np.array([0.0, 1.0, 1.0, 1.0, 1.0])


def reach(shares: Sequence[Floats], begins: Sequence[Sequence[float]], length: float) -> tuple[float, float]:
    """Between what two figures the mean of right forecasts lies in 19 cases of 20; NaN if there is none.

    `shares` holds for each forecast what it would show under each of its futures; `begins` for each series the times of
    its forecasts' first rows, and `length` how long they are, in the same unit. Forecasts of NaN are left out by the
    caller.
    """
    if not shares:
        return np.nan, np.nan
    worth = len(shares) ** 2 / sum(_overlap(np.asarray(times, dtype=np.float64), length) for times in begins)
    rng = np.random.default_rng(1)
    means = rng.choice(np.concatenate(shares), (DRAWS, max(round(worth), 1))).mean(axis=1)
    low, high = np.quantile(means, RANGE)
    return float(low), float(high)


def would_hold(firsts: Sequence[date], days: int) -> tuple[int, int]:
    """Between how many forecasts of the sum over `days` days from `firsts` on would hold, in 19 cases of 20, were all
    their 80 % intervals right; those of the same days hold or miss together."""
    many = len(firsts)
    low, high = reach([FOUR_OF_FIVE] * many, [[first.toordinal() for first in firsts]], days)
    return floor(low * many), ceil(high * many)


def _overlap(times: Floats, length: float) -> float:
    """Return the sum over all pairs of windows of the share that they have in common."""
    return float(np.clip(1 - np.abs(times[:, None] - times) / length, 0, None).sum())
