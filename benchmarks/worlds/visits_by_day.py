"""Simulated houses of many kinds, each with a past and the year after it: nothing that the forecast is may break.

The worlds are not the model: levels walk by the day, recoveries follow a logistic curve, weather comes in spells,
deviations have long tails, people are counted by Poisson.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from benchmarks.worlds.weather import spells
from besok.analytics.forecast import calendar
from besok.model.arrays import Floats
from cli.standalone.series import Series

FIRST = date(2017, 1, 1)
YEAR = 365  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Days from FIRST on, of which the last YEAR are to come; `log` is what is expected of a usual day."""

    rng: np.random.Generator
    log: Floats
    weekday: np.ndarray
    ahead: np.ndarray  # days before (negative) and after the first that is to come

    def counted(self, log: Floats) -> Floats:
        return self.rng.poisson(np.exp(log)).astype(np.float64)


Make = Callable[[World], Floats]


def _world(
    seed: int, history: int, *, size: float = 600.0, noise: float = 0.12, spell: float = 0.3, walk: float = 0.003,
    growth: float = 0.0, annual: float = 0.2,
) -> World:  # fmt: skip
    """Return a house with a week, a year, Swedish holidays, spells of weather and a level that walks."""
    rng = np.random.default_rng(seed)
    n = np.arange(history + YEAR)
    days = [FIRST + timedelta(days=int(i)) for i in n]
    weekday = np.array([day.weekday() for day in days])
    log = (
        np.log(size)
        + rng.normal(0, 0.2, 7)[weekday]
        + growth * n / YEAR
        + np.cumsum(rng.normal(0, walk, len(n)))
    )
    for k in (1, 2, 3):
        log = log + annual / k * rng.normal(0, 0.7) * np.sin(2 * np.pi * k * n / 365.25 + rng.uniform(0, 6.3))
    news = rng.standard_t(5, len(n)) * noise
    weather = spells(np.append(0.0, news[1:]), spell)
    holidays = calendar(FIRST, days[-1], country="SE").holidays
    log = log + weather - 0.7 * np.array([day in holidays for day in days])
    return World(rng=rng, log=log, weekday=weekday, ahead=n - history)


def _plain(world: World) -> Floats:
    return world.counted(world.log)


def _sundays_closed(world: World) -> Floats:
    return np.where(world.weekday == 6, 0.0, _plain(world))


def _recovery(world: World) -> Floats:
    """Three quarters of the visitors were away; they came back around half a year ago."""
    middle, pace = -world.rng.uniform(60, 300), 60.0
    return world.counted(world.log - 1.5 / (1 + np.exp((world.ahead - middle) / pace)))


def _reopened(world: World) -> Floats:
    """Close for four months; visitors are slow to come back."""
    since = world.ahead + 400
    came = world.counted(world.log - 1.2 * np.exp(-np.maximum(since, 0) / 120) * (since > 0))
    return np.where((since > -120) & (since <= 0), 0.0, came)


def _renewed(ago: int) -> Make:
    """Close for works for seven months: a fifth to a half more since, and as many again at first, out of curiosity."""

    def make(world: World) -> Floats:
        since = world.ahead + ago
        more, curious = world.rng.uniform(0.2, 0.4), world.rng.uniform(0.2, 0.6)
        gained = more + curious * np.exp(-np.maximum(since, 0) / world.rng.uniform(30, 120))
        came = world.counted(world.log + gained * (since >= 0))
        return np.where((since >= -210) & (since < 0), 0.0, came)

    return make


def _lockdown(ago: int) -> Make:
    """Close for a year, after ten days with few; since it is open it fills within months, to less than before."""

    def make(world: World) -> Floats:
        since = world.ahead + ago
        back = 1 - np.exp(-(np.maximum(since, 0) + 40) / world.rng.uniform(80, 250))
        left = np.where(since >= 0, world.rng.uniform(0.55, 0.95) * back, np.where(since >= -390, 0.6, 1.0))
        return np.where((since >= -380) & (since < 0), 0.0, world.counted(world.log + np.log(left)))

    return make


def _new(world: World) -> Floats:
    """Open a new house: half as many again come at first, out of curiosity."""
    since = world.ahead - world.ahead[0]
    return world.counted(
        world.log + world.rng.uniform(0.2, 0.7) * np.exp(-since / world.rng.uniform(60, 150))
    )


def _coming_back(world: World) -> Floats:
    """Count since a house is open again: a third to two thirds are still away on its first day."""
    since = world.ahead - world.ahead[0]
    return world.counted(
        world.log - world.rng.uniform(0.4, 1.0) / (1 + np.exp((since - world.rng.uniform(60, 200)) / 40))
    )


def _step(size: float, ago: int) -> Make:
    return lambda world: world.counted(world.log + np.log(size) * (world.ahead > -ago))


def _weekdays_change(world: World) -> Floats:
    other = world.rng.normal(0, 0.25, 7)
    return world.counted(world.log + other[world.weekday] * np.clip((world.ahead + 400) / 400, 0, 1))


def _sundays_open(world: World) -> Floats:
    return np.where((world.weekday == 6) & (world.ahead < -150), 0.0, _plain(world))


def _holes(world: World) -> Floats:
    came = _plain(world)
    for _ in range(10):
        begin = int(world.rng.integers(0, len(came) - YEAR - 60))
        came[begin : begin + int(world.rng.integers(3, 60))] = np.nan
    return came


def _crowds(world: World) -> Floats:
    """Three days a year a market brings several times as many."""
    odd = world.rng.random(len(world.log)) < 0.01
    return np.round(_plain(world) * np.where(odd, world.rng.uniform(3, 8, len(odd)), 1.0))


def _terms(world: World) -> Floats:
    """Make a house of students: a quarter comes in the breaks."""
    of_year = np.array([(FIRST + timedelta(days=int(n))).timetuple().tm_yday for n in range(len(world.log))])
    away = ((of_year > 155) & (of_year < 235)) | (of_year > 352) | (of_year < 12)
    return world.counted(world.log + np.log(0.25) * away)


LONG = 4 * YEAR
KINDS: dict[str, tuple[int, dict[str, float], Make]] = {
    "library, closed on Sundays": (LONG, {}, _sundays_closed),
    "branch of 15 a day": (LONG, {"size": 15}, _sundays_closed),
    "one or two a day": (LONG, {"size": 1.5}, _plain),
    "park": (LONG, {"annual": 0.9, "noise": 0.35, "spell": 0.45}, _plain),
    "students": (LONG, {"annual": 0.0}, _terms),
    "growing by 13 % a year": (LONG, {"growth": 0.13}, _plain),
    "falling by 8 % a year": (LONG, {"growth": -0.08}, _plain),
    "level that walks": (LONG, {"walk": 0.02, "noise": 0.08}, _plain),
    "long spells": (LONG, {"spell": 0.8}, _plain),
    "recovery": (2 * YEAR, {"size": 3000}, _recovery),
    "reopened": (900, {}, _reopened),
    "renewed a month ago": (3 * YEAR, {}, _renewed(30)),
    "a year closed, open since two months": (LONG, {}, _lockdown(60)),
    "doubled a month ago": (3 * YEAR, {}, _step(2.0, 30)),
    "doubled two months ago": (3 * YEAR, {}, _step(2.0, 60)),
    "two fifths less since last year": (3 * YEAR, {}, _step(0.6, 300)),
    "other weekdays": (LONG, {}, _weekdays_change),
    "open on Sundays since lately": (LONG, {}, _sundays_open),
    "holes": (LONG, {}, _holes),
    "crowds": (LONG, {}, _crowds),
    "new since four months": (120, {}, _new),
    "new since ten months": (300, {}, _new),
    "open again since four months": (120, {}, _coming_back),
    "open again since ten months": (300, {}, _coming_back),
    "three weeks": (21, {}, _plain),
    "three months": (91, {}, _plain),
    "one year": (370, {}, _plain),
}


def house(kind: str, seed: int) -> tuple[Series, int]:
    """Return a series, and how many days of it are known."""
    history, how, make = KINDS[kind]
    came = make(_world(seed, history, **how))
    visits = {FIRST + timedelta(days=n): None if np.isnan(v) else float(v) for n, v in enumerate(came)}
    return Series(name=kind, step="D", visits=visits), history
