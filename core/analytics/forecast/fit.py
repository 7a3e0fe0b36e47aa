"""The calendar model fitted to a history: effects and level of the log of the visits, robust against odd days."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from core.analytics.forecast.design import Design
from core.analytics.forecast.gauss import Moments, Posterior, moments, posterior
from core.analytics.forecast.history import Floats
from core.analytics.forecast.level import hats, kernel, knots

KNOT = 7  # days between knots of the level
USUAL = np.array([0.07, 0.07, 0.07, 0.12])  # growth, years, weeks, and the profile of the year: sd, before the data
DOUBT = 0.6  # sd of the log of those
FREEDOM = 4.0  # of the t distribution of odd days
ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """`effects` of the design, then the level at `knots`; `sizes` as USUAL; `residual` by day, NaN where none was seen.

    `weight` is what each day counted in the fit: 1 / variance, 0 for a day without a figure.
    `sigma` is the sd of a day's log visits about the model, `echo` how much of a deviation is left the next day.
    """

    after: Posterior
    effects: int
    knots: Floats
    sizes: Floats
    residual: Floats
    weight: Floats
    sigma: float
    echo: float
    middle: float


def priors(design: Design, sizes: Floats) -> Floats:
    return np.where(design.annual, design.sd * sizes[3], design.sd)


def fit(logs: Floats, design: Design, small: Floats) -> Fitted:
    """The model for `logs` by day (NaN: nothing to learn from). `small` is the variance that counting itself adds.

    The columns of `design` must belong to the same days.
    """
    seen = np.isfinite(logs)
    at = np.flatnonzero(seen).astype(np.float64)
    grid = knots(len(logs), KNOT)
    z = np.concatenate([design.columns[seen], hats(at, grid)], axis=1)
    middle = float(np.median(logs[seen])) if seen.any() else 0.0
    y = logs[seen] - middle
    sizes, sigma, echo = USUAL, 0.3, 0.3
    weight = np.ones(len(y))
    for turn in range(ROUNDS):
        spread = (sigma**2 + small[seen]) * (1 + echo) / (1 - echo)
        used = weight / spread
        data = moments(z, y, used)
        if turn and len(y) > 30:
            sizes = _sizes(data, design, grid, sizes)
        after = posterior(data, priors(design, sizes), kernel(grid, grid, sizes))
        odd = y - z @ after.mean
        sigma = _spread(odd, len(y), sigma)
        weight = (FREEDOM + 1) / (FREEDOM + odd**2 / (sigma**2 + small[seen]))
        residual = np.full(len(logs), np.nan)
        residual[seen] = odd
        echo = _echo(residual)
    counted = np.zeros(len(logs))
    counted[seen] = used
    return Fitted(
        after=after, effects=len(design.sd), knots=grid, sizes=sizes, residual=residual, weight=counted, sigma=sigma,
        echo=echo, middle=middle,
    )  # fmt: skip


def _spread(odd: Floats, n: int, before: float) -> float:
    """The sd of usual days, from the median; with few days it stays near what it was believed to be."""
    robust = 1.4826 * float(np.median(np.abs(odd))) if n else 0.0
    return float(np.sqrt((n * robust**2 + 20 * before**2) / (n + 20))) + 1e-3


def _echo(residual: Floats) -> float:
    """The correlation of a day's deviation with the next day's, bounded and shrunk."""
    limit = 3 * np.nanmedian(np.abs(residual)) if np.isfinite(residual).any() else 0.0
    a, b = np.clip(residual[:-1], -limit, limit), np.clip(residual[1:], -limit, limit)
    both = np.isfinite(a) & np.isfinite(b)
    square = float((a[both] ** 2).sum())
    if not square:
        return 0.3
    n = both.sum()
    return float(np.clip((a[both] * b[both]).sum() / square * n / (n + 20) + 0.3 * 20 / (n + 20), 0.0, 0.7))


def _sizes(data: Moments, design: Design, grid: Floats, start: Floats) -> Floats:
    """The most probable sizes of the movements."""

    def cost(log: Floats) -> float:
        sizes = np.exp(log)
        apart = (log - np.log(USUAL)) / DOUBT
        found = posterior(data, priors(design, sizes), kernel(grid, grid, sizes))
        return -found.log_likelihood + 0.5 * float(apart @ apart)

    bounds = [(np.log(0.01), np.log(1.0))] * len(USUAL)
    found = minimize(cost, np.log(start), method="L-BFGS-B", bounds=bounds, options={"maxiter": 6, "maxfun": 60})
    sizes: Floats = np.exp(found.x)
    return sizes
