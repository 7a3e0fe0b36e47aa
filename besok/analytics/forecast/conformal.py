"""Widths of intervals by past errors: the model as of earlier days is asked about days that are known by now.

The spread is stretched until 80 % of what came lies within the 80 % interval, by horizon, and shrunk towards that of
the model as long as the past tells little. Source: split conformal prediction (Lei and others 2018), here as a factor.
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from scipy.special import stdtrit

from besok.analytics.forecast.fit import (
    NEWS,
    Fitted,
    Setting,
    later_knots,
    news_covariance,
    path_matrix,
    posterior,
)
from besok.analytics.forecast.level import hats
from besok.model.arrays import Floats

DOUBTS = np.array([2.0, 2.0, 3.0, 4.0])  # trials that weigh as much as the model
Z80 = 1.2816
WIDER = (stdtrit(NEWS, 0.9) / Z80) ** 2  # is the 80 % interval of the walk's news than a normal one's


def stretch(found: Fitted, known: int, setting: Setting, horizon: int, since: int) -> Floats:
    """Return by row ahead the factor of the spread; the first `known` rows are the past.

    Trials do not look across the row `since`, from which the level is another.
    """
    errors: list[list[Floats]] = [[] for _ in DOUBTS]
    for back in setting.trials:
        n = known - back
        if np.isfinite(found.rows.logs[: max(n, 0)]).sum() < setting.learnt:
            break
        last = since if n < since else known
        rows = np.arange(n, min(n + setting.bands[-1], last))
        off = _errors(found, n, rows)
        for band, (begin, end) in enumerate(pairwise(setting.bands)):
            part = off[begin:end]
            if len(off) >= (begin + end) / 2 and np.isfinite(part).any():
                errors[band].append(np.abs(part[np.isfinite(part)]))
    factors = np.ones(len(DOUBTS))
    for band, some in enumerate(errors):
        if some:
            needed = float(np.quantile(np.concatenate(some), 0.8)) / Z80
            trust = len(some) / (len(some) + DOUBTS[band])
            factors[band] = np.clip(needed, 0.4, 2.5) ** trust
    middles = np.log([(begin + end + 1) / 2 for begin, end in pairwise(setting.bands)])
    return np.asarray(np.exp(np.interp(np.log(np.arange(1, horizon + 1)), middles, np.log(factors))))


def _errors(found: Fitted, n: int, rows: np.ndarray) -> Floats:
    """Return what came in `rows` less what the model said after `n` rows, in units of its standard deviation."""
    if not len(rows):
        return np.zeros(0)
    then = replace(found, after=posterior(found, n))
    matrix = path_matrix(found, then.after, rows)
    said = found.middle + matrix @ then.after.mean
    said += found.last_deviation(n) * found.echo ** np.arange(1, len(rows) + 1)
    later = later_knots(then.after, float(found.rows.at[rows[-1]]), found.rows.spacing)
    every = hats(found.rows.at[rows], np.concatenate([then.after.knots, later]))[:, len(then.after.knots) :]
    news = ((every @ news_covariance(found, then.after, later)) * every).sum(axis=1) if len(later) else 0.0
    variance = then.after.spread(matrix) + WIDER * news + found.sigma**2 + found.rows.small[rows]
    return np.asarray((found.rows.logs[rows] - said) / np.sqrt(variance))
