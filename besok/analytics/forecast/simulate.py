"""Futures drawn from a fitted model, as deviations from its middle: doubt about effects and level, news, odd days."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import ndtri, stdtrit

from besok.analytics.forecast.fit import Fitted, Hypothesis
from besok.analytics.forecast.level import NEWS, YEAR, hats, kernel
from besok.analytics.forecast.members import Rows, ahead_of, effects, last_deviation
from besok.model.arrays import Floats

POOL = 3 * 366  # rows whose deviations are drawn from
CROWD = (
    5.0  # sigmas, or four times the usual: a day with more is a slip of the counter, or will not come again
)
LONGEST = 3.5  # the largest factor of the news
BEYOND = (
    0.3  # power of the years ahead by which the news beyond the first grow: totals then widen as a walk's do
)
CROWDED, ROOM, GROWTH = 0.98, np.log(5), 1.0  # quantile of past logs; above it; and more each year ahead


def shared(
    accounts: Sequence[Hypothesis],
    paths: int,
    futures: Callable[[Fitted, int], Floats],
    rng: np.random.Generator,
) -> Floats:
    """`futures` (rows x paths) by every account of the past, of each as many as it is likely, in no order.

    What the data cannot tell apart is not chosen between (averaging of models: Hoeting and others 1999).
    """
    ends = np.round(np.cumsum([0.0, *(account.odds for account in accounts)]) * paths).astype(np.int64)
    found = [
        futures(one.fitted, many) for one, many in zip(accounts, np.diff(ends).tolist(), strict=True) if many
    ]
    return rng.permutation(np.concatenate(found, axis=1), axis=1)


def middle(fitted: Fitted, ahead: Rows) -> Floats:
    """Return the most likely log visits of the rows ahead, by the model alone."""
    _, level = ahead_of(fitted, fitted.after.mean[-len(fitted.knots) :], ahead.at)
    left = last_deviation(fitted) * fitted.echo ** np.arange(1, len(ahead.at) + 1)
    return effects(fitted, ahead) + level + left


def ceiling(past: Rows, ahead: Rows) -> Floats:
    """Return the most that a log can be: five times the busiest days of the past, and e-fold more for each year
    ahead.
    """
    top = float(np.quantile(past.logs[np.isfinite(past.logs)], CROWDED)) + ROOM
    most: Floats = top + GROWTH * (ahead.at - past.at[-1]) / YEAR
    return most


def simulated(fitted: Fitted, ahead: Rows, paths: int, rng: np.random.Generator, block: int) -> Floats:
    """Deviations from `middle`: rows x paths. Deviations of days are drawn in runs of `block` past ones."""
    drawn = fitted.after.draw(paths, rng)
    known, level = np.split(drawn, [len(fitted.after.mean) - len(fitted.knots)])
    return (
        fitted.columns(ahead.columns, ahead.at) @ known
        + _level(fitted, level, ahead.at, rng)
        + _days(fitted, len(ahead.at), paths, rng, block)
    )


def _level(fitted: Fitted, level: Floats, at: Floats, rng: np.random.Generator) -> Floats:
    """Return how the level may deviate, given how it does at the knots of the past: what follows from it, and what
    is news.
    """
    ahead, smooth = ahead_of(fitted, level, at)
    before = kernel(fitted.knots, fitted.knots, fitted.sizes) + 1e-6 * np.eye(len(fitted.knots))
    between = kernel(fitted.knots, ahead, fitted.sizes)
    left = kernel(ahead, ahead, fitted.sizes) - between.T @ np.linalg.solve(before, between)
    root = np.linalg.cholesky(left + 1e-6 * np.eye(len(left)))
    half = rng.standard_normal((len(ahead), (level.shape[1] + 1) // 2))
    half *= _strides(half.shape[1], rng)
    news = root @ np.concatenate([half, -half], axis=1)[:, : level.shape[1]]
    news *= np.maximum((ahead - fitted.knots[-1]) / YEAR, 1)[:, None] ** BEYOND
    every = np.concatenate([fitted.knots, ahead])
    together: Floats = smooth + hats(at, every)[:, len(fitted.knots) :] @ news
    return together


def _strides(paths: int, rng: np.random.Generator) -> Floats:
    """Return how large the news of each path are: most years bring little, some a new tram line. Such scales make a
    normal distribution Student's; as wide as it was for four futures of five.
    """
    scale = np.sqrt(NEWS / rng.chisquare(NEWS, paths))
    strides: Floats = np.minimum(scale * ndtri(0.9) / stdtrit(NEWS, 0.9), LONGEST)
    return strides


def _days(fitted: Fitted, horizon: int, paths: int, rng: np.random.Generator, block: int) -> Floats:
    """Deviations of single rows; the first ones have less room, since the last deviation is known.

    Past ones are drawn as they are, not about their mean: the middle is that of usual days, odd ones lie to one side.
    """
    pool = fitted.residual[-POOL:]
    pool = pool[np.isfinite(pool)] * fitted.loose
    pool = np.minimum(pool, max(CROWD * fitted.sigma, np.log(4)))
    if pool.size < 4 * block:
        drawn = fitted.sigma * rng.standard_t(4, (horizon, paths))
    else:
        starts = rng.integers(0, pool.size, ((horizon + block - 1) // block, 1, paths))
        drawn = pool[(starts + np.arange(block)[None, :, None]) % pool.size].reshape(-1, paths)[:horizon]
    room: Floats = np.sqrt(1 - fitted.echo ** (2 * np.arange(1, horizon + 1)))
    return drawn * room[:, None]
