"""The small rival of the forecast: a ridge regression on the calendar, the level of now, last year's day."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from besok.analytics.forecast import Calendar, History
from besok.analytics.forecast.history import span
from besok.model.arrays import Floats

PATHS = 400
PENALTY = 10.0  # rows' worth


def futures(past: History, rows: int, calendar: Calendar, rng: np.random.Generator) -> Floats:
    """Return the visits of the next rows, rows x paths."""
    known = len(past.visits)
    daily = past.step == "D"
    days = span(past.first, known + rows, past.step)
    year = 364 if daily else 12
    columns = _columns(days, calendar, daily)
    logs = np.log(np.maximum(past.visits, 0) + 0.5)
    seen = np.isfinite(logs) & (past.visits > 0)
    if seen.sum() < 3:
        return np.full(
            (rows, PATHS), float(np.nanmean(past.visits)) if np.isfinite(past.visits).any() else 0.0
        )
    x, y = columns[:known][seen], logs[seen]
    middle = np.median(y)
    beta = np.linalg.solve(x.T @ x + PENALTY * np.eye(x.shape[1]), x.T @ (y - middle))
    effect = columns @ beta + middle
    rest = np.where(seen, logs - effect[:known], np.nan)
    half = 28 if daily else 2
    level, track = 0.0, np.zeros(known)
    for n in range(known):
        level += (rest[n] - level) / half if np.isfinite(rest[n]) else 0.0
        track[n] = level
    ahead = np.arange(rows)
    lag = known + ahead - year * (ahead // year + 1)
    last_year = np.where(lag >= 0, rest[np.maximum(lag, 0)], np.nan)
    share = 0.35 * np.isfinite(last_year) * np.minimum(ahead / year, 1)
    told = effect[known:] + (1 - share) * level + share * np.nan_to_num(last_year)
    far = [min(known // 2, h) for h in (1, year // 12, year // 4, year) if known // 2 >= h]
    width = [float(np.nanstd(rest[h:] - track[:-h])) for h in far] if far else [0.3]
    sd = np.interp(np.arange(1, rows + 1), far or [1], width)
    shared = rng.standard_normal((1, PATHS)) * np.sqrt(np.maximum(sd**2 - sd[0] ** 2, 0))[:, None]
    futures: Floats = np.exp(told[:, None] + shared + sd[0] * rng.standard_normal((rows, PATHS)))
    return futures


def _columns(days: Sequence[date], calendar: Calendar, daily: bool) -> Floats:
    at = np.array([day.toordinal() for day in days]) * (2 * np.pi / 365.25)
    waves = [wave(k * at) for k in range(1, 7 if daily else 5) for wave in (np.sin, np.cos)]
    if not daily:
        return np.array(waves).T
    weekday = np.array([day.weekday() for day in days])
    names = sorted({calendar.holidays[day] for day in days if day in calendar.holidays})
    named = [[calendar.holidays.get(day) == name for day in days] for name in names]
    anyone = [day in calendar.holidays for day in days]
    return np.array([*waves, *(weekday == n for n in range(7)), anyone, *named], dtype=np.float64).T
