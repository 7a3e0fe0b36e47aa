"""Simulated programmes: libraries with a target, whose years to come are known, to see whether odds come true.

The world is not the model: growth changes in breaks, small shocks stay, weather comes in spells, the house opens a
new part or loses a bus line, sensors fail. Sizes are drawn again for every programme.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from benchmarks.worlds.weather import spells
from besok.analytics.forecast import History, forecast, odds
from besok.model.arrays import Floats

FIRST = date(2020, 1, 1)
YEAR = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """Days of a library, of which the first `known` are history; the target is for the year that ends with the last."""

    visits: Floats
    known: int
    goal: float

    @property
    def reached(self) -> bool:
        return bool(self.visits[-YEAR:].sum() >= self.goal)


def programme(rng: np.random.Generator) -> Programme:
    """One programme: one to five years of history, a deadline one to three years ahead, a target that is in doubt.

    The target is drawn about last year's visits and knows nothing of those to come. Drawn from what came, a far one
    would tell that much came, and the odds of even one who knew the law of this world would seem too sure at both ends.
    """
    known, ahead = int(rng.integers(400, 5 * YEAR)), int(rng.integers(YEAR, 3 * YEAR))
    days = known + ahead
    logs = _level(days, rng) + _calendar(days, rng) + _weather(days, rng)
    visits = rng.poisson(np.exp(logs) * float(np.exp(rng.uniform(np.log(80), np.log(5000))))).astype(
        np.float64
    )
    goal = float(visits[known - YEAR : known].sum()) * float(np.exp(rng.normal(0.03, 0.2)))
    return Programme(visits=visits, known=known, goal=goal)


def _level(days: int, rng: np.random.Generator) -> Floats:
    """Growth that holds for a time and then is another, small shocks that stay, now and then a large one."""
    growth, at = np.zeros(days), 0
    while at < days:
        lasts = int(rng.exponential(1.5 * YEAR)) + 60
        growth[at : at + lasts] = rng.normal(0.02, 0.07) / YEAR
        at += lasts
    shocks = rng.normal(0, rng.uniform(0.002, 0.006), days)
    large = np.where(rng.uniform(size=days) < 0.1 / YEAR, rng.normal(0, 0.4, days), 0.0)
    return np.cumsum(growth + shocks + large)


def _calendar(days: int, rng: np.random.Generator) -> Floats:
    """Weekdays and the seasons of the year."""
    week = rng.normal(0, 0.3, 7)
    n = np.arange(days)
    when = [FIRST + timedelta(days=int(i)) for i in n]
    made = week[[day.weekday() for day in when]]
    for k in (1, 2, 3):
        made = made + rng.normal(0, 0.12 / k) * np.sin(2 * np.pi * k * n / 365.25 + rng.uniform(0, 6.3))
    return np.asarray(made, dtype=np.float64)


def _weather(days: int, rng: np.random.Generator) -> Floats:
    """Days that differ, in spells."""
    lasts = rng.uniform(0.2, 0.6)
    return spells(rng.normal(0, rng.uniform(0.05, 0.2), days), lasts)


def given(found: Programme, paths: int = 1000) -> float:
    """Return the odds that are told of it on the last day of its history, when some days were not observed."""
    rng = np.random.default_rng(7)
    visits = found.visits[: found.known].copy()
    visits[rng.uniform(size=found.known) < 0.02] = np.nan
    past = History(first=FIRST, visits=visits, closed=np.zeros(found.known, dtype=np.bool_))
    future = forecast(past, len(found.visits) - found.known, rng=rng, paths=paths)
    told = odds(future, past, found.goal, future.days[-1])
    assert told is not None
    return told.probability
