"""Simulated libraries of which the effects of actions are known."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from benchmarks.worlds.weather import spells

MONDAY = date(2022, 1, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question: visits by day without the action, when and on which days it acts, and what it is compared with."""

    name: str
    first: date
    visits: np.ndarray
    begins: int
    acted: np.ndarray | None = None


def simulated(
    name: str,
    seeds: int,
    *,
    days: int,
    after: int,
    drift: float = 0.0,
    jumps: bool = False,
    sundays: bool = False,
) -> Iterator[Case]:
    """Libraries of some hundred visits a day, with a drift of the level by day (log), or one that moves by jumps."""
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        t = np.arange(days)
        weekday = np.array([1, 1, 1, 1, 1.1, 1.2, 0.6])[t % 7]
        weather = spells(np.append(0.0, rng.normal(0, 0.11, days - 1)), 0.4)
        swing = 0.15 * np.sin(2 * np.pi * t / 365.25 + rng.uniform(0, 6)) + 0.07 * np.sin(
            4 * np.pi * t / 365.25
        )
        level = np.cumsum(rng.normal(0, drift, days))
        if jumps:
            level += _jumps(rng, days)
        visits = rng.poisson(600 * weekday * np.exp(weather + swing + level)).astype(float)
        acted = t % 7 == 6 if sundays else None
        yield Case(name=name, first=MONDAY, visits=visits, begins=days - after, acted=acted)


def _jumps(rng: np.random.Generator, days: int) -> np.ndarray:
    """Return a level that moves four times a year, by day.

    Its years change as those of Toronto's library branches: by Student's t of freedom 3, its scale a branch's own, of
    which the typical one is 0.096 and the log of which has a standard deviation of 0.42.
    """
    scale = 0.096 * np.exp(0.42 * rng.normal()) / np.sqrt(4)
    size = rng.standard_t(3, days) * scale
    return np.cumsum(np.where(rng.random(days) < 4 / 365, size, 0.0))


def house(seed: int, days: int) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    """Visits by day to two rooms of a house, which share weekdays, weather, season and most of their drift."""
    rng = np.random.default_rng(seed)
    t = np.arange(days)

    def weather(scale: float) -> np.ndarray:
        return spells(rng.normal(0, scale, days), 0.4)

    season = 0.12 * np.sin(2 * np.pi * t / 365.25 + rng.uniform(0, 6))
    both = weather(0.1) + season + np.cumsum(rng.normal(0, 0.002, days))
    weekday = 500 * np.array([1, 1, 1, 1, 1.1, 1.2, 0.6])[t % 7]
    one, other = (
        rng.poisson(weekday * np.exp(both + weather(0.05) + np.cumsum(rng.normal(0, 0.001, days)))).astype(
            float
        )
        for _ in range(2)
    )
    return one, other, rng
