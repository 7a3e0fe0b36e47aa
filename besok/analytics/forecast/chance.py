"""Chance in the coverage of correct intervals: the range in which a backtest's "covers" may lie.

Four futures of five lie within an 80 % interval, but the actual days are one future, and their errors are correlated: a
year with a high level lies above the interval for months. So each simulated future takes the place of the actual one,
and its coverage is one that a correct forecast could have had. Origins with overlapping days are not independent: n
windows of a series are worth n^2 / sum of their overlaps (between 0 and 1, each pair of them and each with itself).
Several series are assumed independent; where they are not, the range of chance is wider.
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
    """Return the 95 % range of the mean coverage of correct forecasts; NaN without forecasts.

    `shares` has for each forecast its coverage under each of its futures; `begins` for each series the times of its
    forecasts' first rows, and `length` their length in the same unit. The caller leaves out forecasts of NaN.
    """
    if not shares:
        return np.nan, np.nan
    worth = len(shares) ** 2 / sum(_overlap(np.asarray(times, dtype=np.float64), length) for times in begins)
    rng = np.random.default_rng(1)
    means = rng.choice(np.concatenate(shares), (DRAWS, max(round(worth), 1))).mean(axis=1)
    low, high = np.quantile(means, RANGE)
    return float(low), float(high)


def would_hold(firsts: Sequence[date], days: int) -> tuple[int, int]:
    """Return the 95 % range of how many sums over `days` days from `firsts` are right with correct 80 % intervals."""
    many = len(firsts)
    low, high = reach([FOUR_OF_FIVE] * many, [[first.toordinal() for first in firsts]], days)
    return floor(low * many), ceil(high * many)


def _overlap(times: Floats, length: float) -> float:
    """Return the sum over all pairs of windows of their common share."""
    return float(np.clip(1 - np.abs(times[:, None] - times) / length, 0, None).sum())
