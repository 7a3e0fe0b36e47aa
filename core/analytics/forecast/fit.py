"""The calendar model fitted to a history: effects, shifts and level of the log of visits, robust against odd days."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from core.analytics.forecast.design import Design
from core.analytics.forecast.gauss import Moments, Posterior, moments, posterior
from core.analytics.forecast.history import Floats
from core.analytics.forecast.level import YEAR, hats, kernel, knots
from core.analytics.forecast.shifts import FADING_SD, STEP_SD, shifts

WEEK = 7.0  # days between knots of the level
USUAL = np.array([0.06, 0.14, 0.07, 0.15])  # growth, years, weeks, and the profile of the year: sd, before the data
DOUBT = 0.4  # sd of the log of those
FREEDOM = 4.0  # of the t distribution of odd days
ROUNDS = 3
SLOPE = 0.02  # sd of a steady growth a year


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What the data made of the model: the effects of the design, `moves` (a slope, and two for each of `steps`), then
    the level at `knots`; times in days from the start. `sizes` as USUAL; `residual` by row, NaN where nothing was seen.

    `weight` is what each row counted in the fit: 1 / variance, 0 for one without a figure. `sigma` is the sd of a row's
    log visits about the model, `echo` how much of a deviation is left in the next row, `loose`
    by how much residuals are too small for having been fitted.
    """

    after: Posterior
    steps: Floats
    knots: Floats
    sizes: Floats
    residual: Floats
    weight: Floats
    sigma: float
    echo: float
    middle: float
    loose: float

    @property
    def spacing(self) -> float:
        """Days between knots."""
        return float(self.knots[1] - self.knots[0])

    def columns(self, columns: Floats, at: Floats) -> Floats:
        """Columns of a design, and of the moves: all but the level."""
        return np.concatenate([columns, moves(at, self.steps)], axis=1)


def moves(at: Floats, steps: Floats) -> Floats:
    """A steady slope (a year), and for each step what stays of it and what fades: times x moves."""
    since = (at[:, None] - steps[None, :]) / YEAR
    after = (since >= 0).astype(np.float64)
    return np.concatenate([at[:, None] / YEAR, after, after * np.exp(-np.maximum(since, 0))], axis=1)


def scaled(sd: Floats, scale: Floats, sizes: Floats) -> Floats:
    """The sd of effects before the data; `scale` is 1 for those of the year's profile, NaN for others."""
    return np.where(np.isfinite(scale), sd * sizes[3], sd)


def fit(
    logs: Floats,
    design: Design,
    small: Floats,
    at: Floats,
    *,
    spacing: float = WEEK,
    sigma: float = 0.3,
    known: Floats | None = None,
) -> Fitted:
    """The model for `logs` by row (NaN: nothing to learn from); each row stands at the day `at`.

    `small` is the variance that counting itself adds, `sigma` what is believed of the sd about the model. Columns of
    `design` must belong to the same rows. `known` sizes are taken as they are, else they are found.
    """
    seen = np.isfinite(logs)
    grid = knots(float(at[-1]), spacing)
    middle = float(np.median(logs[seen]))
    y, columns, level = logs[seen] - middle, design.columns[seen], hats(at[seen], grid)
    sizes, echo, steps, weight, scale = (
        USUAL if known is None else known,
        0.3,
        np.zeros(0),
        np.ones(len(y)),
        np.where(design.annual, 1.0, np.nan),
    )
    sd, scale = np.append(design.sd, SLOPE), np.append(scale, np.nan)
    z = np.concatenate([columns, moves(at[seen], steps), level], axis=1)
    residual = np.full(len(logs), np.nan)
    for turn in range(ROUNDS):
        used = weight / ((sigma**2 + small[seen]) * (1 + echo) / (1 - echo))
        data = moments(z, y, used)
        if turn and known is None and len(y) > 30:
            sizes = _sizes(data, sd, scale, grid, sizes)
        after = posterior(data, scaled(sd, scale, sizes), kernel(grid, grid, sizes))
        residual[seen] = odd = y - z @ after.mean
        sigma = _spread(odd, len(y), sigma)
        weight = (FREEDOM + 1) / (FREEDOM + odd**2 / (sigma**2 + small[seen]))
        echo = _echo(residual)
        if turn == 0:
            rest = y - columns @ after.mean[: len(design.sd)]
            steps = shifts(rest, at[seen], grid, sigma, USUAL)
            z = np.concatenate([columns, moves(at[seen], steps), level], axis=1)
            sd = np.concatenate([sd, np.full(len(steps), STEP_SD), np.full(len(steps), FADING_SD)])
            scale = np.append(scale, np.full(2 * len(steps), np.nan))
            weight = np.ones(len(y)) if len(steps) else weight  # days after a shift were odd only for want of it
    left = max(1 - after.freedom_used(data) / max(len(y), 1), 0.2)
    counted = np.zeros(len(logs))
    counted[seen] = used
    return Fitted(
        after=after, steps=steps, knots=grid, sizes=sizes, residual=residual, weight=counted,
        sigma=sigma, echo=echo, middle=middle, loose=left**-0.5,
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


def _sizes(data: Moments, sd: Floats, scale: Floats, grid: Floats, start: Floats) -> Floats:
    """The most probable sizes of the movements."""

    def cost(log: Floats) -> float:
        sizes = np.exp(log)
        apart = (log - np.log(USUAL)) / DOUBT
        found = posterior(data, scaled(sd, scale, sizes), kernel(grid, grid, sizes))
        return -found.log_likelihood + 0.5 * float(apart @ apart)

    bounds = [(np.log(0.01), np.log(1.0))] * len(USUAL)
    found = minimize(cost, np.log(start), method="L-BFGS-B", bounds=bounds, options={"maxiter": 4, "maxfun": 40})
    sizes: Floats = np.exp(found.x)
    return sizes
