"""Futures drawn from a fitted model: uncertainty of effects and level, innovations of the level, deviations of rows."""

import numpy as np

from besok.analytics.forecast.changes import changes
from besok.analytics.forecast.conformal import stretch
from besok.analytics.forecast.fit import (
    NEWS,
    Fitted,
    Rows,
    Setting,
    fit,
    mirrored,
    news_ahead,
    path_matrix,
    studentised,
)
from besok.model.arrays import Floats

POOL = 3 * 366  # rows from which deviations are drawn
LONGEST = 3.5  # the largest factor of the news
HIGHEST = np.log(5)  # log above the busiest rows of the past, at most


def drawn(rows: Rows, n: int, setting: Setting, paths: int, rng: np.random.Generator) -> Floats:
    """Return simulated logs of the rows after the first `n`, rows x paths."""
    change = changes(rows, setting)
    fitted = studentised(fit(change.applied(rows), setting), n)
    ahead = np.arange(n, len(rows.at))
    last_step = float(fitted.after.mean[len(rows.sd) + len(change.steps) - 1])
    passing = change.undone(last_step, rows.at[ahead] - rows.at[n], paths, rng)
    matrix = path_matrix(fitted, ahead)
    middle = fitted.middle + matrix @ fitted.after.mean
    middle += fitted.last_deviation(n) * fitted.echo ** np.arange(1, len(ahead) + 1)
    middle += _repeated_deviations(fitted, n, len(ahead))
    moved = matrix @ fitted.after.draw(paths, rng) + _news(fitted, ahead, paths, rng)
    wider = stretch(fitted, n, len(ahead), change.since)
    logs = middle[:, None] + wider[:, None] * (moved + _days(fitted, len(ahead), paths, rng))
    top = float(np.nanquantile(fitted.rows.logs, 0.98)) + HIGHEST
    return np.asarray(np.minimum(logs, top) + passing)


def _repeated_deviations(fitted: Fitted, n: int, horizon: int) -> Floats:
    """Return the recurring part of last year's deviations of the same rows, as far as they recurred in the past.

    The share is a regression through the origin, shrunk by a year of usual rows without any.
    """
    lag = round(364 / fitted.setting.step)
    calm = np.clip(np.nan_to_num(fitted.residual[:n]), -3 * fitted.sigma, 3 * fitted.sigma)
    if n <= lag:
        return np.zeros(horizon)
    before, after = calm[:-lag], calm[lag:]
    square = float((before**2).sum()) + (lag + 1) * fitted.sigma**2
    share = max(float((before * after).sum()) / square, 0.0)
    return share * np.resize(calm[-lag:], horizon)


def _news(fitted: Fitted, ahead: np.ndarray, paths: int, rng: np.random.Generator) -> Floats:
    """Return innovations of the level after the last knot: small in most futures, large in some (a new tram line).

    One scale for each future makes them Student's t, as in the past.
    """
    weights, covariance = news_ahead(fitted, fitted.rows.at[ahead])
    root = np.linalg.cholesky(covariance + 1e-6 * np.eye(len(covariance)))
    scale = np.sqrt(NEWS / rng.chisquare(NEWS, (paths + 1) // 2))
    scale = np.minimum(scale, LONGEST)
    drawn = root @ mirrored(len(root), paths, rng) * np.concatenate([scale, scale])[:paths]
    return np.asarray(weights @ drawn)


def _days(fitted: Fitted, horizon: int, paths: int, rng: np.random.Generator) -> Floats:
    """Return deviations of single rows: past ones in runs of `block`, smaller near the last known one."""
    pool = fitted.residual[np.isfinite(fitted.residual)][-POOL:]
    block = fitted.setting.block
    pool = np.minimum(pool, max(5 * fitted.sigma, np.log(4)))
    if pool.size < 4 * block:
        drawn = fitted.sigma * rng.standard_t(4, (horizon, paths))
    else:
        starts = rng.integers(0, pool.size, ((horizon + block - 1) // block, 1, paths))
        drawn = pool[(starts + np.arange(block)[None, :, None]) % pool.size].reshape(-1, paths)[:horizon]
    return np.asarray(drawn * np.sqrt(1 - fitted.echo ** (2 * np.arange(1, horizon + 1)))[:, None])
