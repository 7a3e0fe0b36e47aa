"""Futures drawn from a fitted model: doubt about effects and level, news of the level, deviations of single rows.

Their spread is stretched by past errors: the model as of earlier days is asked about days that are known by now, until
80 % of what came lies within the 80 % interval; less so as long as the past tells little. Source: split conformal
prediction (Lei and others 2018), here as a factor.
"""

import numpy as np
from scipy.special import stdtrit

from besok.analytics.forecast.changes import changes
from besok.analytics.forecast.fit import NEWS, Fitted, Rows, Setting, fit, posterior, studentised
from besok.analytics.forecast.last_year import again
from besok.model.arrays import Floats, Ints

POOL = 3 * 366  # rows whose deviations are drawn from
LONGEST = 3.5  # the largest factor of the news
HIGHEST = np.log(5)  # above the busiest rows of the past nobody expects more

DOUBT = 4  # trials that weigh as much as the model
BANDS = 4  # of rows ahead, each with its factor
Z80 = 1.2816
WIDER = (stdtrit(NEWS, 0.9) / Z80) ** 2  # is the 80 % interval of the walk's news than a normal one's


def drawn(rows: Rows, n: int, setting: Setting, paths: int, rng: np.random.Generator) -> Floats:
    """Return simulated logs of the rows after the first `n`, rows x paths."""
    change = changes(rows, setting)
    found = studentised(fit(change.applied(rows), setting), n, setting)
    ahead = np.arange(n, len(rows.at))
    after = posterior(found, n, rows.at[-1])
    middle = found.expected(after, n, ahead) + again(found, after, n, ahead)
    moved = found.matrix(after.knots, ahead) @ after.draw(paths, _news(paths, rng), rng)
    moved += _days(found, len(ahead), paths, setting.block, rng)
    logs = middle[:, None] + _stretch(found, n, setting, change.since, len(ahead))[:, None] * moved
    top = float(np.nanquantile(rows.logs, 0.98)) + HIGHEST
    last_step = float(after.mean[len(rows.sd) + len(change.steps) - 1])
    return np.asarray(np.minimum(logs, top) + change.undone(last_step, len(ahead), paths, rng))


def _stretch(found: Fitted, known: int, setting: Setting, since: int, horizon: int) -> Floats:
    """Return the factor of the spread by row ahead; the first `known` rows are the past.

    Trials do not look across the row `since`, from which the level is another.
    """
    trials = [np.full(len(setting.ahead), np.nan)]
    for back in setting.trials:
        n = known - back
        if np.isfinite(found.rows.logs[: max(n, 0)]).sum() < setting.learnt:
            break
        trials.append(_errors(found, n, setting.ahead, since if n < since else known))
    off = np.array(trials)
    factors, middles = np.ones(BANDS), np.zeros(BANDS)
    for band, some in enumerate(np.array_split(np.arange(len(setting.ahead)), BANDS)):
        middles[band] = np.log(1 + setting.ahead[some]).mean()
        if told := np.isfinite(off[:, some]).any(axis=1).sum():
            needed = float(np.nanquantile(off[:, some], 0.8)) / Z80
            factors[band] = np.clip(needed, 0.4, 2.5) ** (told / (told + DOUBT))
    return np.exp(np.interp(np.log(np.arange(1, horizon + 1)), middles, np.log(factors)))


def _errors(found: Fitted, n: int, ahead: Ints, end: int) -> Floats:
    """Return how far what came `ahead` was from what the model said after `n` rows, in its standard deviations.

    It is NaN from the row `end` on, and where nothing was seen.
    """
    off = np.full(len(ahead), np.nan)
    told = np.flatnonzero(
        (n + ahead < end) & np.isfinite(found.rows.logs[np.minimum(n + ahead, len(found.rows.at) - 1)])
    )
    if len(told):
        rows = n + ahead[told]
        after = posterior(found, n, found.rows.at[rows[-1]])
        spread = after.spread(found.matrix(after.knots, rows), WIDER)
        apart = found.rows.logs[rows] - found.expected(after, n, rows) - again(found, after, n, rows)
        off[told] = np.abs(apart) / np.sqrt(spread + found.sigma**2 + found.rows.small[rows])
    return off


def _news(paths: int, rng: np.random.Generator) -> Floats:
    """Return a scale of the news for each future: most bring little, some a new tram line.

    It makes them Student's t, as those of the past are.
    """
    scale = np.sqrt(NEWS / rng.chisquare(NEWS, (paths + 1) // 2))
    return np.tile(np.minimum(scale, LONGEST), 2)[:paths]


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
