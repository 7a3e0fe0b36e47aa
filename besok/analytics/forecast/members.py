"""Three ways to look ahead, each giving the middle of the log visits of every coming row.

- model: the calendar's effects, the level as it is most likely to go on, and what is left of the last deviation;
- year: the same day of last year (364 days earlier, so that weekdays match) less the calendar's effects of then, plus
  those of now: a holiday meets itself, not the day that has its date;
- smooth: simple exponential smoothing (Hyndman and Athanasopoulos, FPP3, 8.1) of visits less those effects.

The first knows most, the second is hard to beat a year ahead, the third nearest to now. Mixed they do better than
each alone (Bates and Granger 1969); by how much of each is said in `blend`.
"""

from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.optimize import minimize_scalar

from besok.analytics.forecast.fit import Fitted
from besok.analytics.forecast.level import hats, kernel, knots
from besok.analytics.forecast.shifts import LEAST, alone
from besok.model.arrays import Floats

NAMES = ("model", "year", "smooth")
SAME_WEEKDAY = 364  # days
SMOOTHED = 730  # days that exponential smoothing looks at
ENOUGH = 28  # days it needs
ODD = 4.0  # sigmas; a day further from its week is taken for that much off
LATELY = 84  # days whose weekdays may differ from what they were for years
MEDIAN = np.pi / 2  # variance of a median by that of a mean
NEAR = 3  # days to either side that stand in for a day that was not observed


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Days (or months) of a model: the log visits (NaN: nothing to learn), the calendar's columns, the time in days."""

    logs: Floats
    columns: Floats
    at: Floats

    def upto(self, n: int) -> "Rows":
        return Rows(logs=self.logs[:n], columns=self.columns[:n], at=self.at[:n])

    def part(self, begin: int, end: int) -> "Rows":
        return Rows(logs=self.logs[begin:end], columns=self.columns[begin:end], at=self.at[begin:end])


def effects(fitted: Fitted, rows: Rows) -> Floats:
    """Return what the calendar and the moves say of the rows: all but the level."""
    known = fitted.after.mean[: -len(fitted.knots)]
    told: Floats = fitted.middle + fitted.columns(rows.columns, rows.at) @ known
    return told


def members(fitted: Fitted, past: Rows, ahead: Rows) -> Floats:
    """Log visits by member (NAMES) and row ahead; NaN where a member has nothing to say."""
    then, now = effects(fitted, past), effects(fitted, ahead)
    rest = past.logs - then
    now = now + weekdays_lately(fitted, past.at, ahead.at)
    _, level = ahead_of(fitted, fitted.after.mean[-len(fitted.knots) :], ahead.at)
    left = last_deviation(fitted) * fitted.echo ** np.arange(1, len(now) + 1)
    return np.array(
        [
            now + level + left,
            now + _year(rest, fitted.sigma, len(now)),
            now + _smooth(rest, fitted.sigma, len(now)),
        ]
    )


def weekdays_lately(fitted: Fitted, past: Floats, ahead: Floats) -> Floats:
    """Return how far weekdays have moved from their effects in the last weeks, by row ahead: the medians of what
    the model leaves of them, shrunk to none where chance would scatter those as much (James and Stein 1961).
    """
    left, day = fitted.residual[-LATELY:], past[-LATELY:].astype(np.int64) % 7
    seen = np.isfinite(left)
    days = [left[seen & (day == n)] for n in range(7)]
    there = np.array([len(some) > 0 for some in days])
    if there.sum() < 3 or seen.sum() < ENOUGH:
        return np.zeros(len(ahead))
    middle = np.array([np.median(some) if len(some) else 0.0 for some in days])
    middle = np.where(there, middle - middle[there].mean(), 0.0)
    chance = MEDIAN * fitted.sigma**2 * float(there.sum() / seen.sum())
    spread = float((middle**2).sum()) / float(there.sum() - 1)
    moved: Floats = (middle * max(1 - chance / (spread + 1e-12), 0.0))[ahead.astype(np.int64) % 7]
    return moved


def ahead_of(fitted: Fitted, level: Floats, at: Floats) -> tuple[Floats, Floats]:
    """Return the coming knots, and the level at `at` that follows from the `level` at the knots of the past, without
    news.
    """
    last = float(fitted.knots[-1])
    ahead = knots(max(float(at[-1]) - last, 1.0), fitted.spacing)[1:] + last
    before = kernel(fitted.knots, fitted.knots, fitted.sizes) + 1e-6 * np.eye(len(fitted.knots))
    gain = np.linalg.solve(before, kernel(fitted.knots, ahead, fitted.sizes)).T
    line = np.concatenate([level, gain @ level])
    return ahead, hats(at, np.concatenate([fitted.knots, ahead])) @ line


def last_deviation(fitted: Fitted) -> float:
    """Return how far the last observed row was from the model, if it is one of the last three; odd ones count as 3
    sigma.
    """
    lately = fitted.residual[-3:]
    last = next((float(r) for r in lately[::-1] if np.isfinite(r)), 0.0)
    return float(np.clip(last, -3 * fitted.sigma, 3 * fitted.sigma))


def _year(rest: Floats, sigma: float, horizon: int) -> Floats:
    """Return what was left of each row's day a year ago, or two years where that is still to come; nothing (NaN) if the
    level is quite another since: a year that was doubled after it knows only the old house.
    """
    n = len(rest)
    if _changed(rest, sigma):
        return np.full(horizon, np.nan)
    index = n + np.arange(horizon) - SAME_WEEKDAY
    index -= SAME_WEEKDAY * np.maximum((index - n) // SAME_WEEKDAY + 1, 0)
    found = np.full(horizon, np.nan)
    there = index >= 0
    found[there] = _filled(rest)[index[there]]
    return found


def _changed(rest: Floats, sigma: float) -> bool:
    """Tell whether the last weeks differ from those a year before by more than half, beyond chance."""
    apart = rest[SAME_WEEKDAY:] - rest[:-SAME_WEEKDAY]
    lately = apart[-ENOUGH:]
    lately = lately[np.isfinite(lately)]
    if lately.size < ENOUGH / 2:
        return False
    chance = sigma * np.sqrt(2 * MEDIAN / lately.size)
    return bool(abs(np.median(lately)) > LEAST + 2 * chance)


def _filled(rest: Floats) -> Floats:
    """Return the same with days that were not observed at the mean of the days beside them, as far as there are any."""
    window = np.ones(2 * NEAR + 1)
    seen = np.isfinite(rest)
    count = np.convolve(seen.astype(np.float64), window)[NEAR : NEAR + len(rest)]
    sums = np.convolve(np.where(seen, rest, 0.0), window)[NEAR : NEAR + len(rest)]
    return np.where(seen, rest, np.divide(sums, count, out=np.full(len(rest), np.nan), where=count > 0))


def _smooth(rest: Floats, sigma: float, horizon: int) -> Floats:
    """Exponential smoothing of the last years, with odd days drawn in and holes bridged by straight lines."""
    lately = rest[-SMOOTHED:]
    seen = np.flatnonzero(np.isfinite(lately))
    if seen.size < ENOUGH:
        return np.full(horizon, np.nan)
    told = lately[seen]
    if (
        np.median(np.diff(seen)) > NEAR
    ):  # of rows so sparse one that is odd is no longer so once they are bridged
        told = told - alone(told)
    lately = np.interp(np.arange(seen[0], len(lately)), seen, told)
    around = np.median(sliding_window_view(np.pad(lately, 14, mode="reflect"), 29), axis=1)
    calm = np.clip(lately, around - ODD * sigma, around + ODD * sigma)
    told = np.full(horizon, smoothed_level(calm))
    return np.where(np.abs(told - calm[-28:].mean()) < 3.0, told, np.nan)


def smoothed_level(series: Floats) -> float:
    """Return the last level of simple exponential smoothing, with the rate that minimises one-step errors."""

    def levels(rate: float) -> Floats:
        return np.array(
            list(accumulate(series.tolist(), lambda level, value: level + rate * (value - level)))
        )

    def squared_error(rate: float) -> float:
        return float(((series[1:] - levels(rate)[:-1]) ** 2).sum())

    best = minimize_scalar(squared_error, bounds=(1e-4, 0.9999), method="bounded").x
    return float(levels(best)[-1])
