"""The calendar model fitted to a history: effects, shifts and level of the log of visits, robust against odd days."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize

from besok.analytics.forecast.design import Design
from besok.analytics.forecast.gauss import Moments, Posterior, moments, posterior
from besok.analytics.forecast.level import YEAR, hats, kernel, knots, strides
from besok.analytics.forecast.shifts import (
    COARSE,
    FADING_SD,
    STEP_SD,
    StepHypothesis,
    apart,
    resumed,
    shifts,
    ways,
)
from besok.model.arrays import Bools, Floats

WEEK = 7.0  # days between knots of the level
# Growth, years, weeks, and the profile of the year: sd, before the data
USUAL = np.array([0.06, 0.14, 0.07, 0.15])
DOUBT = 0.5  # sd of the log of those
FREEDOM = 4.0  # of the t distribution of odd days
ROUNDS = 3
BELIEF = 10  # rows' worth of what is believed of the spread beforehand
FEW = 30  # rows: with so few the sizes are the usual ones
SLOPE = 0.04  # sd of a steady growth a year
UNLIKELY = 0.05  # odds below which an account of the past is left out
ACCOUNTS = 4  # of the past, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The fitted model: the effects of the design, `moves` (a slope, and two for each of `steps`, of
    which one fades in `fade` years), then the level at `knots`; times in days from the start. `sizes` as USUAL;
    `residual` by row, NaN where nothing was seen.

    `weight` is what each row counted in the fit: 1 / variance, 0 for one without a figure. `sigma` is the sd of a row's
    log visits about the model, `echo` how much of a deviation is left in the next row, `loose` by how much residuals
    are too small for having been fitted.
    """

    after: Posterior
    steps: Floats
    fade: float
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
        return np.concatenate([columns, moves(at, self.steps, self.fade)], axis=1)


def moves(at: Floats, steps: Floats, fade: float) -> Floats:
    """Return a steady slope (a year), and for each step what stays of it and what fades: times x moves."""
    since = (at[:, None] - steps[None, :]) / YEAR
    after = (since >= 0).astype(np.float64)
    return np.concatenate([at[:, None] / YEAR, after, after * np.exp(-np.maximum(since, 0) / fade)], axis=1)


def scaled(sd: Floats, scale: Floats, sizes: Floats) -> Floats:
    """Return the sd of effects before the data; `scale` is 1 for those of the year's profile, NaN for others."""
    return np.where(np.isfinite(scale), sd * sizes[3], sd)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """The rows that were `seen`: logs about their middle less the usual effects, the variance of counting, and what may
    explain them."""

    seen: Bools
    y: Floats
    small: Floats
    at: Floats
    columns: Floats
    sd: Floats
    annual: Bools
    grid: Floats

    def terms(self, steps: Floats, fade: float) -> tuple[Floats, Floats, Floats]:
        """Effects, moves and level as columns; the sd of the first two; which of them are of the year's profile."""
        columns = np.concatenate(
            [self.columns, moves(self.at, steps, fade), hats(self.at, self.grid)], axis=1
        )
        more = [SLOPE] + [STEP_SD] * len(steps) + [FADING_SD] * len(steps)
        scale = np.append(np.where(self.annual, 1.0, np.nan), np.full(len(more), np.nan))
        return columns, np.append(self.sd, more), scale


@dataclass(frozen=True, slots=True, kw_only=True)
class _Guess:
    """Starting point of a round: sizes, the sd and the echo of deviations, how much each row counts, and may count at
    most, the steps, and by knot how large the level's news were."""

    sizes: Floats
    sigma: float
    echo: float
    weight: Floats
    limit: Floats
    steps: Floats
    fade: float
    strides: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """The model by one way in which the past may have come about, and the odds of that beside the other ways."""

    odds: float
    fitted: Fitted


def fit(
    logs: Floats,
    design: Design,
    small: Floats,
    at: Floats,
    *,
    spacing: float = WEEK,
    sigma: float = 0.2,
    known: Floats | None = None,
    most: int = ACCOUNTS,
) -> tuple[Hypothesis, ...]:
    """Return the model for `logs` by row (NaN: nothing to learn from); each row stands at the day `at`. The likeliest
    account of the past comes first; others follow, `most` in all, as far as the data leave them open.

    `small` is the variance that counting itself adds, `sigma` what is believed of the sd about the model. Columns of
    `design` must belong to the same rows. `known` sizes are taken as they are, else they are found.
    """
    seen = np.isfinite(logs)
    middle = float(np.median(logs[seen]))
    task = _Task(
        seen=seen, y=logs[seen] - middle - design.columns[seen] @ design.usual, small=small[seen], at=at[seen],
        columns=design.columns[seen], sd=design.sd,
        annual=design.annual, grid=knots(float(at[-1]), spacing),
    )  # fmt: skip
    ones = np.ones(len(task.y))
    start = _Guess(
        sizes=USUAL if known is None else known, sigma=sigma, echo=0.3, weight=ones, limit=np.inf * ones,
        steps=np.zeros(0), fade=1.0, strides=np.ones(len(task.grid)),
    )  # fmt: skip
    made = _round(task, start, find=False)
    rest = task.y - task.columns @ made.after.mean[: len(task.sd)]
    found = shifts(rest, task.at, task.grid, made.next.sigma, USUAL)
    odd = apart(rest, task.at, task.grid)
    limit = np.where(odd != 0, _weight(odd, made.next.sigma**2 + task.small), np.inf)
    same = replace(made.next, weight=np.minimum(made.next.weight, limit), limit=limit)
    # Days after a step were odd, and news large, only for want of it; those of an opening event are so with a step too.
    opening = spacing < COARSE and not len(found.at) and len(resumed(task.at, spacing))
    limited = replace(same, weight=same.weight if opening else np.minimum(ones, limit), strides=start.strides)
    open_to = _open_to(task, limited, ways(found, rest, task.at, spacing))[:most]
    begins = [guess if len(guess.steps) else same for _, guess in open_to]
    settled = list(_settled(task, begins, find=known is None and len(task.y) > FEW))
    share = sum(odds for odds, _ in open_to)
    return tuple(
        Hypothesis(odds=odds / share, fitted=_fitted(task, one, middle, design.usual))
        for (odds, _), one in zip(open_to, settled, strict=True)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """One fit, how much each row counted in it, what it leaves of them, and what the next one starts from."""

    after: Posterior
    used: Floats
    data: Moments
    odd: Floats
    next: _Guess


def _round(task: _Task, guess: _Guess, find: bool) -> _Round:
    """Return a fit from a guess; `find` looks for the sizes too."""
    z, sd, scale = task.terms(guess.steps, guess.fade)
    used = guess.weight / ((guess.sigma**2 + task.small) * (1 + guess.echo) / (1 - guess.echo))
    data = moments(z, task.y, used)
    sizes = _sizes(data, sd, scale, task.grid, guess) if find else guess.sizes
    after = posterior(data, scaled(sd, scale, sizes), kernel(task.grid, task.grid, sizes), guess.strides)
    odd = task.y - z @ after.mean
    sigma = _spread(odd, len(odd), guess.sigma)
    weight = np.minimum(_weight(odd, sigma**2 + task.small), guess.limit)
    then = replace(
        guess, sizes=sizes, sigma=sigma, weight=weight, echo=_echo(_by_row(task, odd)),
        strides=strides(after, task.grid, sizes),
    )  # fmt: skip
    return _Round(after=after, used=used, data=data, odd=odd, next=then)


def _weight(odd: Floats, variance: Floats) -> Floats:
    """Return how much rows count that are so odd beside the variance of usual ones."""
    weight: Floats = (FREEDOM + 1) / (FREEDOM + odd**2 / variance)
    return weight


def _open_to(task: _Task, guess: _Guess, every: Sequence[StepHypothesis]) -> list[tuple[float, _Guess]]:
    """Return the odds of the ways, and the guess with each: those that the data leave open, the likeliest first."""
    tried = [replace(guess, steps=way.steps, fade=way.fade) for way in every]
    log = np.log([way.belief for way in every])
    if len(every) > 1:
        log += [_round(task, one, find=False).after.log_likelihood for one in tried]
    odds = np.exp(log - log.max()) / np.exp(log - log.max()).sum()
    found = sorted(zip(odds.tolist(), tried, strict=True), key=lambda one: -one[0])
    return [one for n, one in enumerate(found) if n == 0 or one[0] > UNLIKELY]


def _settled(task: _Task, begins: Sequence[_Guess], find: bool) -> Iterator[_Round]:
    """Yield the last round from each; if sizes are to be found, the first finds them for all."""
    sizes = None
    for guess in begins:
        for _ in range(ROUNDS - 1):
            made = _round(
                task, guess if sizes is None else replace(guess, sizes=sizes), find=find and sizes is None
            )
            guess = made.next
        sizes = guess.sizes
        yield made


def _by_row(task: _Task, values: Floats) -> Floats:
    """Values of the rows that were seen among all rows, NaN in the others."""
    found = np.full(len(task.seen), np.nan)
    found[task.seen] = values
    return found


def _fitted(task: _Task, made: _Round, middle: float, usual: Floats) -> Fitted:
    """Return the last round, with the `usual` effects that the task's rows had been freed of."""
    mean = made.after.mean.copy()
    mean[: len(usual)] += usual
    left = max(1 - made.after.freedom_used(made.data) / max(len(task.y), 1), 0.2)
    return Fitted(
        after=replace(made.after, mean=mean),
        steps=made.next.steps,
        fade=made.next.fade,
        knots=task.grid,
        sizes=made.next.sizes,
        residual=_by_row(task, made.odd),
        weight=np.nan_to_num(_by_row(task, made.used)),
        sigma=made.next.sigma,
        echo=made.next.echo,
        middle=middle,
        loose=left**-0.5,
    )


def _spread(odd: Floats, n: int, before: float) -> float:
    """Return the sd of usual days, from the median; with few days it stays near what it was believed to be."""
    robust = 1.4826 * float(np.median(np.abs(odd))) if n else 0.0
    return float(np.sqrt((n * robust**2 + BELIEF * before**2) / (n + BELIEF))) + 1e-3


def _echo(residual: Floats) -> float:
    """Return the correlation of a day's deviation with the next day's, bounded and shrunk."""
    limit = 3 * np.nanmedian(np.abs(residual)) if np.isfinite(residual).any() else 0.0
    a, b = np.clip(residual[:-1], -limit, limit), np.clip(residual[1:], -limit, limit)
    both = np.isfinite(a) & np.isfinite(b)
    square = float((a[both] ** 2).sum())
    if not square:
        return 0.3
    n = both.sum()
    return float(np.clip((a[both] * b[both]).sum() / square * n / (n + 20) + 0.3 * 20 / (n + 20), 0.0, 0.7))


def _sizes(data: Moments, sd: Floats, scale: Floats, grid: Floats, guess: _Guess) -> Floats:
    """Return the most probable sizes of the movements."""

    def cost(log: Floats) -> float:
        sizes = np.exp(log)
        apart = (log - np.log(USUAL)) / DOUBT
        found = posterior(data, scaled(sd, scale, sizes), kernel(grid, grid, sizes), guess.strides)
        return -found.log_likelihood + 0.5 * float(apart @ apart)

    bounds = [(np.log(0.01), np.log(1.0))] * len(USUAL)
    found = minimize(
        cost, np.log(guess.sizes), method="L-BFGS-B", bounds=bounds, options={"maxiter": 4, "maxfun": 40}
    )
    sizes: Floats = np.exp(found.x)
    return sizes
