"""Widths of intervals by past errors: the model as of earlier days is compared with days known by now.

The spread is stretched until 80 % of the actual rows lie within the 80 % interval, by horizon, and shrunk towards that
of the model where the past has little evidence. Source: split conformal prediction (Lei and others 2018), as a factor.
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from scipy.special import stdtrit

from besok.analytics.forecast.fit import NEWS, Fitted, news_ahead, path_matrix, posterior
from besok.model.arrays import Floats

DOUBTS = np.array([2.0, 2.0, 3.0, 4.0])  # trials that weigh as much as the model
Z80 = 1.2816
# Factor of variance: the 80 % interval of the walk's news relative to a normal one's
WIDER = (stdtrit(NEWS, 0.9) / Z80) ** 2


def stretch(fitted: Fitted, known: int, horizon: int, since: int) -> Floats:
    """Return by row ahead the factor of the spread; the first `known` rows are the past.

    Trials do not cross the row `since`, at which the level changes.
    """
    setting = fitted.setting
    errors = [list[Floats]() for _ in DOUBTS]
    for back in setting.trials:
        n = known - back
        if np.isfinite(fitted.rows.logs[: max(n, 0)]).sum() < setting.learnt:
            break
        last = since if n < since else known
        rows = np.arange(n, min(n + setting.bands[-1], last))
        deviations = _errors(fitted, n, rows)
        for band, (begin, end) in enumerate(pairwise(setting.bands)):
            part = deviations[begin:end]
            if len(deviations) >= (begin + end) / 2 and np.isfinite(part).any():
                errors[band].append(np.abs(part[np.isfinite(part)]))
    factors = np.ones(len(DOUBTS))
    for band, some in enumerate(errors):
        if some:
            needed = float(np.quantile(np.concatenate(some), 0.8)) / Z80
            trust = len(some) / (len(some) + DOUBTS[band])
            factors[band] = np.clip(needed, 0.4, 2.5) ** trust
    middles = np.log([(begin + end + 1) / 2 for begin, end in pairwise(setting.bands)])
    return np.asarray(np.exp(np.interp(np.log(np.arange(1, horizon + 1)), middles, np.log(factors))))


def _errors(fitted: Fitted, n: int, rows: np.ndarray) -> Floats:
    """Return the errors of the model after `n` rows in `rows` (actual less forecast), in standard deviations."""
    if not len(rows):
        return np.zeros(0)
    earlier = replace(fitted, after=posterior(fitted, n))
    matrix = path_matrix(earlier, rows)
    forecast = fitted.middle + matrix @ earlier.after.mean
    forecast += fitted.last_deviation(n) * fitted.echo ** np.arange(1, len(rows) + 1)
    weights, covariance = news_ahead(earlier, fitted.rows.at[rows])
    news = ((weights @ covariance) * weights).sum(axis=1)
    variance = earlier.after.spread(matrix) + WIDER * news + fitted.sigma**2 + fitted.rows.small[rows]
    return np.asarray((fitted.rows.logs[rows] - forecast) / np.sqrt(variance))
