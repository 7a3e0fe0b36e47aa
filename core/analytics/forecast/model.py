"""Daily visits to come, as simulated paths."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from core.analytics.forecast.daykinds import ORDINARY, Calendar
from core.analytics.forecast.fit import Fitted
from core.analytics.forecast.history import Floats, History, span
from core.analytics.forecast.learn import HALF, learn, recent
from core.analytics.forecast.level import hats, kernel, knots
from core.analytics.forecast.onecore import on_one_core
from core.analytics.forecast.paths import Paths
from core.analytics.forecast.shut import Shut

BLOCK = 14  # days of past deviations that are drawn together
POOL = 3 * 366  # days whose deviations are drawn from
LOG_MOST = 30.0  # ten million million visitors: beyond is no count


@on_one_core
def forecast(
    history: History, horizon: int, calendar: Calendar = ORDINARY, *, rng: np.random.Generator, paths: int = 2000
) -> Paths:
    """`horizon` days from the day after the history on, as simulated futures. Any history will do, even none."""
    past = recent(history)
    days = span(history.origin, horizon)
    learnt = learn(past, calendar, days)
    if learnt.fitted is None:
        visits = _nothing(past, horizon, paths, rng)
    else:
        at = np.arange(len(past), len(past) + horizon, dtype=np.float64)
        logs = futures(learnt.fitted, learnt.ahead, at, paths, rng, BLOCK)
        visits = np.maximum(np.exp(np.minimum(logs, LOG_MOST)) - HALF, 0)
    return Paths(days=days, visits=_close(visits, days, learnt.closures, calendar, rng))


def _nothing(past: History, horizon: int, paths: int, rng: np.random.Generator) -> Floats:
    """No open day was ever observed: nobody is expected, but for what so few days cannot rule out."""
    days = np.isfinite(past.visits).sum()
    return rng.poisson(rng.gamma(0.5, 1 / (days + 0.5), (1, paths)), (horizon, paths)).astype(np.float64)


def futures(fitted: Fitted, columns: Floats, at: Floats, paths: int, rng: np.random.Generator, block: int) -> Floats:
    """Log visits of the rows to come, that stand at the days `at`: rows x paths."""
    drawn = fitted.after.mean[:, None] + fitted.after.draw(paths, rng)
    effects, level = np.split(drawn, [len(fitted.after.mean) - len(fitted.knots)])
    known = fitted.middle + fitted.columns(columns, at) @ effects
    return known + _level(fitted, level, at, rng) + _noise(fitted, len(at), paths, rng, block)


def _level(fitted: Fitted, level: Floats, at: Floats, rng: np.random.Generator) -> Floats:
    """The level at `at`, given `level` at the knots of the past: what follows from it, and what is news."""
    last = float(fitted.knots[-1])
    ahead = knots(max(float(at[-1]) - last, 1.0), fitted.spacing)[1:] + last
    before = kernel(fitted.knots, fitted.knots, fitted.sizes) + 1e-6 * np.eye(len(fitted.knots))
    between = kernel(ahead, fitted.knots, fitted.sizes)
    gain = np.linalg.solve(before, between.T).T
    left = kernel(ahead, ahead, fitted.sizes) - gain @ between.T
    root = np.linalg.cholesky(left + 1e-6 * np.eye(len(left)))
    half = rng.standard_normal((len(ahead), (level.shape[1] + 1) // 2))
    news = np.concatenate([half, -half], axis=1)[:, : level.shape[1]]
    line = np.concatenate([level, gain @ level + root @ news])
    smooth: Floats = hats(at, np.concatenate([fitted.knots, ahead])) @ line
    return smooth


def _noise(fitted: Fitted, horizon: int, paths: int, rng: np.random.Generator, block: int) -> Floats:
    """Deviations of days: what is left of the last ones, and runs of past ones drawn anew."""
    pool = fitted.residual[-POOL:]
    pool = pool[np.isfinite(pool)]
    lately = fitted.residual[-3:]
    last = next((float(r) for r in lately[::-1] if np.isfinite(r)), 0.0)
    fades = fitted.echo ** np.arange(1, horizon + 1)
    if pool.size < 4 * block:
        drawn = fitted.sigma * rng.standard_t(4, (horizon, paths))
    else:
        starts = rng.integers(0, pool.size, ((horizon + block - 1) // block, 1, paths))
        drawn = pool[(starts + np.arange(block)[None, :, None]) % pool.size].reshape(-1, paths)[:horizon]
        drawn = drawn - pool.mean()
    limit = 3 * fitted.sigma
    noise: Floats = np.clip(last, -limit, limit) * fades[:, None] + drawn * np.sqrt(1 - fades**2)[:, None]
    return noise


def _close(
    visits: Floats, days: Sequence[date], closures: Shut, calendar: Calendar, rng: np.random.Generator
) -> Floats:
    """The same with closed days closed, and a closure that is under way going on for a time nobody knows."""
    visits[[closures.on(day, calendar) for day in days]] = closures.visits
    visits[[day in calendar.closed for day in days]] = 0.0
    if closures.lasting:  # having lasted d days it lasts s more with probability d / (d + s)
        lasts = closures.lasting * (1 / rng.uniform(1e-9, 1, size=visits.shape[1]) - 1)
        visits[np.arange(len(days))[:, None] < lasts] = closures.visits
    return visits
