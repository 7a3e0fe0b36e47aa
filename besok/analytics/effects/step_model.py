"""The step of a weekly series at a known time, with an interval valid for series that move by themselves.

The regression is that of `besok.analytics.level_shift`. Then steps are estimated at earlier times without any action
(placebos), each with the data up to then: a step at the end of a series is less certain than one in its middle. Where
they scatter more than their errors, the interval is widened to match, and where they scatter less, it is narrowed a
little.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import solve_triangular

from besok.analytics.level_shift import LEAST_SIDE, LEAST_WEEKS, WEEKS_A_YEAR, Fit, Weekly, fits, weights
from besok.analytics.robust import scatter
from besok.analytics.single_thread import on_one_core
from besok.model.arrays import Bools, Floats

# Variance of the turn of the year by that of chance, which makes it all but unknown before one was seen (four times as
# much gives the same), and how far its days are alike, in years.
TURN, ALIKE = 25.0, 0.03
CLEAR = 3.0  # standard errors; a week further off is an outlier, and counts less
EDGE = 4  # weeks that a placebo lasts at the least
LEAST_BEFORE = 16  # weeks before the first placebo
MOST_PLACEBOS = 40
HORIZONS = (8, 13, 26, 52)  # weeks after, for which the detectable effect is given
# Prior mean square of the placebos and how many independent ones that is worth: a model is never quite the series' own.
# Calm placebos narrow an interval no further than to the root of `NARROWEST`.
BELIEF, WORTH, NARROWEST = 1.2, 5.0, 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedStep:
    """The step in units of the series, its standard error, and the degrees of freedom of its t distribution.

    `later` has the expected standard error so many weeks after, by the weeks before.
    """

    size: float
    error: float
    freedom: float
    later: dict[int, float]


@on_one_core
def estimate_step(
    series: Floats,
    after: Bools,
    *,
    noise: Floats | None = None,
    turn: Floats | None = None,
) -> EstimatedStep | None:
    """Estimate the step of `series` (one value a week, NaN unknown) from where `after` begins to be true.

    `noise` is the variance of chance by week, in units of the usual one; `turn` the share of each week (0..1) that lies
    in the turn of the year. None if there is too little to tell: eight weeks before and two after are the least.
    """
    known = ~np.isnan(series)
    if (known & ~after).sum() < LEAST_WEEKS or (known & after).sum() < LEAST_SIDE:
        return None
    at = np.arange(len(series))[known].astype(float)
    weekly = Weekly(
        at=at,
        value=series[known],
        noise=np.ones(len(at)) if noise is None else noise[known],
        extra=0.0 if turn is None else _turn(turn[known], at / WEEKS_A_YEAR),
    )
    step = after[known].astype(float)
    for _ in range(2):
        weekly = _calmed(weekly, step)
    return _with_placebos(weekly, step)


def _turn(share: Floats, year: Floats) -> Floats:
    """Return the covariance of the effect of the turn of the year, by its share of each week."""
    distance = year[:, None] - year[None, :]
    distance -= np.round(distance)
    return np.asarray(TURN * share[:, None] * share[None, :] * np.exp(-0.5 * (distance / ALIKE) ** 2))


def _regressors(step: Floats) -> Floats:
    return np.stack([np.ones_like(step), step], axis=1)


def _calmed(weekly: Weekly, step: Floats) -> Weekly:
    """Return the series with outliers weighing less: their noise gets the variance they show."""
    best = max(fits(weekly, _regressors(step)), key=lambda f: float(f.log_weight(f.rest)))
    # The part of the residual that is chance
    chance = weekly.noise * solve_triangular(best.root.T, best.left)
    sd = np.sqrt(weekly.noise)
    usual = max(scatter(chance / sd), 1e-6)
    return replace(weekly, noise=weekly.noise * np.maximum(1.0, np.abs(chance) / (CLEAR * usual * sd)) ** 2)


def _with_placebos(weekly: Weekly, step: Floats) -> EstimatedStep:
    """Return the step at the real time, with an interval judged by placebos, averaged over all walks and seasons."""
    before, length = int((1 - step).sum()), int(step.sum())
    length = max(min(length, before // 3), EDGE)
    firsts = np.arange(LEAST_BEFORE, before - length + 1)
    independent = max(before - LEAST_BEFORE, 0) / length if len(firsts) else 0.0
    if len(firsts) > MOST_PLACEBOS:
        firsts = np.unique(np.linspace(firsts[0], firsts[-1], MOST_PLACEBOS).round().astype(np.int64))
    horizons = np.array([w for w in HORIZONS if before - w >= LEAST_BEFORE], dtype=np.int64)
    begins = np.concatenate([firsts, before - horizons])
    ends = np.concatenate([[len(step)], firsts + length, np.full(len(horizons), before)])
    marks = np.column_stack([step, np.arange(len(step))[:, None] >= begins])
    all_fits = fits(weekly, _regressors(step))
    weight = weights(all_fits)
    sizes, variances = np.stack([_steps(fit, weekly.value, marks, ends) for fit in all_fits], axis=1)
    size = weight @ sizes
    errors = np.sqrt(weight @ (variances + (sizes - size) ** 2))
    placebos = (size / errors)[1 : 1 + len(firsts)]
    scatter = float(np.mean(placebos**2)) if len(placebos) else 0.0
    widened = float(np.sqrt(max(NARROWEST, (WORTH * BELIEF + independent * scatter) / (WORTH + independent))))
    later = weight @ variances[:, 1 + len(firsts) :]
    return EstimatedStep(
        size=float(size[0]),
        error=float(errors[0]) * widened,
        freedom=max(len(step) - 4.0, 3.0),
        later=dict(zip(horizons.tolist(), (widened * np.sqrt(later)).tolist(), strict=True)),
    )


def _steps(fit: Fit, value: Floats, marks: Floats, ends: np.ndarray) -> tuple[Floats, Floats]:
    """Return size and variance of each step (column of `marks`) by the data before its end.

    The whitening of a series also whitens its beginning, so that cumulative sums give the results for all ends.
    """
    white = solve_triangular(fit.root, np.column_stack([np.ones_like(value), value, marks]), lower=True)
    one, y, mark = white[:, :1], white[:, 1:2], white[:, 2:]
    column = np.arange(marks.shape[1])

    def product(a: Floats, b: Floats) -> Floats:
        sums = np.cumsum(a * b, axis=0)[ends - 1]
        return np.asarray(sums[column, column] if sums.shape[1] > 1 else sums[:, 0])

    mean = product(one, one)
    power = np.maximum(product(mark, mark) - product(mark, one) ** 2 / mean, 1e-12)
    size = (product(mark, y) - product(mark, one) * product(one, y) / mean) / power
    rest = product(y, y) - product(one, y) ** 2 / mean - power * size**2
    variance = np.maximum(rest, 1e-12) / np.maximum(ends - 2, 1) + 1e-12
    return size, variance / power
