"""Histories to forecast from."""

from datetime import date, timedelta

import numpy as np

from besok.analytics.forecast import History

FIRST = date(2023, 1, 1)


def seeded() -> np.random.Generator:
    return np.random.default_rng(1)


def by_day(values: list[float | None], first: date = FIRST) -> dict[date, float | None]:
    return {first + timedelta(days=n): v for n, v in enumerate(values)}


def library(days: int, seed: int, first: date = FIRST, size: float = 400.0) -> dict[date, float | None]:
    """Visits of a library that is closed on Mondays, with a level that drifts and a summer that is quiet."""
    rng = np.random.default_rng(seed)
    week = np.array([0, 1.0, 1.1, 1.0, 0.9, 1.4, 0.7])
    found: dict[date, float | None] = {}
    level = 0.0
    for n in range(days):
        day = first + timedelta(days=n)
        level += rng.normal(0, 0.006)
        year = 0.15 * np.cos(2 * np.pi * n / 365.25)
        mean = size * week[day.weekday()] * np.exp(level + year + rng.normal(0, 0.1))
        found[day] = float(rng.poisson(mean))
    return found


def monthly(months: int, seed: int = 1, size: float = 12_000.0) -> History:
    """Visits of a library by month, with a season and a level that drifts a little."""
    rng = np.random.default_rng(seed)
    year = 0.2 * np.sin(2 * np.pi * np.arange(months) / 12)
    level = 0.01 * np.cumsum(rng.standard_normal(months))
    visits = size * np.exp(year + level + 0.05 * rng.standard_normal(months))
    return History(first=date(2015, 1, 1), visits=visits, step="M")
