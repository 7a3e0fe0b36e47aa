"""Futures drawn from a fitted model: doubt about effects and level, news of the level, deviations of single rows."""

import numpy as np

from besok.analytics.forecast.changes import changes
from besok.analytics.forecast.conformal import stretch
from besok.analytics.forecast.fit import (
    NEWS,
    Fitted,
    Rows,
    Setting,
    expected,
    fit,
    later_knots,
    mirrored,
    news_covariance,
    path_matrix,
    studentised,
)
from besok.analytics.forecast.level import hats
from besok.model.arrays import Floats

POOL = 3 * 366  # rows whose deviations are drawn from
LONGEST = 3.5  # the largest factor of the news
HIGHEST = np.log(5)  # above the busiest rows of the past nobody expects more


def drawn(rows: Rows, n: int, setting: Setting, paths: int, rng: np.random.Generator) -> Floats:
    """Return simulated logs of the rows after the first `n`, rows x paths."""
    change = changes(rows, setting)
    found = studentised(fit(change.applied(rows), setting), n, setting)
    ahead = np.arange(n, len(rows.at))
    middle = expected(found, found.after, ahead)
    middle += found.last_deviation(n) * found.echo ** np.arange(1, len(ahead) + 1)
    middle += _repeated_deviations(found, n, len(ahead))
    wider = stretch(found, n, setting, len(ahead), change.since)
    last_step = float(found.after.mean[len(rows.sd) + len(change.steps) - 1])
    passing = change.undone(last_step, len(ahead), paths, rng)
    return _futures(found, middle, wider, ahead, setting.block, paths, rng) + passing


def _repeated_deviations(found: Fitted, n: int, horizon: int) -> Floats:
    """Return what comes again of the deviations of the same rows of last year, as far as it did in the past.

    The share is a regression through the origin, shrunk by a year of usual rows without any.
    """
    lag = round(364 / found.rows.step)
    calm = np.clip(np.nan_to_num(found.residual[:n]), -3 * found.sigma, 3 * found.sigma)
    if n <= lag:
        return np.zeros(horizon)
    before, after = calm[:-lag], calm[lag:]
    square = float((before**2).sum()) + (lag + 1) * found.sigma**2
    share = max(float((before * after).sum()) / square, 0.0)
    return share * np.resize(calm[-lag:], horizon)


def _futures(
    found: Fitted,
    middle: Floats,
    stretch: Floats,
    ahead: np.ndarray,
    block: int,
    paths: int,
    rng: np.random.Generator,
) -> Floats:
    """Return logs of the rows `ahead` about their `middle`, rows x paths, with the spread times `stretch`."""
    matrix = path_matrix(found, found.after, ahead)
    moved = matrix @ found.after.draw(paths, rng) + _news(found, ahead, paths, rng)
    logs = middle[:, None] + stretch[:, None] * (moved + _days(found, len(ahead), paths, block, rng))
    top = float(np.nanquantile(found.rows.logs, 0.98)) + HIGHEST
    return np.asarray(np.minimum(logs, top))


def _news(found: Fitted, ahead: np.ndarray, paths: int, rng: np.random.Generator) -> Floats:
    """Return what befalls the level after the last knot: most futures bring little, some a new tram line.

    One scale for each future makes its news Student's t, as those of the past are.
    """
    at = found.rows.at[ahead]
    grid = found.after.knots
    later = later_knots(found.after, float(at[-1]), found.rows.spacing)
    if not len(later):
        return np.zeros((len(at), paths))
    root = np.linalg.cholesky(news_covariance(found, found.after, later) + 1e-6 * np.eye(len(later)))
    scale = np.sqrt(NEWS / rng.chisquare(NEWS, (paths + 1) // 2))
    scale = np.minimum(scale, LONGEST)
    drawn = root @ mirrored(len(later), paths, rng) * np.concatenate([scale, scale])[:paths]
    return np.asarray(hats(at, np.concatenate([grid, later]))[:, len(grid) :] @ drawn)


def _days(found: Fitted, horizon: int, paths: int, block: int, rng: np.random.Generator) -> Floats:
    """Return deviations of single rows: past ones in runs of `block`, smaller near the last one, which is known."""
    pool = found.residual[np.isfinite(found.residual)][-POOL:]
    pool = np.minimum(pool, max(5 * found.sigma, np.log(4)))
    if pool.size < 4 * block:
        drawn = found.sigma * rng.standard_t(4, (horizon, paths))
    else:
        starts = rng.integers(0, pool.size, ((horizon + block - 1) // block, 1, paths))
        drawn = pool[(starts + np.arange(block)[None, :, None]) % pool.size].reshape(-1, paths)[:horizon]
    return np.asarray(drawn * np.sqrt(1 - found.echo ** (2 * np.arange(1, horizon + 1)))[:, None])
