"""The model of a history: effects of days, a drifting level, and deviations of single rows; robust against outliers.

    log visits = effects + level + deviation

Effects have normal priors (a ridge regression), the level is the Gaussian process of `level`. Together they are one
linear model with a normal posterior; outliers weigh less as under a t distribution (Lange, Little and Taylor 1989).
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
TWICE = 730.0  # days: in less no season is seen twice, and a slump would look like a large season
ROUNDS = 3
BELIEF = 10  # weight of the prior of the spread, in rows
RETURN_DAYS = 91.0  # time constant of the return
JITTER = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Priors for rows of a kind.

    A row is `step` days long; the last `most` are learnt from. `sizes` are the sd of the log of the walk in a year, of
    swings of weeks, of the profile of the year and of growth in a year: the usual ones, as long as there are no more
    than `few` rows. `sigma` is the sd of a row about the model; `freedom` that of the t distribution of outliers.
    Deviations are drawn in runs of `block`. Trials are forecasts from so many rows before the last, with `learnt` rows
    before them; their errors are grouped in `bands` of rows ahead. `returns` is the share of the walk since last year
    that reverts.
    """

    step: float
    most: int
    sizes: tuple[float, float, float, float]
    sigma: float
    freedom: float
    few: int
    block: int
    trials: tuple[int, ...]
    learnt: int
    bands: tuple[int, ...]
    returns: float = 0.0

    @property
    def spacing(self) -> float:
        """Days between knots of the level."""
        return max(self.step, 7.0)


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
    swing: float = 1.0  # times as large is the profile of the year
    breaks: tuple[float, ...] = ()  # times, in order, from which the level is another

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

    `weight` is 1 / variance of a row in the fit, `sigma` the sd of a row about the model, `echo` the share of a
    deviation that remains in the next row; `residual` is NaN where not observed.
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
    setting: Setting

    def last_deviation(self, n: int) -> float:
        """Return the deviation of the last observed row of the first `n`, if it is one of the last three; else 0."""
        lately = self.residual[max(n - 3, 0) : n]
        last = next((float(r) for r in lately[::-1] if np.isfinite(r)), 0.0)
        return float(np.clip(last, -3 * self.sigma, 3 * self.sigma))


def fit(rows: Rows, setting: Setting, rounds: int = ROUNDS) -> Fitted:
    """Fit the model to all rows that have a log; from the second round on the sizes are estimated."""
    seen = np.isfinite(rows.logs)
    n = int(np.flatnonzero(seen)[-1]) + 1
    middle = float(np.median(rows.logs[seen]))
    usual = np.array(setting.sizes) * (1.0, 1.0, rows.swing, 1.0)
    fitted = Fitted(
        rows=rows, after=_nothing(), sizes=usual, weight=seen.astype(np.float64), sigma=setting.sigma, echo=0.3,
        residual=np.full(len(rows.logs), np.nan), middle=middle, clock=plain_clock(float(rows.at[n - 1])),
        setting=setting,
    )  # fmt: skip
    outlier_weight = np.ones(len(rows.logs))
    for turn in range(rounds):
        fitted = replace(fitted, weight=_weights(fitted, outlier_weight))
        if turn == 1 and seen.sum() > setting.few:
            fitted = replace(fitted, sizes=_sizes(fitted, n, usual))
        fitted = replace(fitted, after=posterior(fitted, n))
        fitted = replace(fitted, clock=_clock(fitted))
        residual = rows.logs.copy()
        residual[:n] -= expected(fitted, np.arange(n))
        spread = _spread(residual[seen], setting.sigma)
        outlier_weight = (setting.freedom + 1) / (setting.freedom + residual**2 / (spread**2 + rows.small))
        fitted = replace(fitted, residual=residual, sigma=spread, echo=_echo(residual))
    return fitted


def studentised(fitted: Fitted, n: int) -> Fitted:
    """Return the fit with the deviations of the first `n` rows scaled to those of coming rows.

    A row pulls the model towards itself: with leverage h its deviation has 1 - h of the variance (Cook and Weisberg
    1982, 2.2).
    """
    leverage = fitted.weight[:n] * fitted.after.spread(path_matrix(fitted, np.arange(n)))
    residual = fitted.residual.copy()
    residual[:n] /= np.sqrt(np.maximum(1 - leverage, JITTER))
    spread = _spread(residual[np.isfinite(residual)], fitted.setting.sigma)
    return replace(fitted, residual=residual, sigma=spread)


def _weights(fitted: Fitted, outlier_weight: Floats) -> Floats:
    variance = (fitted.sigma**2 + fitted.rows.small) * (1 + fitted.echo) / (1 - fitted.echo)
    return np.where(np.isfinite(fitted.rows.logs), np.nan_to_num(outlier_weight) / variance, 0.0)


def _nothing() -> Posterior:
    return Posterior(mean=np.zeros(0), root=np.zeros((0, 0)), knots=np.zeros(0), log_likelihood=0.0)


def posterior(fitted: Fitted, n: int) -> Posterior:
    """Return the posterior of effects and level from the first `n` rows."""
    grid = knots(float(fitted.rows.at[n - 1]), fitted.setting.spacing)
    return _posterior(fitted, grid, _moments(fitted, n, grid), fitted.sizes)


def _posterior(fitted: Fitted, grid: Floats, data: tuple[Floats, Floats, float], sizes: Floats) -> Posterior:
    gram, cross, square = data
    effects = len(fitted.rows.sd)
    prior = np.linalg.cholesky(kernel(grid, grid, sizes, fitted.clock) + JITTER * np.eye(len(grid)))
    precision = gram.copy()
    precision[np.arange(effects), np.arange(effects)] += fitted.rows.sd**-2
    precision[effects:, effects:] += cho_solve((prior, True), np.eye(len(grid)))
    root: Floats = np.asarray(np.linalg.cholesky(precision), np.float64)
    mean = cho_solve((root, True), cross)
    log = square - float(cross @ mean) + 2 * float(np.log(np.diag(root)).sum() + np.log(np.diag(prior)).sum())
    mean[:effects] += fitted.rows.usual
    return Posterior(mean=mean, root=root, knots=grid, log_likelihood=-0.5 * log)


def _moments(fitted: Fitted, n: int, grid: Floats) -> tuple[Floats, Floats, float]:
    rows = fitted.rows
    seen = np.flatnonzero(fitted.weight[:n] > 0)
    root = np.sqrt(fitted.weight[seen])
    x = rows.columns[seen] * root[:, None]
    h = csr_array(hats(rows.at[seen], grid) * root[:, None])
    y = (rows.logs[seen] - fitted.middle - rows.columns[seen] @ rows.usual) * root
    mixed = h.T @ x
    gram = np.block([[x.T @ x, mixed.T], [mixed, (h.T @ h).toarray()]])
    return gram, np.concatenate([x.T @ y, h.T @ y]), float(y @ y)


def _clock(fitted: Fitted) -> Clock:
    """Return the clock that matches the likely moves of the walk in each quarter.

    Innovations are Student's t: expectation-maximization (Lange, Little and Taylor 1989, 3.1), the walk being unseen.
    """
    # Three rows are little evidence of a quarter
    if fitted.setting.step > 28 and fitted.clock.ends[-1] < 2 * TWICE:
        return fitted.clock
    grid, clock, walk = fitted.after.knots, fitted.clock, fitted.sizes[0] ** 2 / YEAR
    reached = np.minimum(clock(clock.ends)[:, None], clock(grid)[None, :]) * walk
    follows = _follows(fitted, grid, np.diff(reached, axis=0))
    effects = len(fitted.rows.sd)
    mean = follows @ fitted.after.mean[effects:]
    combination = np.concatenate([np.zeros((len(mean), effects)), follows], axis=1)
    remaining = np.diff(clock.turned) * walk - (follows * np.diff(reached, axis=0)).sum(axis=1)
    square = (mean**2 + fitted.after.spread(combination) + remaining) / (np.diff(clock.ends) * walk)
    scale = (NEWS + square) / (NEWS + 1)
    return Clock(ends=clock.ends, turned=np.append(0.0, np.cumsum(np.diff(clock.ends) * scale)))


def _sizes(fitted: Fitted, n: int, usual: Floats) -> Floats:
    """Return the most probable sizes of the movements."""
    grid = knots(float(fitted.rows.at[n - 1]), fitted.setting.spacing)
    data = _moments(fitted, n, grid)

    free = (None, None)
    season = free if grid[-1] > TWICE else (None, float(np.log(usual[2])))

    def cost(log: Floats) -> float:
        deviation = (log - np.log(usual)) / DOUBT
        return -_posterior(fitted, grid, data, np.exp(log)).log_likelihood + 0.5 * float(
            deviation @ deviation
        )

    optimum = minimize(
        cost,
        np.log(usual),
        method="L-BFGS-B",
        bounds=[free, free, season, free],
        options={"maxiter": 4, "maxfun": 40},
    )
    return np.asarray(np.exp(optimum.x))


def path_matrix(fitted: Fitted, index: np.ndarray) -> Floats:
    """Return the rows `index` as combinations of effects and of the level at the knots."""
    at, grid = fitted.rows.at[index], fitted.after.knots
    ahead = later_knots(fitted, float(at.max(initial=0.0)))
    weights = hats(at, np.concatenate([grid, ahead]))
    level, beyond = weights[:, : len(grid)], weights[:, len(grid) :]
    covariance = beyond @ kernel(ahead, grid, fitted.sizes, fitted.clock) - _returned(fitted, grid, at)
    if (later := covariance.any(axis=1)).any():  # past rows need no solution, which is what takes time
        level[later] += _follows(fitted, grid, covariance[later])
    return np.concatenate([fitted.rows.columns[index], level], axis=1)


def later_knots(fitted: Fitted, until: float) -> Floats:
    """Return the knots beyond those of the fitted level, up to a time."""
    last = float(fitted.after.knots[-1])
    return knots(until - last, fitted.setting.spacing)[1:] + last if until > last else np.zeros(0)


def _follows(fitted: Fitted, grid: Floats, covariance: Floats) -> Floats:
    """Return the regression on the level at the knots of values with such a `covariance` with it: rows x knots."""
    inner = kernel(grid, grid, fitted.sizes, fitted.clock) + JITTER * np.eye(len(grid))
    return np.asarray(np.linalg.solve(inner, covariance.T).T)


def _returned(fitted: Fitted, grid: Floats, at: Floats) -> Floats:
    """Return the covariance with the level at the knots of what goes back: rows x knots.

    That is a part of how far the walk has come since the same time of the last year known. Large news last, and so does
    a level that was another one then; of a year before the first row nothing is known.
    """
    ahead = np.maximum(at - grid[-1], 0.0)
    then = at - YEAR * np.ceil(ahead / YEAR)
    same_level = np.searchsorted(fitted.rows.breaks, then) == np.searchsorted(fitted.rows.breaks, grid[-1])
    share = fitted.setting.returns * (1 - np.exp(-ahead / RETURN_DAYS)) * (same_level & (then >= 0))
    usual = fitted.clock.ordinary()
    now, past, known = usual(at), usual(np.maximum(then, 0.0)), usual(grid)
    moved = np.minimum(now[:, None], known) - np.minimum(past[:, None], known)
    return np.asarray(fitted.sizes[0] ** 2 / YEAR * share[:, None] * moved)


def news_ahead(fitted: Fitted, at: Floats) -> tuple[Floats, Floats]:
    """Return the weights at times `at` of the knots beyond the fitted ones, and the covariance of the news there."""
    grid, later = fitted.after.knots, later_knots(fitted, float(at.max(initial=0.0)))
    weights = hats(at, np.concatenate([grid, later]))[:, len(grid) :]
    between = kernel(later, grid, fitted.sizes, fitted.clock)
    follows = _follows(fitted, grid, between)
    return weights, kernel(later, later, fitted.sizes, fitted.clock) - follows @ between.T


def expected(fitted: Fitted, index: np.ndarray) -> Floats:
    """Return the most likely log visits of rows, without the remainder of the last deviation."""
    return np.asarray(fitted.middle + path_matrix(fitted, index) @ fitted.after.mean)


def _spread(residual: Floats, before: float) -> float:
    """Return the sd of usual rows, from the median; with few rows it stays near the prior."""
    return scatter_with_prior(residual, before, BELIEF) + 1e-3


def _echo(residual: Floats) -> float:
    """Return the correlation of a row's deviation with the next one's, shrunk to 0.3 and bounded."""
    limit = 3 * float(np.nanmedian(np.abs(residual)))
    calm = np.clip(residual, -limit, limit)
    a, b = calm[:-1], calm[1:]
    both = np.isfinite(a) & np.isfinite(b)
    square, n = float((a[both] ** 2).sum()), int(both.sum())
    correlation = float((a[both] * b[both]).sum()) / square if square else 0.3
    return float(np.clip((correlation * n + 0.3 * 20) / (n + 20), 0.0, 0.7))
