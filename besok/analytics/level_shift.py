"""Level shifts of a weekly series: the size of a step on a known day with its error, and unreported steps.

Intervention analysis with a local level (Box and Tiao, JASA 70, 1975; Harvey and Durbin, JRSS A 149, 1986). The series
is one Gaussian process about a mean and its steps,

    covariance = chance * (noise + walk * min(t, t') + season * sum over k of cos(2 pi k (t - t') / year) / k^2),

of which `chance`, the variance of a usual week, follows from the series (restricted likelihood). The
variances of walk and season are averaged over a grid, so that their uncertainty is a part of the error. The regression
(generalised least squares) thereby determines how far around a day the series is evidence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.linalg import solve_triangular

from besok.analytics.robust import scatter
from besok.analytics.single_thread import on_one_core
from besok.model.arrays import Floats, Ints

WEEKS_A_YEAR = 365.25 / 7
# Variance of the walk in a week and of the season by that of chance, each with its prior weight: a level that does not
# walk at all is rarer than short series suggest, and hardly a library has no season.
WALKS = {0.0: 0.3, 2e-3: 0.6, 0.01: 1.0, 0.05: 1.5, 0.25: 1.5, 1.25: 1.0}
SEASONS = {0.0: 0.4, 1.0: 1.0, 10.0: 1.0}
WAVES = 12  # of the season: Christmas, and weeks without school, are short
LEAST_WEEKS = 8  # with a figure, fewest for any result
LEAST_SIDE = 2  # of them on each side of a step
MARGIN = 6  # weeks at either end in which no unknown step is looked for
WIDER = (
    1.2  # errors of simulated steps relative to those the model states, since no series follows it exactly
)
AROUND = 12  # observed days on either side for the level around a day
OUTLIER = 4.0  # spreads from the level around, to which a day is clipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """A series by week: its values, their times in weeks, and the variance of each by that of a usual week.

    `extra` is a covariance that is known beforehand, in units of chance.
    """

    at: Floats
    value: Floats
    noise: Floats
    extra: Floats | float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The regression of a series under one walk and season: `root` is the Cholesky factor of its covariance.

    `variance` is that of each coefficient of `beta`. `plane` spans the whitened regressors, `left` are the whitened
    residuals, `rest` their sum of squares.
    """

    root: Floats
    beta: Floats
    variance: Floats
    plane: Floats
    left: Floats
    rest: float
    free: int
    log_prior: float

    def log_weight(self, rest: float | Floats) -> Any:
        """Return the restricted log likelihood plus log prior for a residual `rest`, at the likeliest variance."""
        return self.log_prior - 0.5 * self.free * np.log(np.maximum(rest, 1e-12))


def fits(series: Weekly, regressors: Floats) -> list[Fit]:
    """Return regressions of a series on `regressors` (weeks x coefficients), for each walk and season of the grid."""
    phase = 2 * np.pi * (series.at[:, None] - series.at[None, :]) / WEEKS_A_YEAR
    waves = np.sum([np.cos(k * phase) / k**2 for k in range(1, WAVES + 1)], axis=0)
    return [
        _fit(series, regressors, walk, season * waves, np.log(by_walk * by_season))
        for walk, by_walk in WALKS.items()
        for season, by_season in SEASONS.items()
    ]


def _fit(series: Weekly, regressors: Floats, walk: float, season: Floats, log_prior: float) -> Fit:
    covariance = (
        np.diag(series.noise)
        + series.extra
        + walk * np.minimum(series.at[:, None], series.at[None, :])
        + season
    )
    root = np.asarray(np.linalg.cholesky(covariance), np.float64)
    white = solve_triangular(root, np.column_stack([regressors, series.value]), lower=True)
    plane, upper = np.linalg.qr(white[:, :-1])
    inner = plane.T @ white[:, -1]
    left = white[:, -1] - plane @ inner
    inverse = np.linalg.inv(upper)
    rest, free = float(left @ left), max(len(left) - regressors.shape[1], 1)
    determinant = np.log(np.diag(root)).sum() + np.log(np.abs(np.diag(upper))).sum()
    return Fit(
        root=root,
        beta=inverse @ inner,
        variance=(inverse**2).sum(axis=1) * max(rest, 1e-12) / free,
        plane=plane,
        left=left,
        rest=rest,
        free=free,
        log_prior=log_prior - float(determinant),
    )


def weights(all_fits: Sequence[Fit]) -> Floats:
    """Return the posterior weight of each fit; they add up to one."""
    log = np.array([f.log_weight(f.rest) for f in all_fits])
    weight = np.exp(log - log.max())
    return np.asarray(weight / weight.sum())


def averaged(all_fits: Sequence[Fit]) -> tuple[Floats, Floats]:
    """Return the coefficients and their standard errors over all fits; their differences are a part of the error."""
    weight, beta = weights(all_fits), np.array([f.beta for f in all_fits])
    mean = weight @ beta
    variance = weight @ (np.array([f.variance for f in all_fits]) + (beta - mean) ** 2)
    return mean, WIDER * np.sqrt(variance)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelStep:
    """A step at a day: its size in logarithms with its standard error."""

    day: int
    size: float
    se: float


@on_one_core
def steps_at(series: Floats, days: Sequence[int]) -> list[LevelStep | None]:
    """Return the steps on known days of a daily series, all at once; None for a day with too few observations near."""
    weekly, first = by_week(series, days)
    usable = [d for d in days if _sides(first, d, days)]
    if len(first) < LEAST_WEEKS or not usable:
        return [None] * len(days)
    mean, error = averaged(fits(weekly, _regressors(first, usable)))
    steps = {
        day: LevelStep(day=day, size=float(mean[n]), se=float(error[n]))
        for n, day in enumerate(usable, start=1)
    }
    return [steps.get(day) for day in days]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changepoint:
    """The likeliest unreported step; `gain` is the gain in log likelihood of the series with it."""

    day: int
    size: float
    gain: float


@on_one_core
def changepoint(series: Floats) -> Changepoint | None:
    """Return the step of a daily series that explains most; None where too little is known."""
    weekly, first = by_week(series)
    if len(first) < 2 * LEAST_WEEKS:
        return None
    return likeliest_step(weekly, first, (), first[MARGIN : len(first) - MARGIN + 1])


def likeliest_step(
    series: Weekly, first: Ints, known: Sequence[int] | Ints, candidates: Ints
) -> Changepoint | None:
    """Return the likeliest further step of rows that begin on the days `first`, on one of the days `candidates`.

    With and without it the best fitting walk and season are used, so that a step competes with a walking level.
    """
    steps = (first[:, None] >= candidates[None, :]).astype(np.float64)
    without, best = -np.inf, (-np.inf, 0, 0.0)
    for fit in fits(series, _regressors(first, known)):
        white = solve_triangular(fit.root, steps, lower=True)
        white -= fit.plane @ (fit.plane.T @ white)
        power = np.maximum((white * white).sum(axis=0), 1e-9)
        reach = white.T @ fit.left
        likely = fit.log_weight(fit.rest - reach**2 / power)
        n = int(np.argmax(likely))
        without = max(without, float(fit.log_weight(fit.rest)))
        if likely[n] > best[0]:
            best = float(likely[n]), int(candidates[n]), float(reach[n] / power[n])
    return Changepoint(day=best[1], size=best[2], gain=best[0] - without)


def _regressors(first: Ints, days: Sequence[int] | Ints) -> Floats:
    return np.stack([np.ones(len(first)), *((first >= day).astype(np.float64) for day in days)], axis=1)


def _sides(first: Ints, day: int, days: Sequence[int]) -> bool:
    """Tell whether LEAST_SIDE weeks lie on each side that no other step cuts off."""
    low = max([d for d in days if d < day], default=-1)
    high = min([d for d in days if d > day], default=10**9)
    before, after = ((first >= low) & (first < day)).sum(), ((first >= day) & (first < high)).sum()
    return bool(before >= LEAST_SIDE and after >= LEAST_SIDE)


def by_week(series: Floats, days: Sequence[int] = ()) -> tuple[Weekly, Ints]:
    """Return a daily series by week, split at each of `days`; and the number of each week's first day."""
    calm = _clipped(series)
    cuts = sorted({0, len(series), *(d for d in days if 0 < d < len(series))})
    starts = np.array([s for a, b in pairwise(cuts) for s in range(a, b, 7)], np.int64)
    if not len(starts):
        return Weekly(at=np.zeros(0), value=np.zeros(0), noise=np.zeros(0)), starts
    known = np.isfinite(calm)
    parts = (np.arange(len(calm)) * known, np.where(known, calm, 0.0), known.astype(np.float64))
    times, sums, seen = (np.add.reduceat(part, starts) for part in parts)
    use = seen > 0
    at, value = times[use] / seen[use] / 7, sums[use] / seen[use]
    return Weekly(at=at, value=value, noise=7 / seen[use]), starts[use]


def _clipped(series: Floats) -> Floats:
    """Return the series with outlying single days clipped to the level around them."""
    known = np.flatnonzero(np.isfinite(series))
    if len(known) < LEAST_WEEKS:
        return series
    values = series[known]
    wide = np.pad(values, AROUND, mode="reflect") if len(values) > AROUND else values
    around = np.median(sliding_window_view(wide, min(2 * AROUND + 1, len(wide))), axis=1)
    spread = scatter(values - around)
    out = series.copy()
    if spread > 0:
        out[known] = np.clip(values, around - OUTLIER * spread, around + OUTLIER * spread)
    return out
