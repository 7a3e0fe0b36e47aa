"""The model of a history: effects of days, a level that drifts, and what single rows deviate; robust against odd rows.

    log visits = effects + level + deviation

Effects have normal priors (a ridge regression), the level is the Gaussian process of `level`. Together they are one
linear model with a normal posterior; odd rows weigh less as under a t distribution (Lange, Little and Taylor 1989).
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import cho_solve, solve_triangular
from scipy.optimize import minimize
from scipy.sparse import csr_array

from besok.analytics.forecast.level import YEAR, Clock, hats, kernel, knots, plain_clock
from besok.analytics.robust import scatter_with_prior
from besok.model.arrays import Floats

NEWS = 2.3  # degrees of freedom of the walk's news: 2.1 among the yearly changes of Toronto's branches
DOUBT = 0.7  # sd of the log of the usual sizes
TWICE = 730.0  # days: in less no year was seen twice, and a slump would be taken for a large season
ROUNDS = 3
BELIEF = 10  # rows' worth of what is believed of the spread beforehand
RETURN_DAYS = 91.0  # in which most of what returns does so
JITTER = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is believed of rows of a kind, before the data.

    A row is `step` days long. `sizes` are the sd of the log of the walk in a year, of swings of weeks, of the profile
    of the year and of growth in a year: the usual ones, as long as there are no more than `few` rows. `sigma` is the sd
    of a row about the model; `freedom` that of the t distribution of odd rows. Deviations are drawn in runs of `block`.
    Trials are forecasts from so many rows before the last, with `learnt` rows before them; their errors are looked at
    in `bands` of rows ahead. Of what the walk has moved since last year such a part `returns`.
    """

    step: float
    sizes: tuple[float, float, float, float]
    sigma: float
    freedom: float
    few: int
    block: int
    trials: tuple[int, ...]
    learnt: int
    bands: tuple[int, ...]
    returns: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Past rows and coming ones: `logs` of visits (NaN: nothing to learn), `columns` of effects with the mean `usual`
    and `sd` that are believed of them, `at` in days, and the variance `small` that counting adds.
    """

    logs: Floats
    columns: Floats
    usual: Floats
    sd: Floats
    at: Floats
    small: Floats
    step: float  # days of a row
    swing: float = 1.0  # times as large is the profile of the year
    breaks: tuple[float, ...] = ()  # times, in order, from which the level is another

    @property
    def spacing(self) -> float:
        """Days between knots of the level."""
        return max(self.step, 7.0)

    def with_columns(self, columns: Floats, sd: Floats) -> "Rows":
        """Return the same with more effects."""
        return replace(
            self,
            columns=np.concatenate([self.columns, columns], axis=1),
            usual=np.concatenate([self.usual, np.zeros(len(sd))]),
            sd=np.concatenate([self.sd, sd]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Posterior:
    """Effects, then the level at `knots`: mean, and Cholesky factor (lower) of the inverse covariance."""

    mean: Floats
    root: Floats
    knots: Floats
    log_likelihood: float

    def spread(self, which: Floats) -> Floats:
        """Return the variance of combinations: `which` is combinations x (effects and level)."""
        return np.asarray((solve_triangular(self.root, which.T, lower=True) ** 2).sum(axis=0))

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        """Return `n` draws less the mean, the second half mirroring the first."""
        return np.asarray(solve_triangular(self.root.T, mirrored(len(self.mean), n, rng), lower=False))


def mirrored(rows: int, n: int, rng: np.random.Generator) -> Floats:
    """Return standard normal numbers, rows x n, the second half mirroring the first."""
    half = rng.standard_normal((rows, (n + 1) // 2))
    return np.concatenate([half, -half], axis=1)[:, :n]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The fitted model.

    `weight` is 1 / variance of a row in the fit, `sigma` the sd of a row about the model, `echo` how much of a
    deviation is left in the next row; `residual` is NaN where nothing was seen.
    """

    rows: Rows
    after: Posterior
    sizes: Floats
    weight: Floats
    residual: Floats
    sigma: float
    echo: float
    middle: float
    clock: Clock
    returns: float

    def last_deviation(self, n: int) -> float:
        """Return how far the last observed row of the first `n` was from the model, if it is one of the last three."""
        lately = self.residual[max(n - 3, 0) : n]
        last = next((float(r) for r in lately[::-1] if np.isfinite(r)), 0.0)
        return float(np.clip(last, -3 * self.sigma, 3 * self.sigma))


def fit(rows: Rows, setting: Setting, rounds: int = ROUNDS) -> Fitted:
    """Return the model of all rows that have a log; from the second round
    on the sizes are found.
    """
    seen = np.isfinite(rows.logs)
    n = int(np.flatnonzero(seen)[-1]) + 1
    middle = float(np.median(rows.logs[seen]))
    usual = np.array(setting.sizes) * (1.0, 1.0, rows.swing, 1.0)
    found = Fitted(
        rows=rows, after=_nothing(), sizes=usual, weight=seen.astype(np.float64), sigma=setting.sigma, echo=0.3,
        residual=np.full(len(rows.logs), np.nan), middle=middle, clock=plain_clock(float(rows.at[n - 1])),
        returns=setting.returns,
    )  # fmt: skip
    odd = np.ones(len(rows.logs))
    for turn in range(rounds):
        found = replace(found, weight=_weights(found, odd))
        if turn == 1 and seen.sum() > setting.few:
            found = replace(found, sizes=_sizes(found, n, usual))
        found = replace(found, after=posterior(found, n))
        found = replace(found, clock=_clock(found))
        residual = rows.logs.copy()
        residual[:n] -= expected(found, found.after, np.arange(n))
        spread = _spread(residual[seen], setting.sigma)
        odd = (setting.freedom + 1) / (setting.freedom + residual**2 / (spread**2 + rows.small))
        found = replace(found, residual=residual, sigma=spread, echo=_echo(residual))
    return found


def studentised(found: Fitted, n: int, setting: Setting) -> Fitted:
    """Return the fit with the deviations of the first `n` rows as wide as those of rows to come.

    A row draws the model towards itself: with leverage h its deviation has 1 - h of the variance (Cook and Weisberg
    1982, 2.2).
    """
    leverage = found.weight[:n] * found.after.spread(path_matrix(found, found.after, np.arange(n)))
    residual = found.residual.copy()
    residual[:n] /= np.sqrt(np.maximum(1 - leverage, JITTER))
    return replace(found, residual=residual, sigma=_spread(residual[np.isfinite(residual)], setting.sigma))


def _weights(found: Fitted, odd: Floats) -> Floats:
    variance = (found.sigma**2 + found.rows.small) * (1 + found.echo) / (1 - found.echo)
    return np.where(np.isfinite(found.rows.logs), np.nan_to_num(odd) / variance, 0.0)


def _nothing() -> Posterior:
    return Posterior(mean=np.zeros(0), root=np.zeros((0, 0)), knots=np.zeros(0), log_likelihood=0.0)


def posterior(found: Fitted, n: int) -> Posterior:
    """Return what the first `n` rows say of effects and level."""
    grid = knots(float(found.rows.at[n - 1]), found.rows.spacing)
    return _posterior(found, grid, _moments(found, n, grid), found.sizes)


def _posterior(found: Fitted, grid: Floats, data: tuple[Floats, Floats, float], sizes: Floats) -> Posterior:
    gram, cross, square = data
    effects = len(found.rows.sd)
    prior = np.linalg.cholesky(kernel(grid, grid, sizes, found.clock) + JITTER * np.eye(len(grid)))
    precision = gram.copy()
    precision[np.arange(effects), np.arange(effects)] += found.rows.sd**-2
    precision[effects:, effects:] += cho_solve((prior, True), np.eye(len(grid)))
    root: Floats = np.asarray(np.linalg.cholesky(precision), np.float64)
    mean = cho_solve((root, True), cross)
    log = square - float(cross @ mean) + 2 * float(np.log(np.diag(root)).sum() + np.log(np.diag(prior)).sum())
    mean[:effects] += found.rows.usual
    return Posterior(mean=mean, root=root, knots=grid, log_likelihood=-0.5 * log)


def _moments(found: Fitted, n: int, grid: Floats) -> tuple[Floats, Floats, float]:
    rows = found.rows
    seen = np.flatnonzero(found.weight[:n] > 0)
    root = np.sqrt(found.weight[seen])
    x = rows.columns[seen] * root[:, None]
    h = csr_array(hats(rows.at[seen], grid) * root[:, None])
    y = (rows.logs[seen] - found.middle - rows.columns[seen] @ rows.usual) * root
    beside = h.T @ x
    gram = np.block([[x.T @ x, beside.T], [beside, (h.T @ h).toarray()]])
    return gram, np.concatenate([x.T @ y, h.T @ y]), float(y @ y)


def _clock(found: Fitted) -> Clock:
    """Return the clock by which the quarters of the walk moved as much as they are likely to have done.

    News are Student's t: expectation-maximization (Lange, Little and Taylor 1989, 3.1), the walk being unseen.
    """
    if found.rows.step > 28 and found.clock.ends[-1] < 2 * TWICE:  # three rows tell little of a quarter
        return found.clock
    grid, clock, walk = found.after.knots, found.clock, found.sizes[0] ** 2 / YEAR
    reached = np.minimum(clock(clock.ends)[:, None], clock(grid)[None, :]) * walk
    inner = kernel(grid, grid, found.sizes, clock) + JITTER * np.eye(len(grid))
    follows = np.linalg.solve(inner, np.diff(reached, axis=0).T).T
    effects = len(found.rows.sd)
    mean = follows @ found.after.mean[effects:]
    which = np.concatenate([np.zeros((len(mean), effects)), follows], axis=1)
    left = np.diff(clock.turned) * walk - (follows * np.diff(reached, axis=0)).sum(axis=1)
    square = (mean**2 + found.after.spread(which) + left) / (np.diff(clock.ends) * walk)
    scale = (NEWS + square) / (NEWS + 1)
    return Clock(ends=clock.ends, turned=np.append(0.0, np.cumsum(np.diff(clock.ends) * scale)))


def _sizes(found: Fitted, n: int, usual: Floats) -> Floats:
    """Return the most probable sizes of the movements."""
    grid = knots(float(found.rows.at[n - 1]), found.rows.spacing)
    data = _moments(found, n, grid)

    free = (None, None)
    season = free if grid[-1] > TWICE else (None, float(np.log(usual[2])))

    def cost(log: Floats) -> float:
        apart = (log - np.log(usual)) / DOUBT
        return -_posterior(found, grid, data, np.exp(log)).log_likelihood + 0.5 * float(apart @ apart)

    made = minimize(
        cost,
        np.log(usual),
        method="L-BFGS-B",
        bounds=[free, free, season, free],
        options={"maxiter": 4, "maxfun": 40},
    )
    return np.asarray(np.exp(made.x))


def path_matrix(found: Fitted, after: Posterior, which: np.ndarray) -> Floats:
    """Return the rows `which` as combinations of effects and of the level at the knots of `after`."""
    rows = found.rows
    at = rows.at[which]
    ahead = later_knots(after, float(at.max(initial=0.0)), rows.spacing)
    every = hats(at, np.concatenate([after.knots, ahead]))
    level, beyond = every[:, : len(after.knots)], every[:, len(after.knots) :]
    covariance = beyond @ kernel(ahead, after.knots, found.sizes, found.clock) - _returned(
        found, after.knots, at
    )
    if (later := covariance.any(axis=1)).any():  # past rows need no solution, which is what takes time
        level[later] += _follows(found, after.knots, covariance[later])
    return np.concatenate([rows.columns[which], level], axis=1)


def later_knots(after: Posterior, until: float, spacing: float) -> Floats:
    """Return the knots beyond those of `after`, up to a time."""
    last = float(after.knots[-1])
    return knots(until - last, spacing)[1:] + last if until > last else np.zeros(0)


def gain(found: Fitted, before: Floats, ahead: Floats) -> Floats:
    """Return how the level at knots ahead follows from that at the knots before: ahead x before."""
    return _follows(found, before, kernel(ahead, before, found.sizes, found.clock))


def _follows(found: Fitted, grid: Floats, covariance: Floats) -> Floats:
    """Return how what has such a `covariance` with the level at the knots follows from it: rows x knots."""
    inner = kernel(grid, grid, found.sizes, found.clock) + JITTER * np.eye(len(grid))
    return np.asarray(np.linalg.solve(inner, covariance.T).T)


def _returned(found: Fitted, grid: Floats, at: Floats) -> Floats:
    """Return the covariance with the level at the knots of what goes back: rows x knots.

    That is a part of how far the walk has come since the same time of the last year known. Large news last, and so does
    a level that was another one then; of a year before the first row nothing is known.
    """
    ahead = np.maximum(at - grid[-1], 0.0)
    then = at - YEAR * np.ceil(ahead / YEAR)
    alike = np.searchsorted(found.rows.breaks, then) == np.searchsorted(found.rows.breaks, grid[-1])
    share = found.returns * (1 - np.exp(-ahead / RETURN_DAYS)) * (alike & (then >= 0))
    usual = found.clock.ordinary()
    now, past, known = usual(at), usual(np.maximum(then, 0.0)), usual(grid)
    moved = np.minimum(now[:, None], known) - np.minimum(past[:, None], known)
    return np.asarray(found.sizes[0] ** 2 / YEAR * share[:, None] * moved)


def news_covariance(found: Fitted, after: Posterior, later: Floats) -> Floats:
    """Return the covariance of the level at knots ahead, given that at the knots before."""
    follows = gain(found, after.knots, later)
    between = kernel(after.knots, later, found.sizes, found.clock)
    return kernel(later, later, found.sizes, found.clock) - follows @ between


def expected(found: Fitted, after: Posterior, which: np.ndarray) -> Floats:
    """Return the most likely log visits of rows, without what is left of the last deviation."""
    return np.asarray(found.middle + path_matrix(found, after, which) @ after.mean)


def _spread(residual: Floats, before: float) -> float:
    """Return the sd of usual rows, from the median; with few rows it stays near what it was believed to be."""
    return scatter_with_prior(residual, before, BELIEF) + 1e-3


def _echo(residual: Floats) -> float:
    """Return the correlation of a row's deviation with the next one's, shrunk to 0.3 and bounded."""
    limit = 3 * float(np.nanmedian(np.abs(residual)))
    calm = np.clip(residual, -limit, limit)
    a, b = calm[:-1], calm[1:]
    both = np.isfinite(a) & np.isfinite(b)
    square, n = float((a[both] ** 2).sum()), int(both.sum())
    own = float((a[both] * b[both]).sum()) / square if square else 0.3
    return float(np.clip((own * n + 0.3 * 20) / (n + 20), 0.0, 0.7))
