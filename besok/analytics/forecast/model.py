"""Daily visits to come, as simulated paths."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from besok.analytics.forecast.closures import Shut
from besok.analytics.forecast.daykinds import ORDINARY, Calendar
from besok.analytics.forecast.ensemble import Trial, blend
from besok.analytics.forecast.fit import Fitted
from besok.analytics.forecast.history import History, span
from besok.analytics.forecast.learn import HALF, FittedPast, learn, recent
from besok.analytics.forecast.members import members
from besok.analytics.forecast.paths import Paths
from besok.analytics.forecast.simulate import ceiling, shared, simulated
from besok.analytics.single_thread import on_one_core
from besok.model.arrays import Floats

BLOCK = 14  # days of past deviations that are drawn together
# Days before the origin from which the past is forecast
TRIALS = 14, 28, 49, 77, 119, 168, 238, 301, 365, 456, 547, 730
LEARNT = 56  # observed days that a trial needs before it
FURTHEST = 365  # days ahead that a trial looks
# Visits a day of a house of which nothing is known: median, and sd of the log
ANY_HOUSE, ANY_HOUSE_SD = 100.0, 1.5
MANY = 100.0  # visits a day: with so many the chance of counting is small beside all else
TRIED = 100  # paths of a trial: only for their spread


@on_one_core
def forecast(
    history: History,
    horizon: int,
    calendar: Calendar = ORDINARY,
    *,
    rng: np.random.Generator,
    paths: int = 2000,
) -> Paths:
    """`horizon` days from the day after the history on, as simulated futures. Any history will do, even none."""
    unit = _unit(history.visits)
    past = recent(replace(history, visits=history.visits / unit))
    days = span(history.origin, horizon)
    learnt = learn(past, calendar, days)
    if not learnt.accounts:
        visits = _nothing(past, horizon, paths, rng)
    else:
        logs = np.minimum(_futures(learnt, paths, rng), ceiling(learnt.before, learnt.ahead)[:, None])
        visits = np.maximum(np.exp(logs) - HALF, 0)
    return Paths(days=days, visits=_close(visits, days, learnt.closures, calendar, rng) * unit)


def _futures(learnt: FittedPast, paths: int, rng: np.random.Generator) -> Floats:
    """Log visits of the days ahead: days x paths."""
    trials = _trials(learnt, rng)

    def futures(fitted: Fitted, many: int) -> Floats:
        mix = blend(members(fitted, learnt.before, learnt.ahead), trials)
        return mix.middle[:, None] + mix.stretch[:, None] * simulated(fitted, learnt.ahead, many, rng, BLOCK)

    return shared(learnt.accounts, paths, futures, rng)


def _unit(visits: Floats) -> float:
    """Return what is counted as one. Fractions of few are no people: they may be thousands, without the chance
    of few.
    """
    some = visits[visits > 0]
    fractions = some.size > 0 and bool((some != np.round(some)).any())
    return float(np.median(some)) / MANY if fractions and np.median(some) < MANY else 1.0


def _trials(learnt: FittedPast, rng: np.random.Generator) -> list[Trial]:
    """Return what the members would have said on earlier days, and what came."""
    found, every = [], len(learnt.past)
    for back in TRIALS:
        n = every - back
        if n < LEARNT or np.isfinite(learnt.before.logs[:n]).sum() < LEARNT:
            break
        then = learnt.as_of(n)
        rows = learnt.before.part(n, min(n + FURTHEST, every))
        spread = np.quantile(np.abs(simulated(then, rows, TRIED, rng, BLOCK)), 0.8, axis=1)
        said = members(then, learnt.before.upto(n), rows)
        found.append(Trial(said=said, spread=spread, came=rows.logs, knew=min(n / FURTHEST, 1.0)))
    return found


def _nothing(past: History, horizon: int, paths: int, rng: np.random.Generator) -> Floats:
    """No open day was ever observed: nobody is expected, but for what so few days cannot rule out.

    If no day was observed at all, it may be any house: from a village's branch to a city's main library.
    """
    days = np.isfinite(past.visits).sum()
    if not days:
        houses = rng.lognormal(np.log(ANY_HOUSE), ANY_HOUSE_SD, (1, paths))
        return rng.poisson(houses * rng.lognormal(0, 0.3, (horizon, paths))).astype(np.float64)
    return rng.poisson(rng.gamma(0.5, 1 / (days + 0.5), (1, paths)), (horizon, paths)).astype(np.float64)


def _close(
    visits: Floats, days: Sequence[date], closures: Shut, calendar: Calendar, rng: np.random.Generator
) -> Floats:
    """Return the same with closed days closed, and a closure that is under way going on for a time nobody knows."""
    visits[[closures.on(day, calendar) for day in days]] = closures.visits
    visits[[day in calendar.closed for day in days]] = 0.0
    if closures.lasting:  # having lasted d days it lasts s more with probability d / (d + s)
        lasts = closures.lasting * (1 / rng.uniform(1e-9, 1, size=visits.shape[1]) - 1)
        visits[np.arange(len(days))[:, None] < lasts] = closures.visits
    return visits
